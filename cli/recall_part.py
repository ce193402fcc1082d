"""What recalled files go to, as the order of a recall sees it: part by part, one package each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cli.delivered import DeliveredFile, DeliveredFolder, DeliveredLink

Fetch = Callable[[DeliveredFile], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one recall of an order brings."""

    package: str
    reference: str
    #: Name of its own folder in the target; "" when the order is of one package only.
    folder: str
    files: tuple[DeliveredFile, ...]
    directories: tuple[DeliveredFolder, ...]
    links: tuple[DeliveredLink, ...]
    #: All of the package is wanted.
    whole: bool

    @property
    def is_bag(self) -> bool:
        """Whether what is handed back is a bag as it stands."""
        return self.whole and any(file.name == "bagit.txt" for file in self.files)


class Target(Protocol):
    """What takes the files of an order, part by part."""

    #: Parts may come in any order; False: only in the order of the plan.
    in_any_order: bool
    #: The option that names it.
    option: str
    #: The file of the note by which a later call goes on; None when none can.
    note: Path | None
    #: Names of links that lead out of it and were not made.
    links_not_made: tuple[str, ...]

    def check(self) -> None:
        """Before anything is asked for. Raises Refused when nothing could be written here."""

    def rest(self, part: Part) -> list[DeliveredFile]:
        """The files of a part that are not there yet. For a target that knows an order: asked in that order."""

    def take(self, part: Part, fetch: Fetch) -> None:
        """Write what is not there of one part; raises ArchivedError when a file cannot be written or differs."""

    def end(self) -> None:
        """Everything came."""

    def words(self) -> str:
        """Where it lies now, for people."""

    @property
    def place(self) -> str:
        """What the option says: the folder or file that was named."""
