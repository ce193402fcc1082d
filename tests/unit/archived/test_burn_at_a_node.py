"""A burn at a node of this machine: the drive is asked before and after, and the program has the node alone between.

The program is the real one and writes to a file; the drive is played. A real node was never burnt to here.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from archived import burn
from archived.settings import DeviceSettings
from archived.wiring_hardware import burn_target, target_settings
from backends.durable import write_durably
from backends.interface import CLUSTER_BYTES, CLUSTER_SECTORS, Disc, DiscStatus
from backends.optical.burn import xorriso
from backends.recipe import FileExtent, RecipeWriter
from devices.failures import DeviceRefused, TransportLost
from devices.node_lock import NodeUnavailable, kept_for
from devices.sense import UNIT_ATTENTION, Sense
from erasure.digests import Digests

CONTENT = bytes(range(256)) * (CLUSTER_BYTES // 256)


@dataclass
class Drive:
    """Tells `before` until the program wrote, then `after`, with an attention and a lost line at first."""

    file: Path
    before: DiscStatus = DiscStatus.BLANK
    after: DiscStatus = DiscStatus.COMPLETE
    log: list[str] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    def is_ready(self) -> bool:
        self.log.append("ready?")
        return True

    def inspect(self) -> Disc:
        is_written = self.file.exists() and self.file.stat().st_size > 0
        self.log.append("after" if is_written else "before")
        if is_written and self.troubles:
            raise self.troubles.pop()
        return Disc(self.after if is_written else self.before)

    def close(self) -> None:
        self.log.append("closed")


@pytest.fixture
def job(tmp_path: Path) -> tuple[Path, Path]:
    """The folder of a job, and the file that stands for the disc."""
    staging, recipe, folder = tmp_path / "staging", tmp_path / "recipe", tmp_path / "job"
    staging.mkdir()
    folder.mkdir()
    (staging / "one").write_bytes(CONTENT)
    digests = Digests()
    digests.update(memoryview(CONTENT))
    with RecipeWriter(recipe, image="I1", label="l") as writer:
        writer.add(FileExtent("one", 0, len(CONTENT), digests.hexdigests(), "name"))
        writer.commit()
    (tmp_path / "disc").touch()
    target = burn_target(DeviceSettings(path=f"{tmp_path}/disc", serial="S1"), "B1", "")
    document = {"recipe": str(recipe), "staging": str(staging), "sectors": CLUSTER_SECTORS, "target": target}
    write_durably(folder / "job.json", burn.json.dumps(document))
    return folder, tmp_path / "disc"


REAL_ARGV = xorriso.argv


def to_a_file(node: str, sectors: int) -> list[str]:
    return REAL_ARGV(f"stdio:{node}", sectors)


def burnt(
    job: tuple[Path, Path],
    drive: Drive,
    monkeypatch: pytest.MonkeyPatch,
    argv: Callable[[str, int], list[str]] = to_a_file,
) -> dict[str, Any]:
    folder, _ = job
    monkeypatch.setattr(burn, "_reach", lambda target: (drive, drive))
    monkeypatch.setattr(xorriso, "argv", argv)
    monkeypatch.setattr(burn.signal, "signal", lambda number, handler: None)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
    try:
        burn.main(folder, lock)
    finally:
        os.close(lock)
    return dict(burn.json.loads((folder / "done").read_text()))


def test_the_drive_is_let_go_for_the_program_and_asked_until_it_tells_how_it_ended(
    job: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    attention = DeviceRefused(Sense(UNIT_ATTENTION, 0x28, 0x00), b"\0", "it")
    drive = Drive(job[1], troubles=[TransportLost("the kernel has it for a moment"), attention])
    assert burnt(job, drive, monkeypatch) == {"kind": "flushed", "note": ""}
    assert drive.log == ["ready?", "before", "closed", "after", "after", "after", "closed"]
    written = job[1].read_bytes()[: len(CONTENT)]
    assert hashlib.sha256(written).digest() == hashlib.sha256(CONTENT).digest()


@pytest.mark.parametrize("status", [DiscStatus.APPENDABLE, DiscStatus.UNREADABLE])
def test_the_word_of_the_program_is_not_enough(
    job: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, status: DiscStatus
) -> None:
    done = burnt(job, Drive(job[1], after=status), monkeypatch)
    assert done["kind"] == "failed"
    assert status.value in done["note"]


def test_a_disc_that_is_not_blank_is_never_given_to_the_program(
    job: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    drive = Drive(job[1], before=DiscStatus.APPENDABLE)
    done = burnt(job, drive, monkeypatch)
    assert (done["kind"], "nothing was written" in done["note"]) == ("failed", True)
    assert job[1].stat().st_size == 0
    assert drive.log[-1] == "closed"


def test_nobody_else_commands_the_drive_while_the_program_works_even_when_the_burn_died(
    job: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program here is a shell that tells what it inherited, and what another opener of the node meets."""
    disc = job[1]
    asked: list[str] = []

    def argv(node: str, sectors: int) -> list[str]:
        script = f"flock -n {disc} true && echo free || echo locked; ls -l /proc/self/fd; cat > {disc}"
        return ["/bin/sh", "-c", script]

    def verdict(status: int, output: str) -> xorriso.Verdict:
        asked.append(output)
        return xorriso.Verdict(True, "")

    drive = Drive(disc)
    monkeypatch.setattr(xorriso, "verdict", verdict)
    done = burnt(job, drive, monkeypatch, argv)
    assert done["kind"] == "flushed"
    assert asked[0].startswith("locked\n")
    inherited = [line for line in asked[0].splitlines() if line.endswith(f"-> {disc}")]
    assert len(inherited) == 1  # the lock is the program's as well, so it lasts as long as the program
    os.close(kept_for(disc))  # and no longer


def test_a_node_that_somebody_took_meanwhile_is_not_burnt_to(
    job: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = kept_for(job[1])
    done = burnt(job, Drive(job[1]), monkeypatch)
    os.close(other)
    assert (done["kind"], "has it open and locked" in done["note"]) == ("failed", True)
    assert job[1].stat().st_size == 0


def test_a_node_of_the_sg_driver_is_refused_for_the_program_would_not_get_it() -> None:
    with pytest.raises(NodeUnavailable, match="/dev/srN"):
        kept_for(Path("/dev/null"))


def test_a_target_tells_how_its_drive_is_reached_and_nothing_secret() -> None:
    node = DeviceSettings(path="/dev/sr0", serial="S1")
    assert target_settings(burn_target(node, "B1", "iqn.x:y")) == node
    far = DeviceSettings(
        portal="h:3260", target="iqn.x:t", lun=3, initiator="iqn.x:me", serial="S1", chap_user="me",
        chap_secret_file="/etc/secret",
    )  # fmt: skip
    assert target_settings(burn_target(far, "B1", "iqn.x:other")) == far
