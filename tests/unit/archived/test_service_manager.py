"""What a service manager hears: datagrams as sd_notify(3) has them, and nothing that could hold the daemon up."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from archived.service_manager import ServiceManager, service_manager


class Manager:
    """A datagram socket that hears."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        lines = []
        while True:
            try:
                lines.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return lines


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = f"@archived-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    made = Manager(name)
    yield made
    made.socket.close()


class Time:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_ready_and_stopping_are_told_once(manager: Manager) -> None:
    told = ServiceManager(manager.address)
    for _ in range(2):
        told.ready()
        told.stopping()
    assert manager.heard() == ["READY=1", "STOPPING=1"]


def test_the_watchdog_is_fed_by_turns_and_not_by_each_of_them(manager: Manager) -> None:
    time = Time()
    told = ServiceManager(manager.address, watchdog_s=8.0, monotonic=time)
    for _ in range(40):
        told.beat()
        time.now_s += 0.5
    assert manager.heard() == ["WATCHDOG=1"] * 10


def test_without_a_watchdog_nothing_beats(manager: Manager) -> None:
    ServiceManager(manager.address).beat()
    assert manager.heard() == []


def test_a_status_is_one_line_told_when_it_is_new_and_not_too_often(manager: Manager) -> None:
    time = Time()
    told = ServiceManager(manager.address, monotonic=time)
    told.status("serving\nREADY=1  two  lines")
    told.status("hidden")
    time.now_s += 1
    told.status("shown")
    time.now_s += 1
    told.status("shown")
    assert manager.heard() == ["STATUS=serving READY=1 two lines", "STATUS=shown"]


def test_a_manager_that_is_gone_or_full_matters_to_nobody(manager: Manager) -> None:
    time = Time()
    told = ServiceManager(manager.address, watchdog_s=1.0, monotonic=time)
    for _ in range(2000):  # more than a datagram socket keeps
        time.now_s += 1
        told.beat()
    assert manager.heard()
    manager.socket.close()
    told.ready()
    ServiceManager("/nowhere/at/all").ready()


def test_the_environment_names_the_manager_and_no_child_inherits_the_names() -> None:
    pid = os.getpid()
    given = {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(pid), "HOME": "/"}
    found = service_manager(given, pid, Time())
    assert given == {"HOME": "/"}
    assert found.listens
    assert found._watchdog_s == 3.0


@pytest.mark.parametrize("names", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:1:2"}])
def test_without_a_name_that_we_know_nobody_listens(names: dict[str, str]) -> None:
    found = service_manager(dict(names), 1, Time())
    assert not found.listens
    found.ready()


def test_a_watchdog_that_is_meant_for_another_process_is_not_ours() -> None:
    given = {"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "7"}
    assert service_manager(given, 8, Time())._watchdog_s == 0
