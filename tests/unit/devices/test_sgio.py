"""The way through the kernel, with the kernel played by the test: every status without a device."""

import ctypes
import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.clock import SimulatedClock
from devices.failures import DeviceRefused, TransportLost, TransportTimeout, WireDamaged
from devices.scsi import Inquiry, Result, TestUnitReady
from devices.sense import BLANK_CHECK, NOT_READY, Sense
from devices.transports.sgio import SENSE_BYTES, SG_IO, SgIoHeader, SgIoTransport

READY = TestUnitReady().encode()
Play = Callable[[SgIoHeader], None]


class Kernel:
    """Stands for the ioctl: keeps what it was given and lets `play` fill the header in."""

    def __init__(self) -> None:
        self.play: Play = lambda header: None
        self.seen: list[dict[str, Any]] = []

    def __call__(self, descriptor: int, request: int, header: SgIoHeader) -> int:
        taken = {name: getattr(header, name) for name, _ in SgIoHeader._fields_}
        taken |= {
            "request": request,
            "cdb": ctypes.string_at(header.cmdp, header.cmd_len),
            "flags_of_file": fcntl.fcntl(descriptor, fcntl.F_GETFL),
            "is_kept_by_children": os.get_inheritable(descriptor),
        }
        if header.dxfer_direction == -2:
            taken["sent"] = ctypes.string_at(header.dxferp, header.dxfer_len)
        self.seen.append(taken)
        self.play(header)
        return 0


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def node(tmp_path: Path) -> Path:
    path = tmp_path / "sg0"
    path.touch()
    return path


@pytest.fixture
def line(node: Path, kernel: Kernel) -> Iterator[SgIoTransport]:
    transport = SgIoTransport(node, clock=SimulatedClock(), ioctl=kernel)
    yield transport
    transport.close()


def answers(*, sense: bytes = b"", data: bytes = b"", **fields: int) -> Play:
    def play(header: SgIoHeader) -> None:
        ctypes.memmove(header.sbp, sense, len(sense))
        if data:
            ctypes.memmove(header.dxferp, data, len(data))
        header.sb_len_wr = len(sense)
        for name, value in fields.items():
            setattr(header, name, value)

    return play


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the offsets are those of 64 bits")
def test_the_header_lies_as_the_kernel_has_it() -> None:
    assert ctypes.sizeof(SgIoHeader) == 88
    wanted = {"dxferp": 16, "cmdp": 24, "sbp": 32, "timeout": 40, "status": 64, "sb_len_wr": 67}
    wanted |= {"host_status": 68, "driver_status": 70, "resid": 72, "duration": 76, "info": 80}
    assert {name: getattr(SgIoHeader, name).offset for name in wanted} == wanted


def test_a_command_that_receives(line: SgIoTransport, kernel: Kernel) -> None:
    kernel.play = answers(data=b"x" * 36, resid=60)
    assert line.execute(Inquiry(96).encode(), data_in=96, timeout_s=1.5) == Result(b"x" * 36, 60)
    (seen,) = kernel.seen
    assert (seen["request"], seen["interface_id"], seen["dxfer_direction"]) == (SG_IO, ord("S"), -3)
    assert (seen["cdb"], seen["dxfer_len"]) == (Inquiry(96).encode(), 96)
    assert (seen["timeout"], seen["mx_sb_len"]) == (1500, SENSE_BYTES)
    assert seen["flags_of_file"] & os.O_RDWR
    assert seen["flags_of_file"] & os.O_NONBLOCK
    assert not seen["is_kept_by_children"]


def test_a_command_that_sends_and_one_without_data(line: SgIoTransport, kernel: Kernel) -> None:
    data = bytes(range(256)) * 5
    assert line.execute(b"\x0a\0\0\5\0\0", data_out=data, timeout_s=0) == Result()
    assert line.execute(READY, timeout_s=10**9) == Result()
    assert (kernel.seen[0]["dxfer_direction"], kernel.seen[0]["sent"]) == (-2, data)
    assert kernel.seen[0]["timeout"] == 1, "0 would be the kernel's own"
    assert (kernel.seen[1]["dxfer_direction"], kernel.seen[1]["dxferp"]) == (-1, None)
    assert kernel.seen[1]["timeout"] == 0xFFFFFFFF


def test_both_directions_at_once_are_a_mistake_of_the_caller(line: SgIoTransport) -> None:
    with pytest.raises(ValueError, match="either receives or sends"):
        line.execute(READY, data_in=1, data_out=b"x", timeout_s=1)


@pytest.mark.parametrize("resid", [-5, 7], ids=["negative", "too large"])
def test_a_residual_that_cannot_be_is_held_to_its_bounds(
    line: SgIoTransport, kernel: Kernel, resid: int
) -> None:
    kernel.play = answers(data=b"abcd", resid=resid)
    result = line.execute(READY, data_in=4, timeout_s=1)
    assert result == (Result(b"abcd", 0) if resid < 0 else Result(b"", 4))


@pytest.mark.parametrize("host", [0x00, 0x10, 0x13], ids=["ok", "target failure", "medium error"])
def test_check_condition_is_the_device_s_no_with_its_data(
    line: SgIoTransport, kernel: Kernel, host: int
) -> None:
    sense = Sense(BLANK_CHECK, 0x00, 0x05, ili=True, information=3)
    kernel.play = answers(
        status=2, host_status=host, driver_status=8, sense=sense.encode(), data=b"abcd", resid=6
    )
    with pytest.raises(DeviceRefused) as refused:
        line.execute(b"\x08\0\0\0\x0a\0", data_in=10, timeout_s=1)
    assert (refused.value.sense, refused.value.data, refused.value.residual) == (sense, b"abcd", 6)


def test_check_condition_without_sense_says_nothing(line: SgIoTransport, kernel: Kernel) -> None:
    kernel.play = answers(status=2)
    with pytest.raises(WireDamaged, match="CHECK CONDITION without sense"):
        line.execute(READY, timeout_s=1)


@pytest.mark.parametrize(
    ("status", "ascq", "words"),
    [
        (0x08, 0x01, "BUSY"),
        (0x28, 0x01, "TASK SET FULL"),
        (0x18, 0x03, "another host has reserved it"),
        (0x30, 0x03, "ACA ACTIVE"),
    ],
)
def test_a_no_without_sense_gets_one(
    line: SgIoTransport, kernel: Kernel, status: int, ascq: int, words: str
) -> None:
    kernel.play = answers(status=status)
    with pytest.raises(DeviceRefused, match=words) as refused:
        line.execute(READY, timeout_s=1)
    assert refused.value.sense == Sense(NOT_READY, 0x04, ascq)
    assert refused.value.sense.raw == b""


def test_condition_met_is_good_and_an_unknown_status_is_damage(line: SgIoTransport, kernel: Kernel) -> None:
    kernel.play = answers(status=0x04)
    assert line.execute(READY, timeout_s=1) == Result()
    kernel.play = answers(status=0x3E)
    with pytest.raises(WireDamaged, match="0x3e"):
        line.execute(READY, timeout_s=1)


@pytest.mark.parametrize(
    "fields", [{"host_status": 3}, {"driver_status": 6}, {"status": 0x40}], ids=["host", "driver", "aborted"]
)
def test_no_answer_in_time(line: SgIoTransport, kernel: Kernel, fields: dict[str, int]) -> None:
    kernel.play = answers(**fields)
    with pytest.raises(TransportTimeout, match="command 000000000000"):
        line.execute(READY, timeout_s=1)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (0x01, "NO_CONNECT"),
        (0x02, "BUS_BUSY"),
        (0x04, "BAD_TARGET"),
        (0x05, "ABORT"),
        (0x07, "ERROR"),
        (0x08, "RESET"),
        (0x0E, "TRANSPORT_DISRUPTED"),
        (0x0F, "TRANSPORT_FAILFAST"),
        (0x14, "TRANSPORT_MARGINAL"),
        (0x10, "TARGET_FAILURE"),
        (0x55, "unknown"),
    ],
)
def test_an_answer_that_the_host_calls_broken_is_lost(
    line: SgIoTransport, kernel: Kernel, host: int, words: str
) -> None:
    kernel.play = answers(host_status=host)
    with pytest.raises(TransportLost, match=rf"{words} \("):
        line.execute(READY, timeout_s=1)


def test_the_host_s_word_goes_before_a_status(line: SgIoTransport, kernel: Kernel) -> None:
    kernel.play = answers(host_status=8, status=2, sense=Sense(NOT_READY, 4, 1).encode())
    with pytest.raises(TransportLost, match="RESET"):
        line.execute(READY, timeout_s=1)


def test_a_driver_s_error_is_lost(line: SgIoTransport, kernel: Kernel) -> None:
    kernel.play = answers(driver_status=4)
    with pytest.raises(TransportLost, match="driver status 0x04"):
        line.execute(READY, timeout_s=1)


@pytest.mark.parametrize("number", [errno.ENODEV, errno.EIO, errno.EINTR], ids=lambda n: errno.errorcode[n])
def test_a_failing_ioctl_is_lost_and_not_sent_again(line: SgIoTransport, kernel: Kernel, number: int) -> None:
    def fail(header: SgIoHeader) -> None:
        raise OSError(number, os.strerror(number))

    kernel.play = fail
    with pytest.raises(TransportLost, match=os.strerror(number)):
        line.execute(READY, timeout_s=1)
    assert len(kernel.seen) == 1


def test_a_node_that_is_not_there_is_lost(tmp_path: Path) -> None:
    with pytest.raises(TransportLost, match=r"sg9: cannot be opened \(No such file"):
        SgIoTransport(tmp_path / "sg9").execute(READY, timeout_s=1)


def test_a_file_that_is_no_device_is_refused_by_the_real_ioctl(node: Path) -> None:
    line = SgIoTransport(node)
    with pytest.raises(TransportLost, match="Inappropriate ioctl"):
        line.execute(READY, timeout_s=1)
    line.close()


def test_one_opener_a_node_and_the_other_is_named(line: SgIoTransport, node: Path, kernel: Kernel) -> None:
    line.execute(READY, timeout_s=1)
    other = SgIoTransport(node, ioctl=kernel)
    with pytest.raises(TransportLost, match="has it open and locked"):
        other.execute(READY, timeout_s=1)
    line.close()
    line.close()
    other.execute(READY, timeout_s=1)
    other.close()
    assert len(kernel.seen) == 2


def test_the_holder_is_found_in_the_kernel_s_list(
    line: SgIoTransport, node: Path, kernel: Kernel, tmp_path: Path
) -> None:
    line.execute(READY, timeout_s=1)
    stat = node.stat()
    where = f"{os.major(stat.st_dev):02x}:{os.minor(stat.st_dev):02x}:{stat.st_ino}"
    locks = tmp_path / "locks"
    locks.write_text(
        f"1: POSIX  ADVISORY  WRITE 7 {where} 0 EOF\n2: FLOCK  ADVISORY  WRITE 4321 {where} 0 EOF\n"
    )
    with pytest.raises(TransportLost, match="process 4321 has it open"):
        SgIoTransport(node, ioctl=kernel, locks=locks).execute(READY, timeout_s=1)
    with pytest.raises(TransportLost, match="another program has it open"):
        SgIoTransport(node, ioctl=kernel, locks=tmp_path / "none").execute(READY, timeout_s=1)
