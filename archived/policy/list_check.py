"""What stands against a list or a tree before anything of it is taken: everything, not the first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archived.carried_names import folded, printable
from archived.enumeration import shown
from archived.language import _
from archived.policy.list_rows import BadCell, ListedVolume
from archived.policy.reasons import Reason, ReasonKind

#: One page each: what scanners make.
PAGE_SUFFIXES: Final = frozenset(
    (".tif", ".tiff", ".jpg", ".jpeg", ".jp2", ".jpf", ".jpx", ".png", ".bmp", ".gif", ".webp")
)
#: May hold any number of pages; where one of these is, pages are not compared.
DOCUMENT_SUFFIXES: Final = frozenset(
    (".pdf", ".ofd", ".ceb", ".djvu", ".doc", ".docx", ".odt", ".wps", ".xls", ".xlsx")
)


@dataclass(frozen=True, slots=True)
class FoundVolume:
    """The folder (or the bag, or the archive) of a volume as it lies there."""

    files: int
    size_bytes: int
    page_images: int = 0
    documents: int = 0
    #: Why it cannot be looked into; its own dry run says more.
    unusable: str = ""
    #: False for an archive whose content is not known before it is read.
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class FoundTree:
    """What lies below the root; paths are relative to it, with '/'."""

    volumes: Mapping[str, FoundVolume] = field(default_factory=dict)
    #: Folders in which a volume could be, and that nobody asked for.
    strange_folders: tuple[str, ...] = ()
    #: Files, links and other things beside the folders of volumes.
    stray: tuple[str, ...] = ()
    #: (path, why) of what could not be looked into.
    unreadable: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A count of the list that nothing could be compared with."""

    number: int
    folder: str
    why: str


def problems(
    volumes: Sequence[ListedVolume], bad: Sequence[BadCell], found: FoundTree, *, others: int = 0
) -> tuple[Reason, ...]:
    """Every reason against the list or tree as a whole; none means that its volumes can be tried one by one.

    Args:
        others: how many more there are, against which something else is said already.
    """
    reasons = [
        _bad_cells(bad),
        _duplicates(volumes),
        _nested(volumes),
        _without_folder(volumes, found),
        _without_row(found),
        _stray(found),
        _unreadable(found),
        _empty(volumes, found),
        _differing(volumes, found),
    ]
    if not volumes and not bad and not others:
        reasons.append(_reason(_("there is no volume in it"), "nothing", []))
    return tuple(reason for reason in reasons if reason is not None)


def unchecked(volumes: Sequence[ListedVolume], found: FoundTree) -> tuple[Unchecked, ...]:
    """Numbers of pages (and files, of archives) that stand in the list and that nobody could count."""
    notes = []
    for volume in volumes:
        there = found.volumes.get(volume.folder)
        if there is None or there.unusable or (volume.pages is None and volume.files is None):
            continue
        if not there.is_counted:
            notes.append(Unchecked(volume.number, volume.folder, _("it is an archive")))
        elif volume.pages is not None and (why := _uncountable(there)):
            notes.append(Unchecked(volume.number, volume.folder, why))
    return tuple(notes)


def _uncountable(there: FoundVolume) -> str:
    if there.documents:
        return _("it holds documents of any number of pages")
    return "" if there.page_images else _("it holds no images of pages")


def _bad_cells(bad: Sequence[BadCell]) -> Reason | None:
    items = [{"row": cell.row, "field": cell.field, "why": cell.why} for cell in bad]
    words = [_("row {row}, {field}: {why}").format(row=c.row, field=c.field, why=c.why) for c in bad]
    return _reason(_("{count} cells cannot be used: {items}"), "cells", items, words)


def _duplicates(volumes: Sequence[ListedVolume]) -> Reason | None:
    first: dict[tuple[str, ...], ListedVolume] = {}
    items: list[dict[str, object]] = []
    words = []
    for volume in volumes:
        same_folder = first.setdefault(("folder", volume.folder), volume)
        reference = tuple(folded(name) for name in (volume.fonds, volume.series, volume.volume))
        same_reference = first.setdefault(("reference", *reference), volume)
        for other, what in (
            (same_folder, printable(volume.folder)),
            (same_reference, printable(str(volume.reference))),
        ):
            if other is not volume:
                items.append({"row": volume.number, "same_as_row": other.number, "what": what})
                words.append(
                    _("row {row} says {what} as row {other} does").format(
                        row=volume.number, what=what, other=other.number
                    )
                )
    return _reason(_("{count} rows say what another row says: {items}"), "duplicate_rows", items, words)


def _nested(volumes: Sequence[ListedVolume]) -> Reason | None:
    rows = {volume.folder: volume.number for volume in volumes}
    items: list[dict[str, object]] = []
    words = []
    for volume in volumes:
        parts = volume.folder.split("/")
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth])
            if above in rows:
                items.append(
                    {"row": volume.number, "inside_row": rows[above], "path": printable(volume.folder)}
                )
                words.append(
                    _("{path} (row {row}) lies in {other} (row {other_row})").format(
                        path=printable(volume.folder),
                        row=volume.number,
                        other=printable(above),
                        other_row=rows[above],
                    )
                )
    return _reason(_("{count} folders lie in those of other rows: {items}"), "nested_folders", items, words)


def _without_folder(volumes: Sequence[ListedVolume], found: FoundTree) -> Reason | None:
    twins = {folded(path): path for path in found.strange_folders}
    items: list[dict[str, object]] = []
    words = []
    for volume in volumes:
        if volume.folder in found.volumes:
            continue
        twin = twins.get(folded(volume.folder))
        item: dict[str, object] = {"row": volume.number, "path": printable(volume.folder)}
        word = _("row {row}: {path}").format(row=volume.number, path=printable(volume.folder))
        if twin is not None:
            item["differs_only_in_case_or_normalization_from"] = printable(twin)
            word = _(
                "row {row}: {path} ({twin} is there, which differs only in case or normalization)"
            ).format(row=volume.number, path=printable(volume.folder), twin=printable(twin))
        items.append(item)
        words.append(word)
    return _reason(_("{count} rows have no folder: {items}"), "rows_without_folder", items, words)


def _without_row(found: FoundTree) -> Reason | None:
    paths = [printable(path) for path in found.strange_folders]
    return _reason(_("{count} folders have no row: {items}"), "folders_without_row", paths)


def _stray(found: FoundTree) -> Reason | None:
    paths = [printable(path) for path in found.stray]
    return _reason(_("{count} files lie beside the folders of volumes: {items}"), "stray_files", paths)


def _unreadable(found: FoundTree) -> Reason | None:
    closed = [(path, there.unusable) for path, there in found.volumes.items() if there.unusable]
    pairs = [(printable(path), why) for path, why in (*found.unreadable, *closed)]
    items = [{"path": path, "why": why} for path, why in pairs]
    words = [f"{path}: {why}" for path, why in pairs]
    return _reason(_("{count} folders cannot be looked into: {items}"), "unreadable", items, words)


def _empty(volumes: Sequence[ListedVolume], found: FoundTree) -> Reason | None:
    there = ((volume, found.volumes.get(volume.folder)) for volume in volumes)
    paths = [
        printable(volume.folder)
        for volume, seen in there
        if seen is not None and seen.is_counted and not seen.unusable and seen.files == 0
    ]
    return _reason(_("{count} folders hold no file at all: {items}"), "empty_folders", paths)


def _differing(volumes: Sequence[ListedVolume], found: FoundTree) -> Reason | None:
    items: list[dict[str, object]] = []
    words = []
    for volume in volumes:
        there = found.volumes.get(volume.folder)
        if there is None or there.unusable or not there.is_counted:
            continue
        counts = [(_("files"), "files", volume.files, there.files)]
        if not _uncountable(there):
            counts.append((_("pages"), "pages", volume.pages, there.page_images))
        for name, what, listed, counted in counts:
            if listed is not None and listed != counted:
                items.append({"row": volume.number, "what": what, "listed": listed, "found": counted})
                words.append(
                    _("row {row}: {listed} {what} in the list, {found} in the folder").format(
                        row=volume.number, listed=listed, what=name, found=counted
                    )
                )
    return _reason(_("{count} numbers differ: {items}"), "differing_counts", items, words)


def _reason(
    message: str, name: str, items: Sequence[object], words: Sequence[str] | None = None
) -> Reason | None:
    """A reason with all its items, the first few of them in words; None when there are none."""
    if not items and "{count}" in message:
        return None
    said = list(words) if words is not None else [str(item) for item in items]
    return Reason(
        ReasonKind.RULE,
        message.format(count=len(items), items=shown(said)),
        {name: list(items)} if items else None,
    )
