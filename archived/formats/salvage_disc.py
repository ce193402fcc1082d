"""One disc as it was found: a raw image, a device, or a folder of copied files; whole or damaged.

Everything that can be read is found: by the file system, else by extents.csv. What could not be is in `problems`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from archived.errors import Refused
from archived.formats.descriptor import SetDescriptor, decode_descriptor
from archived.formats.errors import FormatError
from archived.formats.rows import PackageRow, read_package_rows
from archived.formats.salvage_copy import SECTOR_BYTES, Bytes, Laid, LooseFile, RawCopy, Stretches, blocks
from archived.formats.salvage_extents import EXTENTS_PATHS, places_of, searched
from archived.formats.salvage_tape import TapeCopy, is_tape_text, tape_copy
from archived.formats.set_document import SetDocument, decode_set_document
from archived.formats.signing import PublicKey, public_key
from archived.language import _
from backends.errors import BackendError, MediumUnreadable
from backends.optical.udf.reader import UdfReader

#: No image of ours is smaller.
SMALLEST_IMAGE_BYTES = 1 << 18
SET_PATHS = ("set.json", "last/set.json")
DESCRIPTOR_PATHS = ("descriptor.json", "last/descriptor.json")
PARITY_PATH = "parity.bin"
KEY_PATH = "site-key.pem"
#: Texts that are read whole; a descriptor has about 54 bytes a MiB and member.
TEXT_BYTES_MAX = 1 << 30


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file of a disc, as far as it is there."""

    path: str
    data: Bytes
    #: None where only extents.csv knows of it.
    mtime_s: int | None

    @property
    def size_bytes(self) -> int:
        return self.data.size_bytes


@dataclass(slots=True)
class SalvagedDisc:
    """What one given image, device or folder holds, and what it says of itself."""

    path: Path
    is_folder: bool
    copy: Bytes
    files: dict[str, FoundFile] = field(default_factory=dict)
    #: Folders that hold nothing, or anything; in no order.
    folders: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    document: SetDocument | None = None
    descriptor: SetDescriptor | None = None
    key: PublicKey | None = None
    #: What the tape says that it was copied from.
    tape: TapeCopy | None = None

    @property
    def set_id(self) -> str:
        """Empty when nothing on it says so."""
        if self.document is not None:
            return self.document.identity.set_id
        return self.descriptor.set_id if self.descriptor is not None else ""

    @property
    def image_id(self) -> str:
        if self.document is None:
            return ""
        return self.document.identity.members[self.document.position - 1].image_id

    @property
    def member(self) -> Bytes:
        """Its bytes in the code word: parity.bin, else the whole image."""
        parity = self.files.get(PARITY_PATH)
        return parity.data if parity is not None else self.copy

    def text(self, path: str) -> bytes | None:
        """A file as one text; None when it is not there (zeros stand for what cannot be read)."""
        file = self.files.get(path)
        if file is None or file.size_bytes > TEXT_BYTES_MAX:
            return None
        return b"".join(blocks(file.data))

    def packages(self) -> list[PackageRow]:
        """The catalog rows of the disc; none where they are lost, and that becomes a problem."""
        try:
            return read_package_rows(self.text("catalog/packages.jsonl") or b"")
        except FormatError as error:
            if (said := error.message) not in self.problems:
                self.problems.append(said)
            return []

    def close(self) -> None:
        """Let the image or device go."""
        if isinstance(self.copy, RawCopy):
            self.copy.close()


def open_discs(paths: list[Path]) -> list[SalvagedDisc]:
    """Every disc that these paths are: images, devices, folders of copied files, or folders of any of them.

    Of tape files the images are taken, and the texts between them passed over.

    Raises Refused when a path is not there, and OSError when a file cannot be opened at all.
    """
    discs = [open_disc(found) for path in paths for found in _candidates(path)]
    return [disc for disc in discs if disc.files or not disc.is_folder]


def open_disc(path: Path) -> SalvagedDisc:
    """What is at `path`; nothing of it needs to be whole. Raises OSError."""
    disc = _copied_folder(path) if path.is_dir() else _raw(path)
    for name in SET_PATHS:
        disc.document = disc.document or _document(disc, name)
    for name in DESCRIPTOR_PATHS:
        disc.descriptor = disc.descriptor or _descriptor(disc, name)
    pem = disc.text(KEY_PATH)
    if pem is not None:
        try:
            disc.key = public_key(pem)
        except FormatError as error:
            disc.problems.append(f"{KEY_PATH}: {error.message}")
    return disc


def _candidates(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise Refused(_("{path} is not there; nothing was read").format(path=path))
    if is_tape_text(path):
        return
    if not path.is_dir() or _is_copied(path):
        yield path
        return
    for entry in sorted(path.iterdir()):
        if (entry.is_dir() and _is_copied(entry)) or (
            entry.is_file() and entry.stat().st_size >= SMALLEST_IMAGE_BYTES and not is_tape_text(entry)
        ):
            yield entry
        elif entry.is_dir() and _is_dump(entry):
            yield from _candidates(entry)


def _is_dump(folder: Path) -> bool:
    """Whether a folder holds tape files of a cartridge."""
    return any(is_tape_text(file) for file in folder.iterdir())


def _is_copied(folder: Path) -> bool:
    """Whether a folder holds files of one disc, and not discs."""
    names = (*SET_PATHS, *DESCRIPTOR_PATHS, *EXTENTS_PATHS, PARITY_PATH, "manifest-sha256.txt")
    return any((folder / name).is_file() for name in names)


def _copied_folder(folder: Path) -> SalvagedDisc:
    disc = SalvagedDisc(folder, True, Laid(()))
    for here, folders, names in os.walk(folder):
        relative = Path(here).relative_to(folder)
        disc.folders += [(relative / name).as_posix() for name in folders]
        for name in names:
            place = Path(here) / name
            if place.is_file() and not place.is_symlink():
                key = (relative / name).as_posix()
                disc.files[key] = FoundFile(key, LooseFile(place), int(place.stat().st_mtime))
    places = next((found for name in EXTENTS_PATHS if (found := places_of(disc.text(name) or b""))), {})
    laid = [
        (places[name][0], file.data)
        for name, file in disc.files.items()
        if name in places and places[name][1] == file.size_bytes > 0
    ]
    disc.copy = Laid(laid)
    return disc


def _raw(path: Path) -> SalvagedDisc:
    tape = tape_copy(path)
    copy = RawCopy(path, tape.image.size_bytes if tape else None)
    disc = SalvagedDisc(path, False, copy, tape=tape)
    if tape is not None and not tape.completed:
        disc.problems.append(_("{path} was interrupted while the tape was written").format(path=path))
    if copy.size_bytes < SMALLEST_IMAGE_BYTES:
        disc.problems.append(_("{path} is too small to be a disc").format(path=path))
        return disc

    def read(lba: int, sectors: int) -> bytes:
        data = copy.read(lba * SECTOR_BYTES, sectors * SECTOR_BYTES)
        if not copy.is_readable(lba * SECTOR_BYTES, sectors * SECTOR_BYTES):
            raise MediumUnreadable(lba, sectors)
        return data

    def damaged(where: str, error: Exception) -> None:
        disc.problems.append(f"{where or '/'}: {error}")

    try:
        for node in UdfReader(read, copy.size_bytes // SECTOR_BYTES).walk(damaged):
            if node.is_directory:
                disc.folders.append(node.path)
                continue
            stretches = [(sector * SECTOR_BYTES, length) for sector, length in node.extents]
            disc.files[node.path] = FoundFile(node.path, Stretches(copy, stretches), node.mtime_s)
    except BackendError as error:
        disc.problems.append(str(error))
    if disc.problems or not disc.files:
        places = _places(disc)
        for name, place in places.items():
            disc.files.setdefault(name, FoundFile(name, Stretches(copy, [place]), None))
    return disc


def _places(disc: SalvagedDisc) -> dict[str, tuple[int, int]]:
    """extents.csv by the file system, which may have it whole; else it is searched for in all of the copy."""
    for name in EXTENTS_PATHS:
        found = places_of(disc.text(name) or b"")
        if name in found:
            return found
    return searched(disc.copy)


def _document(disc: SalvagedDisc, name: str) -> SetDocument | None:
    text = disc.text(name)
    if text is None:
        return None
    try:
        return decode_set_document(text)
    except FormatError as error:
        disc.problems.append(f"{name}: {error.message}")
    return None


def _descriptor(disc: SalvagedDisc, name: str) -> SetDescriptor | None:
    text = disc.text(name)
    if text is None:
        return None
    try:
        return decode_descriptor(text)
    except FormatError as error:
        disc.problems.append(f"{name}: {error.message}")
    return None
