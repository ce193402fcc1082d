"""Lists that looks took from discs, as values for rows: one set, or one stretch of a long list. Files only, no SQL."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archived.formats import disc_rows, disc_texts, name_map
from archived.formats.descriptor import decode_descriptor
from archived.formats.errors import DocumentDamaged, FormatError
from archived.formats.set_document import decode_set_document
from archived.inner_files import InnerFile
from archived.language import _
from archived.model import PackageFile
from archived.policy.rebuilding import Claim, Difference, SetFound, assemble
from archived.policy.same_package import Told

#: Rows of one transaction: about a second of work.
STRETCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Source:
    """The texts of one image."""

    image_id: str
    folder: Path
    #: Packages that travel as one tar and whose table was taken, in order.
    carried: tuple[str, ...] = ()
    #: Which of these is being read.
    number: int = 0
    #: Packages on it that are not taken: another disc is believed about their numbers.
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ImageTexts:
    """What the texts of one disc say of packages."""

    #: By what the disc of the image is called: a parity disc names the packages of all its set.
    packages: dict[str, tuple[disc_rows.FoundPackage, ...]] = field(default_factory=dict)
    #: Accepted receipts by package.
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Packages that travel as one tar.
    carried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetRead:
    """One set with the package rows of its images."""

    found: SetFound
    #: By what the disc of the image is called.
    packages: dict[str, tuple[disc_rows.FoundPackage, ...]]
    #: By position of a parity disc: first byte of parity.bin in its image.
    payload_offsets: dict[int, int]
    #: Accepted receipts by package.
    receipts: dict[str, dict[str, Any]]
    #: By look: packages that travel as one tar.
    carried: dict[int, tuple[str, ...]]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class RowsRead:
    """One stretch of files or places, and where the next begins; None: this list is at its end."""

    files: tuple[PackageFile, ...] = ()
    extents: tuple[tuple[str, str, int, int], ...] = ()
    inner: tuple[InnerFile, ...] = ()
    next_offset: int | None = None


def read_set(claims: Sequence[Claim], folders: Mapping[int, Path]) -> SetRead:
    """Parse what the discs of one set carry about it. A text that is damaged after all is named.

    A data disc tells more of its packages than the parity discs, and is believed.
    """
    identities, descriptors, offsets = {}, {}, {}
    trouble: list[Difference] = []
    for claim in claims:
        folder = folders[claim.look_id]

        def text(name: str, folder: Path = folder) -> Path:
            return folder / disc_texts.file_name(name)

        try:
            identities[claim.look_id] = decode_set_document(text(disc_texts.SET).read_bytes()).identity
            if disc_texts.DESCRIPTOR in claim.taken:
                descriptors[claim.look_id] = decode_descriptor(text(disc_texts.DESCRIPTOR).read_bytes())
            if claim.kind == "parity" and disc_texts.EXTENTS in claim.taken:
                offsets[claim.position] = _payload_offset(text(disc_texts.EXTENTS))
        except FormatError as error:
            trouble.append(Difference("text-damaged", claim.medium_id, str(error)))
    if not identities:
        raise DocumentDamaged(_("no disc of set {set} tells of it any more").format(set=claims[0].set_id))
    claims = [claim for claim in claims if claim.look_id in identities]
    found = assemble(claims[0].set_id, claims, identities, descriptors)
    rows = _Rows()
    doubted = {claim.look_id for member in found.members for claim in member.doubtful}
    for claim in (claim for claim in claims if claim.look_id not in doubted):
        try:
            rows.take(claim, read_packages_of(folders[claim.look_id], claim.taken))
        except FormatError as error:
            trouble.append(Difference("text-damaged", claim.medium_id, str(error)))
    by_image = {image: tuple(row for row, _claim in known.values()) for image, known in rows.by_image.items()}
    return SetRead(found, by_image, offsets, rows.receipts, rows.carried, (*trouble, *rows.differences))


class _Rows:
    """Package rows of a set, disc after disc: those of a data disc before those of a parity disc, else the first."""

    def __init__(self) -> None:
        #: By what the disc of the image is called, and by package: the row that counts, and who tells it.
        self.by_image: dict[str, dict[str, tuple[disc_rows.FoundPackage, Claim]]] = {}
        self.receipts: dict[str, dict[str, Any]] = {}
        self.carried: dict[int, tuple[str, ...]] = {}
        self.differences: list[Difference] = []

    def take(self, claim: Claim, texts: ImageTexts) -> None:
        for image, rows in texts.packages.items():
            known = self.by_image.setdefault(image, {})
            for row in rows:
                there = known.get(row.package_id)
                if there is None:
                    known[row.package_id] = row, claim
                    continue
                better = claim.kind == "data" and there[1].kind != "data"
                self._compare(row, claim, *there, better=better)
                if better:
                    known[row.package_id] = row, claim
        self.receipts |= texts.receipts
        self.carried[claim.look_id] = texts.carried

    def _compare(
        self,
        row: disc_rows.FoundPackage,
        claim: Claim,
        before: disc_rows.FoundPackage,
        other: Claim,
        *,
        better: bool,
    ) -> None:
        one, two = Told.of_row(row), Told.of_row(before)
        if not one.is_other_than(two):
            return
        kept, dropped = ((one, claim), (two, other)) if better else ((two, other), (one, claim))
        what = _(
            "package {package} is {known}, version {version}, on medium {kept}, and {other}, version {other_version}, "
            "on medium {medium}, with other content; what medium {kept} says was kept"
        ).format(
            package=row.package_id,
            known=kept[0].reference,
            version=kept[0].version,
            kept=kept[1].medium_id,
            other=dropped[0].reference,
            other_version=dropped[0].version,
            medium=dropped[1].medium_id,
        )
        advice = f"archivectl media {dropped[1].medium_id}"
        self.differences.append(Difference("package-told-twice", row.package_id, what, advice))


def read_packages_of(folder: Path, taken: Collection[str]) -> ImageTexts:
    """What the texts in a look's folder say of packages. Raises DocumentDamaged."""
    packages: dict[str, list[disc_rows.FoundPackage]] = {}
    receipts: dict[str, dict[str, Any]] = {}
    if disc_texts.PACKAGES in taken:
        for row in disc_rows.read_packages(folder / disc_texts.file_name(disc_texts.PACKAGES)):
            packages.setdefault(row.image_id, []).append(row)
    if disc_texts.RECEIPTS in taken:
        for receipt in disc_rows.read_json_lines(folder / disc_texts.file_name(disc_texts.RECEIPTS)):
            receipts[str(receipt.get("package"))] = receipt
    maps = folder / disc_texts.NAME_MAPS
    carried = tuple(sorted(path.name for path in maps.iterdir())) if maps.is_dir() else ()
    return ImageTexts({name: tuple(rows) for name, rows in packages.items()}, receipts, carried)


def _payload_offset(path: Path) -> int:
    """First byte of parity.bin in the image whose extents.csv this is; 0 when it names none."""
    rows = disc_rows.Stretch(path, 0, 1000).rows[1:]
    return next((lba * 2048 for lba, _size, name in map(disc_rows.extent, rows) if name == "parity.bin"), 0)


def _read_files(source: Source, offset: int) -> RowsRead:
    """From catalog/files.csv; of a disc that has none yet, from what its directories and its manifest told."""
    listed = source.folder / disc_texts.file_name(disc_texts.FILES)
    packages = _folders(source)
    ours = set(packages.values())
    if listed.is_file():
        stretch = disc_rows.Stretch(listed, offset, STRETCH_ROWS)
        rows = stretch.rows[1:] if offset == 0 else stretch.rows
        found = [(file.package, file) for file in map(disc_rows.listed_file, rows)]
    else:
        stretch = disc_rows.Stretch(source.folder / disc_texts.WALK, offset, STRETCH_ROWS)
        walked = (file for file in map(disc_rows.walked_file, stretch.rows) if file is not None)
        found = [(packages.get(file.package, ""), file) for file in walked]
    files = tuple(
        PackageFile(package, f.path, f.is_directory, f.size_bytes, f.mtime_s, f.sha256, f.blake3, f.xxh3)
        for package, f in found
        if package in ours
    )
    return RowsRead(files=files, next_offset=None if stretch.is_last else stretch.end)


def _folders(source: Source) -> dict[str, str]:
    """Folder on the disc → package id."""
    folders: dict[str, str] = {}
    for row in disc_rows.read_packages(source.folder / disc_texts.file_name(disc_texts.PACKAGES)):
        if row.package_id not in source.left_out:
            folders.setdefault(row.package_id, row.disc_path)
    return {folder: package_id for package_id, folder in folders.items()}


def _read_inner(source: Source, offset: int) -> RowsRead:
    """From the name-map.csv of one package that travels as a tar."""
    package_id = source.carried[source.number]
    path = source.folder / disc_texts.NAME_MAPS / package_id
    stretch = disc_rows.Stretch(path, offset, STRETCH_ROWS)
    rows = stretch.rows[1:] if offset == 0 else stretch.rows
    inner = tuple(name_map.read_row(row, package_id) for row in rows)
    return RowsRead(inner=inner, next_offset=None if stretch.is_last else stretch.end)


def _read_extents(source: Source, offset: int) -> RowsRead:
    stretch = disc_rows.Stretch(source.folder / disc_texts.EXTENTS, offset, STRETCH_ROWS)
    packages, rows = _folders(source), []
    for row in stretch.rows[1:] if offset == 0 else stretch.rows:
        lba, size, path = disc_rows.extent(row)
        place = disc_rows.split_path(path)
        if place is not None and place[0] in packages:
            rows.append((packages[place[0]], place[1], lba, size))
    return RowsRead(extents=tuple(rows), next_offset=None if stretch.is_last else stretch.end)


_READERS: dict[str, Callable[[Source, int], RowsRead]] = {
    "files": _read_files,
    "extents": _read_extents,
    "inner": _read_inner,
}


def read_rows(kind: str, source: Source, offset: int) -> RowsRead:
    """The stretch of the list "files", "extents" or "inner" that begins at this byte."""
    return _READERS[kind](source, offset)
