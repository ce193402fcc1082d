"""Where recalled files go: a folder, a BagIt bag, or a tar."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from archived.errors import Refused
from archived.language import _
from archived.names import escaped
from cli import recall_note
from cli.bag_writing import finish_bag
from cli.delivered import DeliveredFile
from cli.delivery import check_folder, deliver, is_there, remove_partial
from cli.recall_part import Fetch, Part, Target
from cli.recall_tar import TarFileTarget, TarTarget

#: Instead of the name of a file.
STANDARD_OUTPUT = "-"


class FolderTarget:
    """A folder with the files of one package, or with a folder for each of several."""

    in_any_order = True
    option = "--to"

    def __init__(self, folder: Path, *, overwrite: bool, going_on: bool) -> None:
        self.folder = folder
        self.note: Path | None = _note_in(folder)
        self._overwrite, self._going_on = overwrite, going_on
        self._right: set[tuple[str, str]] = set()
        self.links_not_made: tuple[str, ...] = ()

    def check(self) -> None:
        if not self._going_on and not self._overwrite and recall_note.read(_note_in(self.folder)) is not None:
            raise Refused(
                _("{folder} holds an unfinished recall; nothing was asked for").format(folder=self.folder),
                advice=_("go on with it: archivectl recall --continue {option} {folder}").format(
                    option=self.option, folder=self.folder
                ),
            )
        check_folder(self.folder, overwrite=self._overwrite or self._going_on)
        if self._going_on and self.folder.is_dir():
            remove_partial(self.folder)

    @property
    def place(self) -> str:
        return str(self.folder)

    def rest(self, part: Part) -> list[DeliveredFile]:
        """The files that are not there with exactly their bytes."""
        return [file for file in part.files if not self.has(part.folder, file)]

    def take(self, part: Part, fetch: Fetch) -> None:
        files = self.rest(part) if self._going_on else part.files
        folder, overwrite = self.folder / part.folder, self._overwrite
        self.links_not_made += deliver(
            files, part.directories, folder, fetch, overwrite=overwrite, links=part.links
        )

    def has(self, folder: str, file: DeliveredFile) -> bool:
        """Whether exactly these bytes are there already; each file is read once."""
        key = (folder, file.name)
        if key not in self._right and is_there(self.folder / folder, file):
            self._right.add(key)
        return key in self._right

    def end(self) -> None:
        """Nothing is left to do: every part was synced when it was taken."""

    def words(self) -> str:
        return str(self.folder)


class BagTarget(FolderTarget):
    """A BagIt bag for each package: the package itself, byte for byte, or a new bag around chosen files."""

    option = "--bag"

    def take(self, part: Part, fetch: Fetch) -> None:
        if not part.is_bag:
            _demand_listable(part)
        super().take(part, fetch)
        if not part.is_bag:
            finish_bag(self.folder / part.folder, part.files, part.reference, part.package)


def target_of(
    folder: Path | None, bag: Path | None, tar: str | None, *, overwrite: bool, going_on: bool, named: str
) -> Target:
    """The target that the options name; a folder named like the reference when they name none."""
    if tar == STANDARD_OUTPUT:
        return TarTarget(sys.stdout.buffer)
    if tar is not None:
        return TarFileTarget(Path(tar).absolute(), overwrite=overwrite, going_on=going_on)
    if bag is not None:
        return BagTarget(bag.absolute(), overwrite=overwrite, going_on=going_on)
    return FolderTarget((folder or Path(named)).absolute(), overwrite=overwrite, going_on=going_on)


def folder_names(parts: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Package → name of its folder among those of an order; "" when it is alone."""
    if len(parts) == 1:
        return {parts[0]["package"]: ""}
    taken: set[str] = set()
    names = {}
    for part in sorted(parts, key=lambda item: str(item["package"])):
        name = "".join(c if c.isalnum() or c in "-_. ()" else "_" for c in part["reference"]).strip(". ")
        if not name or name.casefold() in taken:
            name = f"{name}_{part['package']}"
        taken.add(name.casefold())
        names[part["package"]] = name
    return names


def _note_in(folder: Path) -> Path:
    return folder / recall_note.NAME


def _demand_listable(part: Part) -> None:
    """Raises Refused when a new bag cannot hold this: tag files, names that no manifest can list, links."""
    for file in part.files:
        listable = not any("\ud800" <= character <= "\udfff" for character in file.name)
        if not file.name.startswith("data/") or not listable:
            raise Refused(
                _(
                    "{path} of {package} cannot be part of a new bag: it is no payload, or its name is no UTF-8"
                ).format(path=escaped(file.name), package=part.package),
                advice=_("recall it with --to DIR or --tar -"),
            )
