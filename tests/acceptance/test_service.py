"""A daemon under a service manager: ready when it answers, watched while its loop turns, silent afterwards."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.running import BIN, PATIENCE_S, Site


class Listener:
    """The manager's end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.2)

    def until(self, holds: Callable[[list[str]], Any]) -> None:
        until = time.monotonic() + PATIENCE_S
        while not holds(self.lines):
            assert time.monotonic() < until, self.lines
            try:
                self.lines.append(self._socket.recv(65536).decode())
            except TimeoutError:
                continue

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    made = Listener(tmp_path / "notify")
    yield made
    made.close()


def test_a_daemon_tells_its_manager_how_it_is_and_logs_json_lines(
    make_site: Callable[..., Site], listener: Listener
) -> None:
    site = make_site()
    out = site.folder / "daemon.log"
    environment = {"NOTIFY_SOCKET": str(listener.path), "WATCHDOG_USEC": "400000", "PATH": "/usr/bin:/bin"}
    with out.open("wb") as log:
        site.daemon = subprocess.Popen(
            [BIN / "archived", "serve", "--site", site.folder, "--log-format", "json"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    listener.until(lambda lines: "READY=1" in lines and lines.count("WATCHDOG=1") >= 3)
    assert site.ask("status")["draining"] is False
    assert f"STATUS=serving {site.folder}; under way: nothing" in listener.lines
    (room,) = [pid for pid, line in site.processes().items() if " room " in line]
    inherited = Path(f"/proc/{room}/environ").read_bytes()
    assert b"NOTIFY_SOCKET" not in inherited
    assert site.drain() == 0
    listener.until(lambda lines: "STOPPING=1" in lines)

    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert records[0]["message"] == "SIMULATED – NOT PRESERVED"
    assert records[-1]["message"] == "stopped; nothing was under way"
    assert all({"time", "level", "logger", "message"} <= set(record) for record in records)


def test_the_printed_unit_serves_the_site_that_is_named(make_site: Callable[..., Site]) -> None:
    site = make_site()
    done = site.run("archived", "service-unit", "--site", site.folder, "--user", "archive")
    assert done.status == 0, done.err
    assert f'"{BIN / "archived"}" serve --site "{site.folder}" --log-format json' in done.out
    assert site.run("archived", "service-unit", "--site", site.folder.parent).status == 2
