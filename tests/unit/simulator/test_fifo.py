"""A burn through a FIFO: the declared number of sectors decides what becomes of the disc."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backends.optical.burn import xorriso
from backends.optical.drive import MmcDrive
from devices.clock import SystemClock
from devices.failures import DeviceRefused
from devices.polling import wait_until
from robotics.changers.smc import SmcChanger
from simulator.control import control
from simulator.damage import CLUSTER_BYTES, SECTOR_BYTES
from simulator.disc import DiscState
from simulator.errors import BurnRefused
from simulator.fifo import FifoBurn
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.laser import Laser
from simulator.room import Room
from tests.unit.simulator.conftest import small_plan

CLUSTERS = 20
SECTORS = CLUSTERS * CLUSTER_BYTES // SECTOR_BYTES
SOON: Any = {"clock": SystemClock(), "timeout_s": 10, "interval_s": 0.01}
CONTENT = bytes(range(256)) * (CLUSTERS * CLUSTER_BYTES // 256)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A room at unlimited speed on a real clock, D0001 ready in drive B1."""
    room = furnish_room(tmp_path / "room", small_plan(speed=0), clock=SystemClock())
    SmcChanger(InProcessTransport(room, "L1")).move(source=1024, destination=256)
    drive = drive_of(room)
    drive.is_ready()
    assert drive.is_ready()
    yield room
    room.close()


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "burn.fifo"
    os.mkfifo(path)
    return path


def drive_of(room: Room) -> MmcDrive:
    return MmcDrive(InProcessTransport(room, "B1"))


def pour_without_end(fifo: Path) -> None:
    """Write until the reading end is closed; raises `BrokenPipeError`."""
    with open(fifo, "wb", buffering=0) as pipe:
        for _ in range(1000):
            pipe.write(CONTENT)


def outcome(room: Room) -> str:
    """Wait until the burn in B1 has ended, and give what became of it."""
    burner = room.burners["B1"]
    wait_until(lambda: burner.burn is None, **SOON)
    return burner.last_burn


def state(room: Room) -> DiscState:
    with room.disc(room.carrier("D0001")) as disc:
        return disc.state


def test_exactly_the_declared_sectors_make_a_complete_disc(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    fifo.write_bytes(CONTENT)
    assert outcome(room) == f"complete, {SECTORS} sectors"
    assert state(room) is DiscState.COMPLETE
    assert room.disc_bytes("D0001") == CONTENT


def test_bytes_in_odd_pieces_arrive_the_same(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    with open(fifo, "wb", buffering=0) as pipe:
        for at in range(0, len(CONTENT), 70_001):
            pipe.write(CONTENT[at : at + 70_001])
    assert outcome(room).startswith("complete")
    assert room.disc_bytes("D0001") == CONTENT


def test_a_writer_that_ends_early_leaves_the_disc_appendable(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    fifo.write_bytes(CONTENT[: 5 * CLUSTER_BYTES + 3000])
    assert outcome(room).startswith(f"ended after {5 * 32 + 1} of {SECTORS} sectors")
    assert state(room) is DiscState.APPENDABLE
    assert room.disc_bytes("D0001")[: 5 * CLUSTER_BYTES] == CONTENT[: 5 * CLUSTER_BYTES]
    assert len(room.disc_bytes("D0001")) == 6 * CLUSTER_BYTES


def test_more_than_declared_is_refused_and_the_disc_stays_appendable(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS - 32)
    with pytest.raises(BrokenPipeError):
        pour_without_end(fifo)
    assert "refused: more than the declared" in outcome(room)
    assert state(room) is DiscState.APPENDABLE
    assert len(room.disc_bytes("D0001")) == (SECTORS - 32) * SECTOR_BYTES


def test_a_write_error_breaks_the_pipe_at_its_cluster(room: Room, fifo: Path) -> None:
    control(room, "fault", {"name": "write-error", "drive": "B1", "after": 7})
    room.burner("B1").declare(fifo, SECTORS)
    with pytest.raises(BrokenPipeError):
        pour_without_end(fifo)
    assert outcome(room).startswith(f"failed: the cluster at sector {7 * 32}")
    assert state(room) is DiscState.APPENDABLE
    assert room.disc_bytes("D0001") == CONTENT[: 7 * CLUSTER_BYTES]


def test_a_closing_error_leaves_everything_readable(room: Room, fifo: Path) -> None:
    control(room, "fault", {"name": "close-error", "medium": "D0001"})
    room.burner("B1").declare(fifo, SECTORS)
    fifo.write_bytes(CONTENT)
    assert "closing failed" in outcome(room)
    assert state(room) is DiscState.APPENDABLE
    assert room.disc_bytes("D0001") == CONTENT


def test_a_bad_read_back_is_silent(room: Room, fifo: Path) -> None:
    control(room, "fault", {"name": "bad-read-back", "medium": "D0001", "after": 3})
    room.burner("B1").declare(fifo, SECTORS)
    fifo.write_bytes(CONTENT)
    assert outcome(room).startswith("complete")
    data = room.disc_bytes("D0001")
    wrong = {n // CLUSTER_BYTES for n, (a, b) in enumerate(zip(data, CONTENT, strict=True)) if a != b}
    assert wrong == {3}


def test_while_a_burn_is_declared_the_drive_is_not_ready_and_keeps_its_disc(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    drive = drive_of(room)
    assert not drive.is_ready()
    with pytest.raises(DeviceRefused) as refused:
        drive.eject()
    assert refused.value.sense.code == (2, 0x04, 0x08)
    room.burner("B1").withdraw()


def test_a_withdrawn_declaration_leaves_the_disc_blank(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    room.burner("B1").withdraw()
    assert state(room) is DiscState.BLANK
    assert drive_of(room).is_ready()
    room.burner("B1").withdraw()


def test_a_burn_that_has_begun_is_not_withdrawn(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    with open(fifo, "wb", buffering=0) as pipe:
        pipe.write(CONTENT[:CLUSTER_BYTES])
        with pytest.raises(BurnRefused, match="has begun"):
            room.burner("B1").withdraw()
    assert outcome(room).startswith("ended after 32")


def test_a_writer_that_only_looks_in_is_not_taken_for_the_burn(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    for _ in range(3):
        os.close(os.open(fifo, os.O_WRONLY))
    fifo.write_bytes(CONTENT)
    assert outcome(room).startswith("complete")


def test_without_a_writer_the_declaration_is_forgotten(room: Room, fifo: Path) -> None:
    ended: list[str] = []
    with room.disc(room.carrier("D0001")) as disc:
        burn = FifoBurn(
            room.estate,
            disc,
            Laser(room.estate, drive="B1", medium="D0001"),
            fifo=fifo,
            sectors=32,
            close=lambda disc: True,
            ended=ended.append,
            writer_timeout_s=0.05,
        )
        burn.start()
        burn.join()
        assert ended == ["forgotten: no writer came within 0.05 s"]
        assert disc.state is DiscState.BLANK


def test_what_cannot_be_burnt_is_refused_when_declared(room: Room, fifo: Path, tmp_path: Path) -> None:
    burner = room.burner("B1")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    with pytest.raises(BurnRefused, match="not a FIFO"):
        burner.declare(plain, SECTORS)
    with pytest.raises(BurnRefused, match="cannot be read"):
        burner.declare(tmp_path / "missing", SECTORS)
    with pytest.raises(BurnRefused, match="do not go on a disc of 1024"):
        burner.declare(fifo, 1025)
    with pytest.raises(BurnRefused, match="drive B2 cannot burn"):
        room.burner("B2").declare(fifo, SECTORS)
    assert drive_of(room).is_ready()
    burner.declare(fifo, SECTORS)
    with pytest.raises(BurnRefused, match="long write in progress"):
        burner.declare(fifo, SECTORS)
    fifo.write_bytes(CONTENT)
    outcome(room)
    with pytest.raises(BurnRefused, match="complete, not blank"):
        burner.declare(fifo, SECTORS)


def test_a_room_that_closes_cuts_the_burn_off(room: Room, fifo: Path) -> None:
    room.burner("B1").declare(fifo, SECTORS)
    with open(fifo, "wb", buffering=0) as pipe:
        pipe.write(CONTENT[:CLUSTER_BYTES])
        wait_until(lambda: room.burning("B1") != {"sectors": 0, "of": SECTORS}, **SOON)
        room.burners["B1"].power_off()
        with pytest.raises(BrokenPipeError):
            pipe.write(CONTENT)
    assert "appendable" in outcome(room)
    assert state(room) is DiscState.APPENDABLE


@pytest.mark.skipif(shutil.which(xorriso.PROGRAM) is None, reason="xorriso is not installed")
@pytest.mark.parametrize("clusters", [1, CLUSTERS])
def test_the_real_burning_program_burns_a_complete_disc(room: Room, fifo: Path, clusters: int) -> None:
    content = CONTENT[: clusters * CLUSTER_BYTES]
    room.burner("B1").declare(fifo, clusters * 32)
    done = subprocess.run(
        xorriso.argv(xorriso.fifo_target(fifo), clusters * 32),
        input=content,
        capture_output=True,
        check=False,
    )
    output = (done.stdout + done.stderr).decode(errors="replace")
    assert xorriso.verdict(done.returncode, output).succeeded, output
    assert outcome(room).startswith("complete")
    assert room.disc_bytes("D0001") == content


@pytest.mark.skipif(shutil.which(xorriso.PROGRAM) is None, reason="xorriso is not installed")
def test_the_real_burning_program_notices_a_write_error(room: Room, fifo: Path) -> None:
    control(room, "fault", {"name": "write-error", "after": 2})
    sectors = 1024
    room.burner("B1").declare(fifo, sectors)
    done = subprocess.run(
        xorriso.argv(xorriso.fifo_target(fifo), sectors),
        input=bytes(sectors * SECTOR_BYTES),
        capture_output=True,
        check=False,
    )
    output = (done.stdout + done.stderr).decode(errors="replace")
    assert not xorriso.verdict(done.returncode, output).succeeded, output
    assert state(room) is DiscState.APPENDABLE
