"""The iSCSI transport over a library that the test plays; the real one is asked in tests/contract."""

import ctypes as c
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from devices.failures import DeviceRefused, TransportLost, TransportTimeout
from devices.scsi import Result, TestUnitReady
from devices.sense import UNIT_ATTENTION, Sense
from devices.transports import libiscsi
from devices.transports.iscsi import Chap, IscsiTransport
from devices.transports.libiscsi import LibiscsiUnusable, Task, require_layout

READY = TestUnitReady().encode()


class Library:
    """Notes every call; `outcome` is what the next command's task becomes."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.outcome: dict[str, Any] = {}
        self.data = b""
        self.is_lost = False
        self.refuses_login = 0
        self.keep: Any = None
        self.inside = 0

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            self.calls.append((name.removeprefix("iscsi_"), *arguments))
            return {"iscsi_create_context": 77, "iscsi_get_error": b"wrong password"}.get(name, 0)

        return call

    def iscsi_login_sync(self, context: int) -> int:
        return self.refuses_login

    def scsi_create_task(self, size: int, cdb: bytes, direction: int, length: int) -> Any:
        self.calls.append(("task", cdb[:size], direction, length))
        return c.pointer(Task(cdb_size=size, xfer_dir=direction, expxferlen=length))

    def scsi_task_add_data_in_buffer(self, task: Any, length: int, at: int) -> int:
        c.memmove(at, self.data, len(self.data))
        return 0

    def iscsi_scsi_command_sync(self, context: int, lun: int, task: Any, sent: Any) -> Any:
        self.inside += 1
        assert self.inside == 1, "two threads in one context"
        time.sleep(0.001)
        self.inside -= 1
        if self.is_lost:
            return None
        for name, value in self.outcome.items():
            setattr(task.contents, name, value)
        return task

    def says(self, sense: bytes) -> None:
        raw = len(sense).to_bytes(2, "big") + sense
        self.keep = c.create_string_buffer(raw, len(raw))
        self.outcome |= {"status": 2, "datain": c.addressof(self.keep), "datain_size": len(raw)}

    def names(self) -> list[str]:
        return [call[0] for call in self.calls]


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def line(library: Library) -> IscsiTransport:
    return IscsiTransport("10.0.0.1:3260", "iqn.t", 4, chap=Chap("us", "secret"), library=library)


def test_a_session_is_made_once_and_never_again_by_itself(library: Library, line: IscsiTransport) -> None:
    assert line.execute(READY, timeout_s=1.2) == Result()
    assert line.execute(READY, timeout_s=0) == Result()
    assert ("set_noautoreconnect", 77, 1) in library.calls
    assert ("set_initiator_username_pwd", 77, b"us", b"secret") in library.calls
    assert library.names().count("connect_sync") == 1
    assert [call[2] for call in library.calls if call[0] == "set_timeout"] == [3, 3, 1]
    line.close()
    line.close()
    assert library.names().count("destroy_context") == 1
    assert "secret" not in repr(Chap("us", "secret"))


def test_threads_take_turns(line: IscsiTransport) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _number: line.execute(READY, timeout_s=1), range(40)))
    assert answers == [Result()] * 40


def test_data_comes_into_a_buffer_of_its_own(library: Library, line: IscsiTransport) -> None:
    library.data, library.outcome = b"abc", {"residual_status": 1, "residual": 5}
    assert line.execute(b"\x12\0\0\0\x08\0", data_in=8, timeout_s=1) == Result(b"abc", 5)
    assert ("task", b"\x12\0\0\0\x08\0", libiscsi.TRANSFER_READ, 8) in library.calls
    library.outcome = {}
    line.execute(b"\x0a\0\0\0\x02\0", data_out=b"xy", timeout_s=1)
    assert ("task", b"\x0a\0\0\0\x02\0", libiscsi.TRANSFER_WRITE, 2) in library.calls


def test_the_raw_sense_is_read_and_the_data_kept(library: Library, line: IscsiTransport) -> None:
    sense = Sense(UNIT_ATTENTION, 0x29, 0, filemark=True, information=-3)
    library.data = b"abcd"
    library.says(sense.encode())
    with pytest.raises(DeviceRefused) as refused:
        line.execute(b"\x08\0\0\0\x04\0", data_in=4, timeout_s=1)
    assert (refused.value.sense, refused.value.data) == (sense, b"abcd")


def test_a_timeout_keeps_the_session(library: Library, line: IscsiTransport) -> None:
    library.outcome = {"status": 0x0F000002}
    with pytest.raises(TransportTimeout):
        line.execute(READY, timeout_s=1)
    library.outcome = {}
    assert line.execute(READY, timeout_s=1) == Result()


@pytest.mark.parametrize("status", [0x0F000000, 0x0F000001, None], ids=["cancelled", "error", "nothing"])
def test_a_lost_session_stays_lost_until_closed(
    library: Library, line: IscsiTransport, status: int | None
) -> None:
    library.outcome, library.is_lost = {"status": status or 0}, status is None
    with pytest.raises(TransportLost, match="close and open again"):
        line.execute(READY, timeout_s=1)
    library.outcome, library.is_lost = {}, False
    with pytest.raises(TransportLost, match="close and open again"):
        line.execute(READY, timeout_s=1)
    line.close()
    assert line.execute(READY, timeout_s=1) == Result()
    assert library.names().count("connect_sync") == 2
    assert "logout_sync" not in library.names()


def test_a_refused_login_says_why(library: Library, line: IscsiTransport) -> None:
    library.refuses_login = 1
    with pytest.raises(TransportLost, match=r"no session \(wrong password\)"):
        line.execute(READY, timeout_s=1)


def test_commands_that_cannot_be_are_mistakes_of_the_caller(line: IscsiTransport) -> None:
    with pytest.raises(ValueError, match="17 bytes"):
        line.execute(bytes(17), timeout_s=1)
    with pytest.raises(ValueError, match="either receives or sends"):
        line.execute(READY, data_in=1, data_out=b"x", timeout_s=1)


def test_a_library_with_another_layout_is_refused(library: Library) -> None:
    with pytest.raises(LibiscsiUnusable, match="not known here"):
        require_layout(library, "libiscsi.so.99")


def test_a_missing_library_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libiscsi, "SONAMES", ("libiscsi.so.none",))
    with pytest.raises(LibiscsiUnusable, match="install the package libiscsi7"):
        libiscsi.load.__wrapped__()


@pytest.mark.skipif(c.sizeof(c.c_void_p) != 8, reason="the offsets are those of 64 bits")
def test_the_task_lies_as_measured() -> None:
    assert (Task.residual.offset, Task.sense.offset, Task.datain_size.offset) == (40, 48, 64)
