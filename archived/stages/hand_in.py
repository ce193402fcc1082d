"""A list or a tree before anything of it is taken: its volumes, what lies there, and every reason against it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from archived.batches import BatchKind
from archived.enumeration import shown
from archived.errors import Unacceptable
from archived.formats.list_table import ListTable
from archived.formats.lists import read_table
from archived.language import _
from archived.policy.acceptance import request_reasons
from archived.policy.layout import LayoutRule
from archived.policy.list_check import FoundTree, Unchecked, problems, unchecked
from archived.policy.list_rows import ListedVolume, read_list
from archived.policy.list_volume import ListPart, parts_of
from archived.policy.reading_rights import Reader
from archived.policy.reasons import Reason, ReasonKind
from archived.policy.submission import SubmissionRequest
from archived.sessions.tools import Seen
from archived.settings import Config
from archived.stages.list_file import NotAList, read_list_file
from archived.stages.tree_survey import look_by_depth, look_for


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody hands in by a list or as a tree."""

    #: The list, or the root of the tree; absolute.
    path: Path
    #: What the folders of a list are relative to; None means the list's own folder.
    root: Path | None = None
    sheet: str = ""
    #: Heading → field, beside those of the site and those that are known.
    columns: Mapping[str, str] = field(default_factory=dict)
    layout: str = ""
    #: Fields that hold for all volumes; empty ones say nothing.
    fixed: Mapping[str, str] = field(default_factory=dict)
    #: Of the list itself, where its rows differ.
    list_retention: str = ""
    list_confidentiality: str = ""
    new_version: bool = False
    reason: str = ""
    #: Encoding of names that an archive in a list does not mark; empty means that of the class or the site.
    archive_names: str = ""


@dataclass(frozen=True, slots=True)
class ListContent:
    """The list itself."""

    name: str
    data: bytes
    table: ListTable
    parts: tuple[ListPart, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A list or a tree that was looked at; it can be taken in when there is no reason against it."""

    asked: Asked
    kind: BatchKind
    root: Path
    volumes: tuple[ListedVolume, ...]
    found: FoundTree
    reasons: tuple[Reason, ...]
    #: Counts of the list that could not be compared.
    unchecked: tuple[Unchecked, ...] = ()
    #: Headings that mean nothing to us.
    unused: tuple[str, ...] = ()
    #: Encoding or sheet; empty for a tree.
    read_as: str = ""
    content: ListContent | None = None

    @property
    def size_bytes(self) -> int:
        return sum(volume.size_bytes for volume in self.found.volumes.values())

    def request(self, volume: ListedVolume) -> SubmissionRequest:
        """What is asked for one of its volumes."""
        return _request(volume, self.root, self.asked)


def prepare_list(asked: Asked, config: Config, reader: Reader | None, seen: Seen | None = None) -> Prepared:
    """Read a list and look at everything that it names, and at what lies beside it.

    Args:
        seen: gets what was met so far; what it raises ends the look.

    Raises:
        Unacceptable, Refused: it cannot be read as a list at all, or its columns cannot be used.
    """
    try:
        data = read_list_file(asked.path, reader)
    except NotAList as error:
        raise Unacceptable(
            _("the list cannot be read: {why}").format(why=error),
            advice=_("name the file that holds the list"),
        ) from None
    table = read_table(data, sheet=asked.sheet)
    rule = LayoutRule.parse(asked.layout, needed=()) if asked.layout else None
    more = {**config.lists.columns, **asked.columns}
    read = read_list(table, more=more, fixed=asked.fixed, layout=rule)
    root = asked.root or asked.path.parent
    beside = [asked.path.relative_to(root).as_posix()] if asked.path.is_relative_to(root) else []
    found = look_for(
        root,
        [*(volume.folder for volume in read.volumes), *read.folders_of_bad],
        reader,
        beside=beside,
        leave_out=_left_out(asked, config),
        seen=seen,
    )
    parts, of_parts = parts_of(
        read.volumes, retention=asked.list_retention, confidentiality=asked.list_confidentiality
    )
    reasons = (
        *problems(read.volumes, read.bad, found),
        *_words(read.volumes, root, asked, config),
        *of_parts,
    )
    return Prepared(
        asked,
        BatchKind.LIST,
        root,
        read.volumes,
        found,
        reasons,
        unchecked(read.volumes, found),
        read.unused,
        read.read_as,
        ListContent(asked.path.name, data, table, parts),
    )


def prepare_tree(asked: Asked, config: Config, reader: Reader | None, seen: Seen | None = None) -> Prepared:
    """Look for the folders of volumes below a root, by the layout rule; `seen` as in `prepare_list`.

    Raises:
        Refused: the rule cannot be used.
    """
    fixed = {name: value for name, value in asked.fixed.items() if name != "storage_class"}
    rule = LayoutRule.parse(asked.layout, fixed)
    found = look_by_depth(asked.path, rule.depth, reader, leave_out=_left_out(asked, config), seen=seen)
    volumes: list[ListedVolume] = []
    strange: list[tuple[str, str]] = []
    for number, path in enumerate(found.volumes, 1):
        try:
            said = rule.read(path)
        except Unacceptable as error:
            strange.append((path, error.message))
            continue
        volumes.append(
            ListedVolume(
                number,
                path,
                said.fonds,
                said.series,
                said.volume,
                said.title,
                said.retention,
                said.confidentiality,
                asked.fixed.get("storage_class", ""),
            )
        )
    reasons = (
        *_mismatches(strange),
        *problems(volumes, (), found, others=len(strange)),
        *_words(volumes, asked.path, asked, config),
    )
    return Prepared(asked, BatchKind.TREE, asked.path, tuple(volumes), found, reasons)


def _left_out(asked: Asked, config: Config) -> Sequence[str]:
    """Patterns of what is no part of any volume, by the class that holds for most."""
    settings = config.classes.get(asked.fixed.get("storage_class") or config.default_class)
    return settings.leave_out if settings is not None else ()


def _mismatches(strange: Sequence[tuple[str, str]]) -> list[Reason]:
    if not strange:
        return []
    words = [why for _path, why in strange]
    return [
        Reason(
            ReasonKind.RULE,
            _("{count} folders do not fit the layout rule: {items}").format(
                count=len(strange), items=shown(words)
            ),
            {"folders": words},
        )
    ]


def _words(volumes: Sequence[ListedVolume], root: Path, asked: Asked, config: Config) -> list[Reason]:
    """What stands against the words of each volume: references, classes, what a class asks for."""
    found: dict[str, list[int]] = {}
    for volume in volumes:
        for reason in request_reasons(_request(volume, root, asked), config.classes, config.default_class):
            found.setdefault(reason.message, []).append(volume.number)
    return [
        Reason(
            ReasonKind.RULE,
            _("{why} (rows {rows})").format(why=why, rows=shown([str(number) for number in numbers])),
            {"rows": numbers},
        )
        for why, numbers in found.items()
    ]


def _request(volume: ListedVolume, root: Path, asked: Asked) -> SubmissionRequest:
    return SubmissionRequest(
        path=root / PurePosixPath(volume.folder),
        fonds=volume.fonds,
        series=volume.series,
        volume=volume.volume,
        title=volume.title,
        storage_class=volume.storage_class or None,
        retention=volume.retention or None,
        confidentiality=volume.confidentiality or None,
        new_version=asked.new_version,
        reason=asked.reason,
        archive_names=asked.archive_names,
    )
