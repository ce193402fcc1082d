"""A serial line on real pseudo terminals; parity and DTR, which those do not model, by how the port is opened."""

import errno
import grp
import os
import termios
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from devices.failures import TransportLost, TransportTimeout
from devices.lines import SerialSettings
from devices.node_lock import NodeUnavailable
from devices.transports.serial import SerialPort

EVEN_AND_LOW = SerialSettings(baud=9600, parity="E", dtr=False)


class Pty:
    """Both ends of a pseudo terminal; the device is at the master."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(self.master)
        self.node = Path(os.ttyname(slave))
        self.slave = slave  # kept open: what was sent before the first use would be lost with the last opener

    def close(self) -> None:
        for descriptor in (self.master, self.slave):
            os.close(descriptor)


@pytest.fixture
def pty() -> Iterator[Pty]:
    made = Pty()
    yield made
    made.close()


@pytest.fixture
def line(pty: Pty) -> Iterator[SerialPort]:
    port = SerialPort(pty.node)
    yield port
    port.close()


class RecordingPort:
    """Stands for `serial.Serial`: remembers, in order, what it was told before and after it was opened."""

    def __init__(self, opening: Exception | None = None) -> None:
        self.__dict__["told"] = []
        self.__dict__["opening"] = opening
        self.__dict__["closed"] = False

    def __setattr__(self, name: str, value: object) -> None:
        self.told.append((name, value))

    def open(self) -> None:
        if self.opening is not None:
            raise self.opening
        self.told.append(("open", None))

    def write(self, data: bytes) -> None:
        self.told.append(("write", data))

    def close(self) -> None:
        self.__dict__["closed"] = True


class PortWithoutDtrAfterwards(RecordingPort):
    """A pty in this: DTR can be asked for before it is open, and is refused after."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "dtr" and ("open", None) in self.told:
            raise OSError(self.__dict__.get("refusal", errno.ENOTTY), "no modem lines")
        super().__setattr__(name, value)


def opened_by(settings: SerialSettings, port: RecordingPort | None = None) -> list[tuple[str, Any]]:
    recorded = port or RecordingPort()
    SerialPort(Path("/dev/ttyUSB7"), settings, make=lambda: recorded).write(b"C")
    told: list[tuple[str, Any]] = recorded.told
    return told


def refused(reason: int, node: Path = Path("/dev/ttyUSB7")) -> NodeUnavailable:
    port = RecordingPort(serial.SerialException(reason, "could not open port"))
    with pytest.raises(NodeUnavailable) as caught:
        SerialPort(node, make=lambda: port).discard()
    assert caught.value.reason == reason
    return caught.value


def test_bytes_go_both_ways(pty: Pty, line: SerialPort) -> None:
    line.write(b"I")
    assert os.read(pty.master, 10) == b"I"
    os.write(pty.master, b"\x00X\xff\x15")
    assert line.read(timeout_s=5.0) == b"\x00X\xff\x15"


def test_silence_is_no_failure(line: SerialPort) -> None:
    assert line.read(timeout_s=0.01) == b""


def test_what_came_unasked_is_taken_without_waiting(pty: Pty, line: SerialPort) -> None:
    assert line.discard() == b""
    os.write(pty.master, b"stale X")
    assert line.read(timeout_s=5.0)[:1] == b"s"
    assert line.discard() in (b"", b"tale X")
    assert line.discard() == b""


def test_line_is_raw_so_that_no_byte_is_translated(pty: Pty, line: SerialPort) -> None:
    every_byte = bytes(range(256))
    line.write(every_byte)
    arrived = b""
    while len(arrived) < 256:
        arrived += os.read(pty.master, 512)
    assert arrived == every_byte


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    SerialPort(tmp_path / "nothing").close()


def test_second_opener_is_turned_away_and_told_who_has_it(pty: Pty, line: SerialPort, tmp_path: Path) -> None:
    line.discard()
    node = os.stat(pty.node)
    where = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    locks = tmp_path / "locks"
    locks.write_text(f"1: FLOCK  ADVISORY  WRITE 4711 {where} 0 EOF\n", encoding="ascii")
    with pytest.raises(NodeUnavailable, match="process 4711 has it open") as caught:
        SerialPort(pty.node, locks=locks).discard()
    assert caught.value.reason == errno.EWOULDBLOCK
    assert caught.value.holder == 4711


def test_line_that_was_closed_is_free_and_opens_again(pty: Pty, line: SerialPort) -> None:
    line.discard()
    line.close()
    other = SerialPort(pty.node)
    other.discard()
    other.close()
    line.write(b"S")
    assert os.read(pty.master, 10) == b"S"


def test_children_do_not_inherit_the_line(pty: Pty, line: SerialPort) -> None:
    line.discard()
    assert not os.get_inheritable(line._opened().fileno())


def test_pulled_out_adapter_is_a_lost_line_and_found_again_when_it_is_back(tmp_path: Path) -> None:
    gone, back = Pty(), Pty()
    link = tmp_path / "robot"
    link.symlink_to(gone.node)
    line = SerialPort(link)
    line.discard()
    gone.close()
    with pytest.raises(TransportLost, match="plugged in"):
        line.read(timeout_s=1.0)
    with pytest.raises(TransportLost):
        line.write(b"S")
    link.unlink()
    link.symlink_to(back.node)
    line.write(b"S")
    assert os.read(back.master, 10) == b"S"
    line.close()
    back.close()


def test_missing_node_asks_whether_the_adapter_is_there(tmp_path: Path) -> None:
    with pytest.raises(NodeUnavailable, match="no such line; is the device switched on"):
        SerialPort(tmp_path / "ttyUSB7").write(b"C")


def test_file_that_is_no_line_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(NodeUnavailable, match="cannot be opened as a serial line"):
        SerialPort(tmp_path / "notes.txt").write(b"C")


def test_missing_permission_names_the_group_of_the_node(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB7").touch()
    group = grp.getgrgid(os.stat(tmp_path / "ttyUSB7").st_gid).gr_name
    assert f"a member of the group {group}" in str(refused(errno.EACCES, tmp_path / "ttyUSB7"))


def test_missing_permission_on_a_node_that_cannot_be_seen_names_the_usual_group() -> None:
    assert "dialout" in str(refused(errno.EACCES))


def test_line_is_opened_exactly_as_its_settings_say() -> None:
    told = opened_by(SerialSettings(38400, 7, "O", 2, hardware_flow=True))
    before = dict(told[: told.index(("open", None))])
    assert before == {
        "port": "/dev/ttyUSB7",
        "baudrate": 38400,
        "bytesize": 7,
        "parity": "O",
        "stopbits": 2,
        "rtscts": True,
        "exclusive": True,
        "write_timeout": 10.0,
    }


def test_dtr_is_low_before_the_line_is_open_and_after() -> None:
    told = opened_by(EVEN_AND_LOW)
    opening = told.index(("open", None))
    assert ("dtr", False) in told[:opening]
    assert told[opening + 1] == ("dtr", False)
    assert ("parity", "E") in told[:opening]
    assert ("dtr", True) not in told


def test_line_without_modem_lines_is_used_all_the_same() -> None:
    assert ("write", b"C") in opened_by(EVEN_AND_LOW, PortWithoutDtrAfterwards())


def test_line_whose_dtr_cannot_be_kept_is_lost_before_anything_is_sent() -> None:
    port = PortWithoutDtrAfterwards()
    port.__dict__["refusal"] = errno.EIO
    with pytest.raises(TransportLost):
        opened_by(EVEN_AND_LOW, port)
    assert ("write", b"C") not in port.told
    assert port.closed


def test_bytes_that_flow_control_holds_back_are_an_unknown_outcome() -> None:
    class Stuck(RecordingPort):
        def write(self, data: bytes) -> None:
            raise serial.SerialTimeoutException("Write timeout")

    with pytest.raises(TransportTimeout, match="RTS and CTS"):
        opened_by(SerialSettings(hardware_flow=True), Stuck())


def test_terminal_that_went_away_under_a_setting_is_a_lost_line() -> None:
    class Gone(RecordingPort):
        in_waiting = 1

        def read(self, size: int) -> bytes:
            raise termios.error(errno.EIO, "Input/output error")

    with pytest.raises(TransportLost):
        SerialPort(Path("/dev/ttyUSB7"), make=Gone).discard()
