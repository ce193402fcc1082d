"""How log records look on standard output: lines for people, or JSON lines for programs.

Under systemd each line begins with its priority, `<4>`, which the journal takes off again (sd-daemon(3)): what is kept
is the same line, found by `journalctl -p warning`. Lines for people carry no time then, as the journal has its own.
"""

import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, Any, Final

FORMATS: Final = ("text", "json")
#: Syslog priorities by logging level.
_PRIORITIES: Final = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
#: What every record has; anything else was given as `extra` and is a field.
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class TextLines(logging.Formatter):
    """`2026-11-21 02:30:00,000 INFO words`."""

    def __init__(self, *, journal: bool = False) -> None:
        super().__init__("%(levelname)s %(message)s" if journal else "%(asctime)s %(levelname)s %(message)s")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        words = super().format(record)
        if not self._journal:
            return words
        # The journal takes every line for a record of its own, and each may carry its priority.
        return "\n".join(f"{_priority(record)}{line}" for line in words.split("\n"))


class JsonLines(logging.Formatter):
    """One JSON object a record, always one line: time (UTC, ISO 8601), level, logger, message, fields, exception."""

    def __init__(self, *, journal: bool = False) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        document: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = {name: value for name, value in vars(record).items() if name not in _OWN}
        if fields:
            document["fields"] = fields
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        line = json.dumps(document, ensure_ascii=False, default=str)
        text = line.encode("utf-8", "backslashreplace").decode("utf-8")
        return f"{_priority(record)}{text}" if self._journal else text


def log_to(stream: IO[str], format_: str, *, level: int, journal: bool = False) -> None:
    """From now on every record of this process goes to `stream`, in one of FORMATS, and nowhere else."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(journal=journal) if format_ == "json" else TextLines(journal=journal))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def goes_to_journal(environment: Mapping[str, str], stream: IO[str] = sys.stdout) -> bool:
    """Whether `stream` is what systemd connected to its journal: JOURNAL_STREAM names its device and inode."""
    named = environment.get("JOURNAL_STREAM", "")
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return named == f"{found.st_dev}:{found.st_ino}"


def _priority(record: logging.LogRecord) -> str:
    return f"<{next((number for level, number in _PRIORITIES if record.levelno >= level), 7)}>"
