"""Writing rebuilt members: sparse files under .partial, named only when their sha256 is right."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from archived.formats.salvage_copy import LooseFile, blocks
from archived.formats.salvage_set import Advance, SalvagedSet
from backends.durable import name_durably
from erasure.chunks import CHUNK_BYTES


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of one member."""

    position: int
    image_id: str
    #: Chunks that could not be had; zeros stand there.
    lost: tuple[int, ...]
    #: The image under its name, or its .partial where something is lost; None when nothing was to be written.
    path: Path | None

    @property
    def is_whole(self) -> bool:
        return not self.lost


def can_be_rebuilt(salvaged: SalvagedSet, wanted: list[int], advance: Advance) -> list[Rebuilt]:
    """What `rebuild` would give; nothing is written."""
    lost: dict[int, list[int]] = {position: [] for position in wanted}
    for chunk in range(salvaged.chunk_count()):
        _repair(salvaged, chunk, wanted, lost, advance)
    return [Rebuilt(p, salvaged.record(p).member.image_id, tuple(lost[p]), None) for p in wanted]


def rebuild(salvaged: SalvagedSet, wanted: list[int], folder: Path, advance: Advance) -> list[Rebuilt]:
    """Write every wanted member below `folder`. Never over a file that is there. Raises OSError.

    A data member is written as IMAGE-ID.img, a parity member as IMAGE-ID.parity.bin. One that lies there whole, since
    an earlier rescue was ended in the middle, is not made again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = [found for p in wanted if (found := _there(salvaged, p, folder)) is not None]
    wanted = [position for position in wanted if position not in {found.position for found in there}]
    lost: dict[int, list[int]] = {position: [] for position in wanted}
    names = {position: _free_name(salvaged, position, folder) for position in wanted}
    parts = {position: path.with_name(path.name + ".partial") for position, path in names.items()}
    for position, part in parts.items():
        with part.open("wb") as file:
            file.truncate(salvaged.record(position).size_bytes)
    for chunk in range(salvaged.chunk_count()):
        for position, data in _repair(salvaged, chunk, wanted, lost, advance).items():
            with parts[position].open("r+b", buffering=0) as file:
                file.seek(chunk * CHUNK_BYTES)
                while data:
                    data = data[file.write(data) :]
    made = [_finished(salvaged, p, lost[p], parts[p], names[p], advance) for p in wanted]
    return sorted((*there, *made), key=lambda found: found.position)


def _repair(
    salvaged: SalvagedSet, chunk: int, wanted: list[int], lost: dict[int, list[int]], advance: Advance
) -> dict[int, bytes]:
    """The bytes of one chunk that are to be written; notes what is lost."""
    asked = [position for position in wanted if chunk < len(salvaged.record(position).chunks)]
    found = {}
    for position, data in salvaged.repair(chunk, asked).items():
        if data is None:
            lost[position].append(chunk)
        elif data.strip(b"\0"):  # zeros are there already
            found[position] = data
        advance(salvaged.record(position).chunks.range_of(chunk)[1])
    return found


def _finished(
    salvaged: SalvagedSet, position: int, lost: list[int], part: Path, path: Path, advance: Advance
) -> Rebuilt:
    record, digest = salvaged.record(position), hashlib.sha256()
    for block in blocks(LooseFile(part)):
        digest.update(block)
        advance(len(block))
    if not lost and digest.hexdigest() != record.digests["sha256"]:
        lost = list(range(len(record.chunks)))  # the table itself is forged; nothing of it is believed
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if not lost:
        name_durably(part, path)
    return Rebuilt(position, record.member.image_id, tuple(lost), part if lost else path)


def _there(salvaged: SalvagedSet, position: int, folder: Path) -> Rebuilt | None:
    """The member as an earlier rescue left it, if it is whole."""
    record, path = salvaged.record(position), folder / _name(salvaged, position)
    if path.is_symlink() or not path.is_file() or path.stat().st_size != record.size_bytes:
        return None
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    whole = sha256 == record.digests["sha256"]
    return Rebuilt(position, record.member.image_id, (), path) if whole else None


def _name(salvaged: SalvagedSet, position: int) -> str:
    member = salvaged.record(position).member
    return safe_name(member.image_id) + (".img" if member.kind == "data" else ".parity.bin")


def _free_name(salvaged: SalvagedSet, position: int, folder: Path) -> Path:
    name = _name(salvaged, position)
    while (folder / name).exists():
        name = f"rebuilt-{name}"
    return folder / name


def safe_name(text: str) -> str:
    """A file name from an id."""
    return re.sub(r"[^\w.-]", "_", text)
