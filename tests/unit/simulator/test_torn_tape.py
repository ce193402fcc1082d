"""A room server that is killed in the middle of an append leaves a torn tape: what was flushed, and no half block."""

from pathlib import Path

import pytest

from backends.errors import EndOfData, FilemarkMet
from backends.tape.readiness import wait_until_ready
from backends.tape.ssc_drive import SscTapeDrive
from devices.clock import SystemClock
from devices.failures import OutcomeUnknown
from devices.transports.room import RoomTransport
from robotics.changers.smc import SmcChanger
from simulator.estate import create_room
from simulator.plan import CartridgePlan, RoomPlan, standard_tape_drives
from tests.unit.simulator.test_server import server

PLAN = RoomPlan(
    kind="tape",
    library="TL1",
    drives=standard_tape_drives(1),
    slots=1,
    magazine_slots=1,
    import_export_slots=0,
    cartridges=(CartridgePlan("A00001L8", 1),),
    buffer_bytes=10_000,
    speed=0,
)


def block(number: int) -> bytes:
    return bytes([number]) * 1000


def test_a_killed_room_loses_what_was_buffered_and_nothing_before(tmp_path: Path) -> None:
    create_room(tmp_path / "room", PLAN)
    with server(tmp_path / "room") as (process, path):
        robot, line = RoomTransport(path, "TL1"), RoomTransport(path, "T1")
        drive = SscTapeDrive(line)
        SmcChanger(robot).move(source=1024, destination=256)
        wait_until_ready(drive, clock=SystemClock(), interval_s=0.01)
        drive.write_block(block(1))
        drive.write_filemarks(1)
        for number in range(2, 32):
            drive.write_block(block(number))
        process.kill()
        process.wait()
        with pytest.raises(OutcomeUnknown):
            drive.write_filemarks(1)
        for one in (robot, line):
            one.close()
    with server(tmp_path / "room") as (_, path):
        line = RoomTransport(path, "T1")
        drive = SscTapeDrive(line)
        wait_until_ready(drive, clock=SystemClock(), interval_s=0.01)
        assert drive.read_block(1000) == block(1)
        with pytest.raises(FilemarkMet):
            drive.read_block(1000)
        # All but what the drive could buffer had gone on the tape.
        for number in range(2, 22):
            assert drive.read_block(1000) == block(number)
        with pytest.raises(EndOfData):
            drive.read_block(1000)
        drive.write_block(block(99))
        drive.write_filemarks(1)
        line.close()
