"""The iSCSI transport against a real target: the wire, the unit attention, a tape's blocks, a silence."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest

from backends.tape.ssc import Read6, Rewind, Write6, WriteFilemarks6
from devices.failures import DeviceRefused, TransportLost, TransportTimeout
from devices.scsi import Inquiry, InquiryData, Result, TestUnitReady, UnitSerialNumber
from devices.sense import DATA_PROTECT, UNIT_ATTENTION
from devices.transports.iscsi import IscsiTransport
from robotics.wire.element_status import ElementKind
from robotics.wire.smc import MoveMedium, ReadElementStatus
from tests.contract.tgt_target import (
    CARTRIDGES,
    CHANGER_LUN,
    DISCS,
    DRIVE,
    DRIVES,
    MAIL,
    NAME,
    SLOT,
    TAPE_LUN,
    Target,
    require_tgt,
    tgt_target,
)

READY = TestUnitReady().encode()
NOBODY = 65534


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    require_tgt()
    with tgt_target() as running:
        yield running


def attended(target: Target, lun: int) -> IscsiTransport:
    """A session whose unit attention was seen."""
    line = IscsiTransport(target.portal, NAME, lun)
    with pytest.raises(DeviceRefused) as refused:
        line.execute(READY, timeout_s=60)
    assert refused.value.sense.code == (UNIT_ATTENTION, 0x29, 0x00)
    return line


def test_a_device_says_who_it_is_and_a_new_session_has_its_attention(target: Target) -> None:
    with closing(attended(target, TAPE_LUN)) as line:
        data = line.execute(Inquiry().encode(), data_in=36, timeout_s=60).data
        assert InquiryData.decode(data).product == "ULT3580-TD8"
        page = line.execute(Inquiry(255, page=0x80).encode(), data_in=255, timeout_s=60).data
        assert UnitSerialNumber.decode(page).serial == "DRV0000001"


def test_a_cartridge_is_moved_written_and_read(target: Target) -> None:
    with closing(attended(target, CHANGER_LUN)) as changer, closing(attended(target, TAPE_LUN)) as tape:
        for kind in (ElementKind(number) for number in (1, 2, 3, 4)):
            ask = ReadElementStatus(kind, volume_tags=True, allocation=4096).encode()
            data = changer.execute(ask, data_in=4096, timeout_s=60).data
            assert data[8] == kind
            for barcode in (*(cartridge.barcode for cartridge in CARTRIDGES), *DISCS):
                assert (barcode.encode() in data) == (kind == 2)
        changer.execute(MoveMedium(source_element=SLOT, destination_element=DRIVE).encode(), timeout_s=60)
        for block in (b"a" * 1000, b"b" * 3000):
            tape.execute(Write6(len(block)).encode(), data_out=block, timeout_s=60)
        tape.execute(WriteFilemarks6(1).encode(), timeout_s=60)
        tape.execute(Rewind().encode(), timeout_s=60)
        for block in (b"a" * 1000, b"b" * 3000):
            read = tape.execute(Read6(len(block)).encode(), data_in=len(block), timeout_s=60)
            assert read == Result(block)
        with pytest.raises(DeviceRefused) as refused:
            tape.execute(Read6(1000).encode(), data_in=1000, timeout_s=60)
        assert refused.value.sense.filemark


def test_a_target_that_stands_still_is_a_timeout(target: Target) -> None:
    with closing(attended(target, CHANGER_LUN)) as line:
        os.kill(target.pid, signal.SIGSTOP)
        try:
            with pytest.raises(TransportTimeout):
                line.execute(READY, timeout_s=1)
        finally:
            os.kill(target.pid, signal.SIGCONT)
        assert line.execute(READY, timeout_s=60) == Result()


def test_an_operator_moves_media_and_protects_a_drive(target: Target) -> None:
    def seen(kind: int) -> bytes:
        ask = ReadElementStatus(ElementKind(kind), volume_tags=True, allocation=4096).encode()
        return changer.execute(ask, data_in=4096, timeout_s=60).data

    with closing(attended(target, CHANGER_LUN)) as changer, closing(attended(target, TAPE_LUN + 1)) as tape:
        target.take_out(SLOT + 1)
        target.insert(MAIL, "VOL002L8")
        assert (b"VOL002L8" in seen(2), b"VOL002L8" in seen(3)) == (False, True)
        drive = next(address for address, lun in DRIVES.items() if lun == TAPE_LUN + 1)
        changer.execute(MoveMedium(source_element=MAIL, destination_element=drive).encode(), timeout_s=60)
        target.protect_drive(TAPE_LUN + 1)
        with pytest.raises(DeviceRefused) as refused:
            tape.execute(Write6(1).encode(), data_out=b"x", timeout_s=60)
        assert refused.value.sense.key == DATA_PROTECT
        target.protect_drive(TAPE_LUN + 1, on=False)
        tape.execute(Write6(1).encode(), data_out=b"x", timeout_s=60)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a target as somebody else")
def test_a_target_of_an_ordinary_user_dies_and_comes_back_and_a_lost_session_stays_lost() -> None:
    require_tgt()
    with tgt_target(user=NOBODY) as target, closing(attended(target, CHANGER_LUN)) as line:
        target.kill()
        target.start()
        for _ in range(2):
            with pytest.raises(TransportLost):
                line.execute(READY, timeout_s=5)
        line.close()
        with pytest.raises(DeviceRefused) as refused:
            line.execute(READY, timeout_s=5)
        assert refused.value.sense.code == (UNIT_ATTENTION, 0x29, 0x00)
        assert line.execute(READY, timeout_s=5) == Result()
        pid = target.pid
    assert not os.path.exists(f"/proc/{pid}")
