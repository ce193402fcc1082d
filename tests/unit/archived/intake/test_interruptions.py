"""Whatever ends an intake in the middle, nothing is acknowledged and the next start finds nothing left."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from archived.catalog import inner_files, packages
from archived.errors import ContentDiffers
from archived.model import Package
from archived.stages import intake, intake_staging
from archived.states import PackageEvent
from tests.unit.archived.intake.conftest import Site

#: A child that takes a submission in and kills itself, as SIGKILL would, when the marked function is called.
KILLED = """
import os, signal, sys
from pathlib import Path
from archived.catalog.store import Catalog
from archived.config import parse
from archived.settings_text import template
from archived.stages import intake, intake_content, intake_staging, intake_survey
from devices.clock import SimulatedClock

folder, producer, where = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]

def die(*_arguments, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

if where == "copying":
    intake_survey.os.readv = die
elif where == "before the sync":
    intake.sync_filesystem = die
elif where == "before the commit":
    intake_staging.packages.wait_for_pools = die
elif where == "before the answer":
    acknowledge = intake_staging.StagedPackage.acknowledge
    intake_staging.StagedPackage.acknowledge = lambda *a, **n: (acknowledge(*a, **n), die())
intake.accept(
    intake.SubmissionRequest(producer, "J001", "A", "12", "账簿", None, "permanent", "open"),
    catalog=Catalog(folder / "catalog.sqlite"), config=parse(template(speed=0, keep_free_bytes=0)),
    site=folder, clock=SimulatedClock(), owner=1000,
)
"""


def killed_while(site: Site, producer: Path, where: str) -> None:
    child = subprocess.run(
        [sys.executable, "-c", KILLED, str(site.folder), str(producer), where],
        check=False,
        capture_output=True,
    )
    assert child.returncode == -9, child.stderr.decode()


@pytest.mark.parametrize(
    ("where", "travels"),
    [
        ("copying", "files"),
        ("copying", "tar"),
        ("before the sync", "files"),
        ("before the commit", "files"),
        ("before the commit", "tar"),
    ],
)
def test_a_kill_before_the_commit_leaves_nothing_after_the_next_start(
    site: Site, volume: Path, where: str, travels: str
) -> None:
    if travels == "tar":
        (volume / "NUL.txt").write_text("hard")
    killed_while(site, volume, where)
    assert site.states() == ["staging"]
    assert site.recover() == ["P000001"]
    assert site.states() == ["abandoned"]
    assert site.left_in_staging() == []
    assert site.rows("P000001") == {}
    with site.catalog.read() as connection:
        assert not list(inner_files.of_package(connection, "P000001"))
    again = site.accept(volume)
    assert (again["package"], again["travels"]["as"]) == ("P000002", travels)


def test_a_kill_after_the_commit_keeps_the_package_and_its_receipt(site: Site, volume: Path) -> None:
    killed_while(site, volume, "before the answer")
    assert site.recover() == []
    again = site.accept(volume)
    assert (again["package"], again["repeated"]) == ("P000001", True)
    assert site.left_in_staging() == ["P000001"]


def test_recovery_removes_only_what_nobody_owns(site: Site, volume: Path) -> None:
    kept = site.accept(volume)["package"]
    (site.folder / "staging/packages/P999999/data").mkdir(parents=True)
    withdrawn = site.accept(volume, volume="13")["package"]
    with site.catalog.write() as connection:
        packages.advance_state(connection, withdrawn, PackageEvent.WITHDRAWN)
    assert site.recover() == [withdrawn, "P999999"]
    assert site.left_in_staging() == [kept]
    assert site.recover() == []


def test_a_cancelled_intake_keeps_nothing(site: Site, volume: Path) -> None:
    def cancel(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        site.accept(volume, progress=cancel)
    assert site.left_in_staging() == []
    assert site.states() == ["abandoned"]


def test_an_interruption_right_behind_the_commit_does_not_touch_the_package(
    site: Site, volume: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledge = intake_staging.StagedPackage.acknowledge

    def interrupted(*arguments: Any, **named: Any) -> None:
        acknowledge(*arguments, **named)
        raise KeyboardInterrupt

    monkeypatch.setattr(intake_staging.StagedPackage, "acknowledge", interrupted)
    with pytest.raises(KeyboardInterrupt):
        site.accept(volume)
    assert site.states() == ["accepted"]
    assert (site.staged("P000001") / "data/a.txt").read_text() == "first"


def test_the_sync_comes_before_the_commit(site: Site, volume: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_sync: list[list[str]] = []
    monkeypatch.setattr(intake, "sync_filesystem", lambda _folder: at_sync.append(site.states()))
    site.accept(volume)
    assert at_sync == [["staging"]]


@pytest.mark.parametrize("same", [True, False])
def test_of_two_submissions_under_one_reference_the_first_one_counts(
    site: Site, volume: Path, tmp_path: Path, same: bool
) -> None:
    other = tmp_path / "other"
    (other / "空").mkdir(parents=True)
    for name in ("a.txt", ".hidden", "with space/第一页.txt", "empty.bin"):
        (other / name).parent.mkdir(exist_ok=True)
        (other / name).write_bytes((volume / name).read_bytes())
    if not same:
        (other / "a.txt").write_text("other")
    winner: list[dict[str, Any]] = []

    def overtake(_done: int, _total: int) -> None:
        if not winner:
            thread = threading.Thread(target=lambda: winner.append(site.accept(other)))
            thread.start()
            thread.join()

    if same:
        receipt = site.accept(volume, progress=overtake)
        assert (receipt["package"], receipt["repeated"]) == (winner[0]["package"], True)
    else:
        with pytest.raises(ContentDiffers) as refused:
            site.accept(volume, progress=overtake)
        assert refused.value.detail["changed"] == ["a.txt"]
    assert site.states() == ["abandoned", "accepted"]
    assert site.left_in_staging() == [winner[0]["package"]]


VERY_MANY = """
import sys
from pathlib import Path
from archived.catalog.store import Catalog
from archived.config import parse
from archived.settings_text import template
from archived.stages import intake
from devices.clock import SystemClock

def peak_kib():
    # Not ru_maxrss: a process takes that over from the one that started it.
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


folder, producer = Path(sys.argv[1]), Path(sys.argv[2])
before = peak_kib()
receipt = intake.accept(
    intake.SubmissionRequest(producer, "J001", "A", "12", "", None, "permanent", "open"),
    catalog=Catalog(folder / "catalog.sqlite"), config=parse(template(speed=0, keep_free_bytes=0)),
    site=folder, clock=SystemClock(), owner=1000,
)
print(receipt["files"], peak_kib() - before)
"""


@pytest.mark.parametrize(
    ("folders", "grown_mib_max"), [(20, 32), pytest.param(100, 128, marks=pytest.mark.simulate)]
)
def test_very_many_files_are_taken_in_little_memory(site: Site, folders: int, grown_mib_max: int) -> None:
    for number in range(folders):
        folder = site.producer / f"{number:03d}"
        folder.mkdir()
        (folder / "0000").write_text(f"folder {number}")
        for page in range(1, 1000):
            os.link(folder / "0000", folder / f"{page:04d}")
    child = subprocess.run(
        [sys.executable, "-c", VERY_MANY, str(site.folder), str(site.producer)],
        check=True,
        capture_output=True,
    )
    files, grown_kib = map(int, child.stdout.split())
    assert files == folders * 1000
    assert grown_kib < grown_mib_max * 1024, grown_kib
    with site.catalog.read() as connection:
        package: Package = packages.get(connection, "P000001")
    assert package.file_count == folders * 1000
