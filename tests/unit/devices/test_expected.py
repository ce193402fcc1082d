"""Commands only for the device that is meant: asked once a session, and again after a loss."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from devices.failures import DeviceRefused, TransportLost, TransportTimeout, WorldDiffers
from devices.scsi import Inquiry, Result, TestUnitReady, UnitSerialNumber
from devices.sense import ILLEGAL_REQUEST, UNIT_ATTENTION, Sense
from devices.transports.expected import ExpectedTransport

READY, ASK = TestUnitReady().encode(), Inquiry(255, page=0x80).encode()


class Carrier:
    """A session that tells `serial` (None: refuses the page) and has a unit attention; `fails` at its next command."""

    def __init__(self, serial: str | None = "A1") -> None:
        self.serial = serial
        self.fails: Exception | None = None
        self.heard: list[bytes] = []
        self.has_attention = True

    def execute(
        self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
    ) -> Result:
        self.heard.append(cdb)
        if self.fails is not None:
            error, self.fails = self.fails, None
            raise error
        if cdb == ASK:
            if self.serial is None:
                raise DeviceRefused(Sense(ILLEGAL_REQUEST, 0x24, 0x00), cdb, "it")
            return Result(UnitSerialNumber(0, self.serial).encode())
        if self.has_attention:
            self.has_attention = False
            raise DeviceRefused(Sense(UNIT_ATTENTION, 0x29, 0x00), cdb, "it")
        return Result()

    def close(self) -> None:
        self.heard.append(b"closed")
        self.has_attention = True


def test_the_device_is_asked_once_and_keeps_what_it_has_to_tell_for_its_driver() -> None:
    carrier = Carrier()
    line = ExpectedTransport(carrier, serial="A1", where="it")
    with pytest.raises(DeviceRefused) as refused:
        line.execute(READY, timeout_s=1)
    assert refused.value.sense.key == UNIT_ATTENTION
    line.execute(READY, timeout_s=1)
    assert carrier.heard == [ASK, READY, READY]


@pytest.mark.parametrize("serial", ["B2", "A11", "", None])
def test_another_device_gets_no_command_and_is_let_go(serial: str | None) -> None:
    carrier = Carrier(serial)
    line = ExpectedTransport(carrier, serial="A1", where="/dev/sg3")
    for _ in range(2):
        with pytest.raises(WorldDiffers, match=r"/dev/sg3: .*A1 is meant; nothing was sent"):
            line.execute(READY, timeout_s=1)
    assert carrier.heard == [ASK, b"closed"] * 2


def test_a_lost_session_is_given_up_and_the_next_one_is_asked_again() -> None:
    carrier = Carrier()
    line = ExpectedTransport(carrier, serial="A1", where="it")
    carrier.has_attention = False
    line.execute(READY, timeout_s=1)
    carrier.fails = TransportLost("gone")
    with pytest.raises(TransportLost):
        line.execute(READY, timeout_s=1)
    carrier.serial = "B2"
    with pytest.raises(WorldDiffers):
        line.execute(READY, timeout_s=1)
    carrier.serial = "A1"
    with pytest.raises(DeviceRefused):
        line.execute(READY, timeout_s=1)


def test_after_a_timeout_the_session_is_the_same() -> None:
    carrier = Carrier()
    line = ExpectedTransport(carrier, serial="A1", where="it")
    carrier.has_attention = False
    line.execute(READY, timeout_s=1)
    carrier.fails = TransportTimeout("slow")
    with pytest.raises(TransportTimeout):
        line.execute(READY, timeout_s=1)
    line.execute(READY, timeout_s=1)
    assert carrier.heard == [ASK, READY, READY, READY]


@pytest.mark.parametrize("serial", ["", None])
def test_a_device_that_tells_no_serial_number_is_one_that_tells_none(serial: str | None) -> None:
    carrier = Carrier(serial)
    carrier.has_attention = False
    line = ExpectedTransport(carrier, serial="", where="it")
    line.execute(READY, timeout_s=1)
    assert carrier.heard == [ASK, READY]
    line.close()
    carrier.serial = "B2"
    with pytest.raises(WorldDiffers, match="B2 answers, and one without a serial number is meant"):
        line.execute(READY, timeout_s=1)


def test_nothing_is_asked_where_any_device_is_meant() -> None:
    carrier = Carrier("whatever")
    carrier.has_attention = False
    ExpectedTransport(carrier, serial=None, where="it").execute(READY, timeout_s=1)
    assert carrier.heard == [READY]


def test_who_waited_while_a_session_was_lost_asks_who_answers_in_the_next_one() -> None:
    class Slow(Carrier):
        def execute(
            self, cdb: bytes, *, data_in: int = 0, data_out: bytes | None = None, timeout_s: float
        ) -> Result:
            time.sleep(0.005)
            return super().execute(cdb, data_in=data_in, data_out=data_out, timeout_s=timeout_s)

    carrier = Slow()
    carrier.has_attention = False
    line = ExpectedTransport(carrier, serial="A1", where="it")
    line.execute(READY, timeout_s=1)
    carrier.fails = TransportLost("cable")

    def ask(_number: int) -> None:
        with suppress(TransportLost, DeviceRefused):
            line.execute(READY, timeout_s=1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    assert carrier.heard[:5] == [ASK, READY, READY, b"closed", ASK]
