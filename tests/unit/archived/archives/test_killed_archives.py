"""The daemon killed while it unpacks an archive keeps nothing of it, and the next one takes it whole."""

import os
import subprocess
import sys

import pytest

from tests.unit.archived.archives.packing import SUFFIXES, pack
from tests.unit.archived.intake.conftest import Site

#: A child that takes an archive in and kills itself after so many bytes of it.
KILLED = """
import os, signal, sys
from pathlib import Path
from archived.catalog.store import Catalog
from archived.config import parse
from archived.settings_text import template
from archived.stages import intake
from devices.clock import SimulatedClock

folder, archive, after = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])

def progress(done, total):
    if done >= after:
        os.kill(os.getpid(), signal.SIGKILL)

intake.accept(
    intake.SubmissionRequest(archive, "J001", "A", "12", "账簿", None, "permanent", "open"),
    catalog=Catalog(folder / "catalog.sqlite"), config=parse(template(speed=0, keep_free_bytes=0)),
    site=folder, clock=SimulatedClock(), owner=1000, progress=progress,
)
"""


@pytest.mark.parametrize(
    ("suffix", "after"), list(zip(SUFFIXES, (1, 200_000, 400_000, 600_000), strict=True))
)
def test_a_kill_in_the_middle_takes_nothing(site: Site, suffix: str, after: int) -> None:
    tree = {f"x/{number}": os.urandom(200_000) for number in range(3)}
    path = pack(site.producer / f"x{suffix}", tree)
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(site.folder), str(path), str(after)],
        check=False,
        capture_output=True,
    )
    assert child.returncode == -9, child.stderr.decode()
    assert site.states() == ["staging"]
    assert site.recover() == ["P000001"]
    assert site.states() == ["abandoned"]
    assert site.left_in_staging() == []
    receipt = site.accept(path)
    assert receipt["files"] == 3
    assert receipt["package"] == "P000002"
