"""A person with a list, for simulated rooms: does what `archivectl tasks` asks for, with the installed commands only.

    .venv/bin/python examples/person.py --site SITE

He takes every task, carries each medium as soon as trays and places let him, reads what is written on it, and says
that it is done. He goes on until he is told to stop (SIGTERM, Ctrl-C), or until the daemon is gone.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ARCHIVECTL = Path(sys.executable).parent / "archivectl"
PAUSE_S = 0.3
#: The daemon is gone: nobody answers at its socket (archivectl help exit-codes).
UNAVAILABLE = 3

Task = dict[str, Any]


class Refused(Exception):
    """A command ended otherwise than hoped."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


class Person:
    """Somebody who works at one site."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def walk(self) -> bool:
        """Go through the list once; False when nothing could be done."""
        tasks = self._ask("tasks")["items"]
        fresh = [task["id"] for task in tasks if task["state"] == "open"]
        if fresh:
            self._ask("tasks", "take", *fresh)
            tasks = self._ask("tasks")["items"]
        ready = [task for task in tasks if task["state"] == "taken" and task["ready_at"]]
        return sum(self._do(task) for task in ready) > 0

    def _do(self, task: Task) -> bool:
        """Carry one medium, and say so; False when somebody or something is in the way still."""
        label = task["barcode"] or task["printed_label"] or task["medium_id"]
        place, library = task["to_element"], task["to_library"]
        if self._where(label) in ("gone", "nowhere"):
            self._ask("tasks", "refuse", task["id"], "--reason", "it is not there, and nowhere near")
            print(f"{task['words']}: refused, it is not there", flush=True)
            return True
        try:
            self._carry(label, place, library)
            self._ask("tasks", "done", task["id"], "--typed", label)
        except Refused as refused:
            if refused.status == UNAVAILABLE:
                raise
            print(f"{task['words']}: not yet: {refused}", flush=True)
            return False
        print(f"{task['words']}: done", flush=True)
        return True

    def _carry(self, label: str, place: int, library: str) -> None:
        # Perhaps he carried it already, and was interrupted before he could say so.
        if not self._lies_there(label, place, library):
            self._ask("simulate", "carry", label, str(place), "--library", library)

    def _where(self, label: str) -> str:
        room = self._ask("simulate")["answer"]["media"]
        return next((medium["place"] for medium in room if medium["barcode"] == label), "nowhere")

    def _lies_there(self, label: str, place: int, library: str) -> bool:
        room = self._ask("simulate")["answer"]
        return any(
            medium["barcode"] == label
            and medium["address"] == place
            and medium.get("library", library) == library
            for medium in room["media"]
        )

    def _ask(self, *words: str) -> dict[str, Any]:
        line = [str(ARCHIVECTL), "--site", str(self._site), *words, "--json"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refused(done.returncode, done.stderr.strip())
        document: dict[str, Any] = json.loads(done.stdout)
        return document


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--site", required=True, type=Path)
    person = Person(parser.parse_args().site)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        try:
            if not person.walk():
                time.sleep(PAUSE_S)
        except Refused as refused:
            if refused.status == UNAVAILABLE:
                return 0
            print(f"not yet: {refused}", flush=True)
            time.sleep(PAUSE_S)
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())
