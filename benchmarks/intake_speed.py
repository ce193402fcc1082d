"""Intake of one folder as a ratio to `bagit.make_bag` with its default digests (sha256 and sha512).

CPU seconds of this process, both sides one after the other on equal files in the page cache. bagit.py digests
in place; intake also copies, takes three digests, fills the catalog and syncs, so the ratio flatters nobody.

Run alone:  python -m benchmarks.intake_speed
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import bagit

from archived.catalog.store import Catalog
from archived.config import parse
from archived.formats.key_files import make_site_key
from archived.sessions.tools import KEYS_FOLDER
from archived.settings_text import template
from archived.stages.intake import SubmissionRequest, accept
from benchmarks.table import Row, render
from devices.clock import SystemClock

#: (files, bytes each): a volume of scans with its metadata, 600 MB in all.
MIX = ((12, 40_000_000), (100, 1_000_000), (500, 40_000))
REPETITIONS = 5


def measure() -> list[Row]:
    """All rows of this file; needs about 2 GB below the temporary directory."""
    with tempfile.TemporaryDirectory(prefix="archived-bench-") as name:
        base = Path(name)
        source = base / "source"
        _make_source(source)
        warm = _cpu_seconds(partial(take_in, base / "warm", source))
        pairs = []
        for repetition in range(REPETITIONS):
            theirs, ours = base / f"bagit-{repetition}", base / f"site-{repetition}"
            shutil.copytree(source, theirs)
            bagged = _cpu_seconds(partial(bagit.make_bag, str(theirs)))
            taken = _cpu_seconds(partial(take_in, ours, source))
            pairs.append((bagged, taken))
            shutil.rmtree(theirs)
            shutil.rmtree(ours)
    ratio = median(bagged / taken for bagged, taken in pairs)
    size_mb = sum(count * size for count, size in MIX) / 1e6
    bagged, taken = (median(times) for times in zip(*pairs, strict=True))
    detail = (
        f"{size_mb:.0f} MB in {sum(count for count, _ in MIX)} files: bagit.py {bagged:.2f} s, "
        f"intake {taken:.2f} s of CPU (first one {warm:.2f} s)"
    )
    return [Row("intake against bagit.py (sha256, sha512)", ratio, ">= 1.3", detail)]


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / 1e9


def _make_source(source: Path) -> None:
    noise = os.urandom(max(size for _, size in MIX))
    for group, (count, size) in enumerate(MIX):
        folder = source / f"group {group}"
        folder.mkdir(parents=True)
        for number in range(count):
            # The number in front makes every file's digests its own.
            (folder / f"{number:05d}.bin").write_bytes(b"%08d" % number + noise[8:size])


def take_in(site: Path, source: Path) -> None:
    """Make a site with an empty catalog, and take `source` in."""
    site.mkdir()
    make_site_key(site / KEYS_FOLDER)
    catalog = Catalog(site / "catalog.sqlite")
    catalog.upgrade()
    settings = parse(template(speed=0, keep_free_bytes=0))
    request = SubmissionRequest(source, "F", "S", "V", retention="permanent", confidentiality="open")
    accept(
        request,
        catalog=catalog,
        config=settings,
        site=site,
        clock=SystemClock(),
        owner=os.getuid(),
    )
    catalog.close()


if __name__ == "__main__":
    print(render(measure()))
