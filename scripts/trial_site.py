"""A site to try things on, driven by the installed commands: what stands here a person could type."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 120.0


class CommandFailed(Exception):
    """A command ended otherwise than hoped; holds its status and its words."""

    def __init__(self, line: str, status: int, words: str) -> None:
        super().__init__(f"{line}: exit {status}: {words}")
        self.status = status
        self.words = words

    @property
    def reasons(self) -> list[str]:
        """What the daemon listed; its one sentence where it listed nothing."""
        try:
            document = json.loads(self.words)
        except ValueError:
            return [self.words]
        listed = [reason["message"] for reason in document.get("detail", {}).get("reasons", ())]
        return listed or [document["message"]]


class TrialSite:
    """One site in `folder`, its daemon, and the commands that speak to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._daemon: subprocess.Popen[bytes] | None = None
        self._followers: list[subprocess.Popen[bytes]] = []
        self._person: subprocess.Popen[bytes] | None = None

    def make(self, *options: str) -> None:
        """archived init"""
        _run([BIN / "archived", "init", "--site", self.folder, *options])

    def start(self) -> int:
        """archived serve; the pid of the daemon once it answers."""
        with (self.folder / "daemon.log").open("ab") as log:
            self._daemon = subprocess.Popen(
                [BIN / "archived", "serve", "--site", self.folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                self.ask("status")
            except CommandFailed:
                if self._daemon.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return self._daemon.pid

    @property
    def pid(self) -> int:
        """The daemon's process."""
        if self._daemon is None:
            raise CommandFailed("archived serve", 0, "was not started")
        return self._daemon.pid

    @property
    def run_directory(self) -> str:
        """Where the sockets of daemon and room are."""
        return (self.folder / "run-directory").read_text(encoding="utf-8").strip()

    def ask(self, *words: str) -> dict[str, Any]:
        """archivectl WORDS --json, and its answer. Raises CommandFailed."""
        output = _run([BIN / "archivectl", "--site", self.folder, *words, "--json"])
        document: dict[str, Any] = json.loads(output)
        return document

    def items(self, *words: str) -> list[dict[str, Any]]:
        """The rows of a listing."""
        rows: list[dict[str, Any]] = self.ask(*words)["items"]
        return rows

    def follow(self, *words: str) -> "queue.SimpleQueue[dict[str, Any]]":
        """archivectl WORDS --json, which goes on: each document that it prints, as it comes."""
        process = subprocess.Popen(
            [BIN / "archivectl", "--site", self.folder, *words, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._followers.append(process)
        news: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

        def read() -> None:
            for line in process.stdout or ():
                news.put(json.loads(line))

        threading.Thread(target=read, daemon=True).start()
        return news

    def walk(self, person: Path) -> None:
        """Somebody begins to do what `archivectl tasks` asks for; he goes home when the daemon stops."""
        with (self.folder / "person.log").open("ab") as log:
            self._person = subprocess.Popen(
                [sys.executable, person, "--site", self.folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def send_home(self) -> None:
        """End what `walk` began."""
        if self._person is not None:
            self._person.terminate()
            self._person.wait()
            self._person = None

    def stop_following(self) -> None:
        """End what `follow` began."""
        for process in self._followers:
            process.terminate()
            process.wait()
        self._followers.clear()

    def stop(self) -> None:
        """Drain the daemon with SIGTERM, then stop the room; both are gone when this returns."""
        self.send_home()
        self.stop_following()
        if self._daemon is not None and self._daemon.poll() is None:
            self._daemon.send_signal(signal.SIGTERM)
            try:
                self._daemon.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._daemon.kill()
                self._daemon.wait()
        _run([BIN / "archived", "room", "stop", "--site", self.folder])


def _run(command: list[Any]) -> str:
    line = [str(word) for word in command]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        line, capture_output=True, text=True, encoding="utf-8", env=environment, check=False
    )
    if done.returncode != 0:
        raise CommandFailed(" ".join([Path(line[0]).name, *line[1:]]), done.returncode, done.stderr.strip())
    return done.stdout
