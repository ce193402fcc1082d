"""What `make run` is given: the volumes of a folder, what they need of a disc, and whether they came back."""

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
REGISTER = "volumes.csv"
BLANKS = 48


@dataclass(frozen=True, slots=True)
class Volume:
    """One sub-folder, and under which words it is handed in."""

    folder: Path
    fonds: str
    series: str
    volume: str
    title: str
    retention: str
    confidentiality: str

    @property
    def reference(self) -> str:
        return f"{self.fonds}/{self.series}/{self.volume}"

    @property
    def is_bag(self) -> bool:
        return (self.folder / "bagit.txt").is_file()


def volumes_of(collection: Path) -> list[Volume]:
    """Every sub-folder as a volume, in natural order; its words come from volumes.csv where there is one."""
    known = _register(collection / REGISTER)
    folders = sorted((path for path in collection.iterdir() if path.is_dir()), key=_natural)
    return [_volume(collection, folder, known.get(folder.name, {})) for folder in folders]


def loose_files(collection: Path) -> list[str]:
    """Names of what lies beside the volumes and is not handed in."""
    return sorted(path.name for path in collection.iterdir() if not path.is_dir() and path.name != REGISTER)


def disc_capacity_bytes(volumes: list[Volume]) -> int:
    """Discs that the largest volume fills well, so that several are needed; never so small that blanks run out."""
    sizes = [_size_bytes(volume.folder) for volume in volumes]
    wanted = max(8 * MIB, int(1.3 * max(sizes)) + MIB, 3 * sum(sizes) // BLANKS)
    return -(-wanted // MIB) * MIB


def differences(volume: Volume, recalled: Path, left_out: frozenset[str]) -> list[str]:
    """What is not as it was, in words; empty when every byte, file and folder came back but what was left out."""
    came = recalled if volume.is_bag else recalled / "data"
    if not came.is_dir():
        return [f"{came} is not there"]
    before, after = _taken(volume, left_out), _tree(came)
    found = [f"{path} did not come back" for path in sorted(before.keys() - after.keys())]
    found += [f"{path} was never handed in" for path in sorted(after.keys() - before.keys())]
    found += [
        f"{path} differs"
        for path in sorted(before.keys() & after.keys())
        if not _same(before[path], after[path])
    ]
    return found


def count(volume: Volume, left_out: frozenset[str]) -> tuple[int, int]:
    """Files and bytes of a volume as it was taken in."""
    files = [path for path in _taken(volume, left_out).values() if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def _taken(volume: Volume, left_out: frozenset[str]) -> dict[str, Path]:
    """What was handed in, without what the receipt names as left out."""
    return {name: path for name, path in _tree(volume.folder).items() if name not in left_out}


def _register(path: Path) -> dict[str, dict[str, str]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["folder"]: row for row in csv.DictReader(file)}


def _volume(collection: Path, folder: Path, words: dict[str, str]) -> Volume:
    return Volume(
        folder,
        words.get("fonds") or "DEMO",
        words.get("series") or collection.resolve().name,
        words.get("volume") or folder.name,
        words.get("title") or folder.name,
        words.get("retention") or "永久",
        words.get("confidentiality") or "open",
    )


def _natural(path: Path) -> list[tuple[int, int, str]]:
    pieces = re.split(r"(\d+)", path.name)
    return [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece]


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        yield from (Path(place, name) for name in (*folders, *files))


def _tree(folder: Path) -> dict[str, Path]:
    """Every file and folder by its path below `folder`; a folder's name ends with a slash."""
    return {f"{path.relative_to(folder)}{'/' if path.is_dir() else ''}": path for path in _walk(folder)}


def _size_bytes(folder: Path) -> int:
    """An estimate of what it takes on a disc: bytes, and a sector or two for every name."""
    return sum(4096 + (path.lstat().st_size if path.is_file() else 0) for path in _walk(folder))


def _same(one: Path, other: Path) -> bool:
    if one.is_dir():
        return True
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while block := left.read(MIB):
            if block != right.read(MIB):
                return False
    return True
