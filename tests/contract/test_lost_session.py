"""A session with a real target that is lost in the middle of work: nothing is believed of the tape afterwards."""

from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from archived.settings import DeviceSettings
from archived.wiring_hardware import device_transport
from backends.errors import PositionLost
from backends.tape.profiles import TGT
from backends.tape.ssc_drive import SscTapeDrive
from devices.failures import DeviceRefused, TransportLost, WorldDiffers
from devices.scsi import TestUnitReady
from devices.sense import UNIT_ATTENTION
from robotics.wire.smc import MoveMedium
from tests.contract.tgt_target import (
    CHANGER_LUN,
    DRIVE,
    NAME,
    SLOT,
    TAPE_LUN,
    Target,
    require_tgt,
    tgt_target,
)


@pytest.fixture
def target() -> Iterator[Target]:
    require_tgt()
    with tgt_target() as running:
        yield running


def loaded(target: Target) -> None:
    """A restarted target has forgotten where media were: they stand in their slots again."""
    with closing(target.transport(CHANGER_LUN)) as robot:
        with suppress(DeviceRefused):
            robot.execute(TestUnitReady().encode(), timeout_s=10)
        robot.execute(MoveMedium(SLOT, DRIVE).encode(), timeout_s=10)


def test_the_next_session_asks_who_answers_and_its_reset_reaches_the_driver(target: Target) -> None:
    settings = DeviceSettings(portal=target.portal, target=NAME, lun=TAPE_LUN, serial="DRV0000001")
    loaded(target)
    with closing(device_transport(settings)) as line:
        drive = SscTapeDrive(line, name="T1", profile=TGT)
        assert not drive.is_ready()  # the reset of a new session
        assert drive.is_ready()
        drive.rewind()
        drive.write_block(b"x" * 1000)
        assert drive.position().block == 1
        target.kill()
        with pytest.raises(TransportLost):
            drive.write_block(b"y" * 1000)
        with pytest.raises(TransportLost):
            drive.write_filemarks(1)
        target.start()
        loaded(target)
        with pytest.raises(PositionLost):
            drive.position()
        with pytest.raises(DeviceRefused) as refused:
            drive.write_block(b"y" * 1000)
        assert refused.value.sense.code == (UNIT_ATTENTION, 0x29, 0x00)
        drive.rewind()
        assert drive.read_block(1000) == b"x" * 1000


def test_another_device_that_answers_there_afterwards_gets_no_command(target: Target) -> None:
    settings = DeviceSettings(portal=target.portal, target=NAME, lun=TAPE_LUN, serial="DRV0000001")
    loaded(target)
    with closing(device_transport(settings)) as line:
        drive = SscTapeDrive(line, name="T1", profile=TGT)
        drive.is_ready()
        drive.rewind()
        target.kill()
        with pytest.raises(TransportLost):
            drive.rewind()
        target.start()
        loaded(target)
        unit = ("--mode", "logicalunit", "--op", "update", "--tid", "1", "--lun", str(TAPE_LUN))
        target.admin(*unit, "--params", "scsi_sn=DRV7777777")
        before = target.medium_file("VOL001L8").read_bytes()
        for _ in range(2):
            with pytest.raises(WorldDiffers, match="DRV7777777 answers, and DRV0000001 is meant"):
                drive.write_block(b"z" * 1000)
        assert target.medium_file("VOL001L8").read_bytes() == before
