"""Intake of 100,000 files of 4 KiB against `cp -r` and against `bagit.make_bag`, as ratios of CPU seconds.

`cp -r` only copies; intake also looks twice at each file, takes three digests, writes a row, two tables and a manifest,
and syncs. bagit.py moves the files and takes two digests. Both sides have the files in the page cache. A second
intake has one name that no disc holds: the same files then travel as one tar.

Run alone:  python -m benchmarks.small_files_speed
"""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import bagit

from benchmarks.intake_speed import take_in
from benchmarks.table import Row, render

FILES = 100_000
FILE_BYTES = 4096
FILES_A_FOLDER = 1000


def measure() -> list[Row]:
    """All rows of this file; needs about 3 GB below the temporary directory."""
    with tempfile.TemporaryDirectory(prefix="archived-bench-") as name:
        base = Path(name)
        source = base / "source"
        _make_source(source)
        _copy(source, base / "warm")
        copied, _ = _timed(partial(_copy, source, base / "copy"))
        taken, wall = _timed(partial(take_in, base / "site", source))
        shutil.rmtree(base / "site")
        bagged, _ = _timed(partial(bagit.make_bag, str(base / "copy")))
        (source / "NUL.txt").write_bytes(b"hard")
        carried, _ = _timed(partial(take_in, base / "tar", source))
    what = f"{FILES} files of {FILE_BYTES} bytes"
    detail = f"{what}: intake {taken:.1f} s ({wall:.1f} s by the wall)"
    return [
        Row(
            "small files: intake against cp -r, CPU (less is better)",
            taken / copied,
            "",
            f"{detail}, cp -r {copied:.1f} s",
        ),
        Row(
            "small files: intake against bagit.py",
            bagged / taken,
            ">= 1",
            f"{detail}, bagit.py {bagged:.1f} s",
        ),
        Row(
            "small files: as plain files against one tar, CPU",
            taken / carried,
            "",
            f"{what}: plain {taken:.1f} s, tar {carried:.1f} s",
        ),
    ]


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds, children's too, and seconds by the wall."""
    start, wall = _cpu_s(), time.perf_counter()
    work()
    return _cpu_s() - start, time.perf_counter() - wall


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-r", str(source), str(target)], check=True)


def _make_source(source: Path) -> None:
    noise = os.urandom(FILE_BYTES)
    for first in range(0, FILES, FILES_A_FOLDER):
        folder = source / f"{first:06d}"
        folder.mkdir(parents=True)
        for number in range(first, min(first + FILES_A_FOLDER, FILES)):
            # The number in front makes every file's digests its own.
            (folder / f"{number:06d}.bin").write_bytes(b"%08d" % number + noise[8:])


if __name__ == "__main__":
    print(render(measure()))
