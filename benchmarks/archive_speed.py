"""Intake of one zip of 1 GB as a ratio to `unzip` of it, followed by `sha256sum` over the archive and what came out.

Seconds by the clock and of CPU with all child processes, both sides one after the other on the same archive in the
page cache. Intake also takes three digests of every file, fills the catalog and syncs what it wrote; the other side
is synced too.

Run alone:  python -m benchmarks.archive_speed
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.intake_speed import take_in
from benchmarks.table import Row, render

FILES, FILE_BYTES = 100, 10_000_000
#: Every so many bytes of noise are followed by as many that pack to nothing, as in scans.
STRETCH_BYTES = 1 << 16
REPETITIONS = 3


def measure() -> list[Row]:
    """All rows of this file; needs about 4 GB below the temporary directory."""
    with tempfile.TemporaryDirectory(prefix="archived-bench-") as name:
        base = Path(name)
        archive = base / "volume.zip"
        _make_zip(archive)
        pairs = []
        for repetition in range(REPETITIONS):
            theirs, ours = base / f"unzipped-{repetition}", base / f"site-{repetition}"
            pairs.append(
                (_seconds(partial(_unpack, archive, theirs)), _seconds(partial(take_in, ours, archive)))
            )
            shutil.rmtree(theirs)
            shutil.rmtree(ours)
        packed_mb = archive.stat().st_size / 1e6
    clock = median(theirs[0] / ours[0] for theirs, ours in pairs)
    (their_clock, their_cpu), (our_clock, our_cpu) = (
        [median(side[at] for side in sides) for at in (0, 1)] for sides in zip(*pairs, strict=True)
    )
    how = "unzip" if shutil.which("unzip") else "python -m zipfile"
    detail = (
        f"{FILES * FILE_BYTES / 1e6:.0f} MB in {FILES} files, packed to {packed_mb:.0f} MB: {how} + sha256sum "
        f"{their_clock:.2f} s ({their_cpu:.2f} s of CPU), intake {our_clock:.2f} s ({our_cpu:.2f} s of CPU)"
    )
    return [Row("intake of one zip of 1 GB against unzip + sha256sum", clock, ">= 1", detail)]


def _make_zip(path: Path) -> None:
    noise = os.urandom(FILE_BYTES)
    half = b"".join(
        noise[at : at + STRETCH_BYTES] + bytes(STRETCH_BYTES)
        for at in range(0, FILE_BYTES, 2 * STRETCH_BYTES)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(FILES):
            archive.writestr(f"volume/{number:05d}.bin", b"%08d" % number + half[8:FILE_BYTES])


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """By the clock, and of CPU with all children."""
    cpu, start = _cpu_s(), time.perf_counter()
    work()
    return time.perf_counter() - start, _cpu_s() - cpu


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _unpack(archive: Path, target: Path) -> None:
    target.mkdir()
    if shutil.which("unzip"):
        command = ["unzip", "-q", str(archive), "-d", str(target)]
    else:
        command = [sys.executable, "-m", "zipfile", "-e", str(archive), str(target)]
    subprocess.run(command, check=True)
    files = [archive, *sorted(path for path in target.rglob("*") if path.is_file())]
    subprocess.run(["sha256sum", *map(str, files)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["sync", "--file-system", str(target)], check=True)


if __name__ == "__main__":
    print(render(measure()))
