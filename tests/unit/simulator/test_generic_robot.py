"""The simulated robot of single letters: what it says byte by byte, also through a real pseudo terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.optical.drive import MmcDrive
from devices.clock import SimulatedClock, SystemClock
from devices.transports.serial import SerialPort
from robotics.arms.generic import GenericArm
from robotics.arms.generic_profiles import AMTREN, INPUT, KODAK, MF_DIGITAL, GenericProfile, furnished
from simulator.control import control
from simulator.generic_robot import LOW_DISCS, GenericRobot
from simulator.inprocess import InProcessTransport, furnish_room
from simulator.pty_lines import PtyLine
from simulator.room import Room
from tests.unit.simulator.conftest import stacker_plan


@pytest.fixture
def stacker(tmp_path: Path, clock: SimulatedClock) -> Iterator[Room]:
    room = furnish_room(tmp_path / "room", stacker_plan(), clock=clock, sync=lambda descriptor: None)
    yield room
    room.close()


def robot(room: Room, profile: GenericProfile | None = None) -> GenericRobot:
    assert room.mechanism is not None
    if profile is not None:
        profile = furnished(profile, drives=2, bins=room.estate.plan.bins)
    return GenericRobot(room.estate, room.mechanism, profile)


def says(device: GenericRobot, data: bytes) -> bytes:
    return b"".join(sent.data for sent in device.hear(data))


def open_tray(room: Room, drive: str) -> None:
    MmcDrive(InProcessTransport(room, drive)).eject()


def test_motion_ends_with_x_and_takes_its_time(stacker: Room) -> None:
    open_tray(stacker, "B1")
    (sent,) = robot(stacker).hear(b"I")
    assert (sent.data, sent.after_s) == (b"X", stacker.estate.latencies.move_s)
    assert stacker.estate.world.at(256) is not None


def test_drive_whose_tray_is_out_is_meant_by_a_shared_letter(stacker: Room) -> None:
    open_tray(stacker, "B2")
    assert says(robot(stacker), b"I") == b"X"
    assert stacker.estate.world.at(257) is not None
    assert stacker.estate.world.at(256) is None


def test_letter_that_it_does_not_know_is_refused_by_nak(stacker: Room) -> None:
    assert says(robot(stacker), b"Z\xff") == b"\x15\x15"
    assert says(robot(stacker), b"R") == b"\x15", "this room has no reject bin"


def test_cancel_is_not_answered(stacker: Room) -> None:
    assert says(robot(stacker), b"\x03") == b""


def test_status_says_what_became_of_the_last_motion(stacker: Room) -> None:
    device = robot(stacker)
    assert says(device, b"S") == b"00"
    open_tray(stacker, "B1")
    assert says(device, b"AS") == b"E21"
    assert says(device, b"IS") == b"X00"
    assert says(device, b"IS") == b"E15", "a disc lies on the tray, and another one is in the hand"
    assert says(device, b"C") == b"E", "to calibrate it passes the tray that is out"
    control(stacker, "press-tray", {"drive": "B1"})
    assert says(device, b"CS") == b"X00"


def test_robot_that_wants_a_sign_on_takes_no_letter_before_it(stacker: Room) -> None:
    device = robot(stacker, MF_DIGITAL)
    assert says(device, b"S") == b"\x15"
    assert says(device, b"V") == b"SIMULATED mf-digital\r\nX"
    assert says(device, b"S") == b"00"


def test_robot_that_fails_when_its_bin_is_low_has_laid_the_disc_all_the_same(stacker: Room) -> None:
    device = robot(stacker, KODAK)
    assert stacker.mechanism is not None
    assert stacker.mechanism.count(INPUT) <= LOW_DISCS
    open_tray(stacker, "B1")
    assert says(device, b"IS") == b"E22"
    assert stacker.estate.world.at(256) is not None


def test_driver_and_robot_understand_each_other_through_a_pseudo_terminal(tmp_path: Path) -> None:
    room = furnish_room(tmp_path / "room", stacker_plan(), clock=SystemClock(), sync=lambda descriptor: None)
    room.estate.speed = 0
    profile = furnished(AMTREN, drives=2, bins=room.estate.plan.bins)
    end = PtyLine(robot(room, profile), tmp_path / "robot", room.estate)
    line = SerialPort(tmp_path / "robot", profile.line)
    try:
        arm = GenericArm(line, profile, SystemClock())
        arm.prepare()
        open_tray(room, "B2")
        arm.load(bin=INPUT, drive=2)
        assert room.estate.world.at(257) is not None
        assert arm.state().words == "status 00 (in order)"
    finally:
        line.close()
        end.close()
        room.close()
