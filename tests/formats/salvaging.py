"""Damaged sets for both rescue programs: the one on the discs, and the one in archivectl."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from archived.formats.salvage_disc import open_discs
from archived.formats.salvage_rebuild import rebuild
from archived.formats.salvage_set import SalvagedSet
from tests.formats.building import BuiltSet

MIB = 1 << 20


@dataclass(frozen=True)
class Found:
    """What a rescue came to: rebuilt images, and chunks that stay lost, by position."""

    rebuilt: dict[int, bytes]
    lost: dict[int, str]


class Wreck:
    """Raw copies of a set in one folder, to be damaged."""

    def __init__(self, built: BuiltSet, folder: Path) -> None:
        self.built, self.folder = built, folder
        self.raw = folder / "raw"
        self.raw.mkdir()

    def keep(self, *positions: int) -> "Wreck":
        for position in positions:
            shutil.copy(self.built.images[position], self.path(position))
        return self

    def path(self, position: int) -> Path:
        return self.raw / f"disc-{position}.img"

    def zero(self, position: int, start: int, length: int) -> None:
        with self.path(position).open("r+b") as file:
            file.seek(start)
            file.write(bytes(length))

    def cut(self, position: int, length: int) -> None:
        with self.path(position).open("r+b") as file:
            file.truncate(length)

    def by_the_disc(self, program: Path) -> Found:
        """What rebuild.py makes of it."""
        out = self.folder / "by-the-disc"
        command = [sys.executable, "-I", program, self.raw, "--out", out, "--processes", "1"]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
        lost = {}
        for name, chunks in re.findall(
            r"NOT RECOVERABLE in \S*?([^/\s]+)\.img\.partial: chunks ([\d, -]+) of", done.stdout
        ):
            lost[self._position(name)] = chunks
        return Found(self._images(out), lost)

    def by_archivectl(self) -> Found:
        """What our own salvage makes of it."""
        discs = open_discs([self.raw])
        descriptors = [disc.descriptor for disc in discs if disc.descriptor is not None]
        salvaged = SalvagedSet(max(descriptors, key=lambda descriptor: descriptor.revision))
        salvaged.take(discs, nothing)
        out = self.folder / "by-archivectl"
        results = rebuild(salvaged, salvaged.wanted(), out, nothing)
        for disc in discs:
            disc.close()
        return Found(self._images(out), {r.position: ranges(r.lost) for r in results if r.lost})

    def _images(self, out: Path) -> dict[int, bytes]:
        return {self._position(path.stem): path.read_bytes() for path in out.glob("*.img")}

    def _position(self, name: str) -> int:
        return next(m.position for m in self.built.identity.members if m.image_id == name)


def nothing(_count: int) -> None:
    """Progress that nobody looks at."""


def ranges(numbers: tuple[int, ...]) -> str:
    """(1, 2, 3, 7) as rebuild.py prints it: 1-3, 7"""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


Damage = Callable[[Wreck], object]
