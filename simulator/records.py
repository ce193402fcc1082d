"""Small JSON files that survive a kill at any instruction. Not for the bytes of discs."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.errors import RoomDamaged

Sync = Callable[[int], None]


def replace_json(path: Path, value: Any, *, sync: Sync = os.fsync) -> None:
    """Put `value` in place of the file's content: afterwards the old or the new is there, never a mixture."""
    temporary = path.with_name(path.name + ".new")
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        sync(file.fileno())
    os.replace(temporary, path)
    sync_directory(path.parent, sync=sync)


def load_json(path: Path) -> Any:
    """Read a file of `replace_json`; raises `RoomDamaged` when it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RoomDamaged(f"{path} is not readable as JSON: {error}") from error


def append_line(path: Path, value: dict[str, Any], *, sync: Sync = os.fsync) -> None:
    """Add one JSON line, durable when this returns. A torn line of an earlier kill is cut off first."""
    fresh = not path.exists()
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        whole = _whole_lines_bytes(descriptor)
        os.ftruncate(descriptor, whole)
        os.pwrite(descriptor, line, whole)
        sync(descriptor)
    finally:
        os.close(descriptor)
    if fresh:
        sync_directory(path.parent, sync=sync)


def load_lines(path: Path) -> list[dict[str, Any]]:
    """All whole lines of a journal, none when it does not exist; a torn last line was never visible."""
    if not path.exists():
        return []
    whole, newline, _torn = path.read_bytes().rpartition(b"\n")
    if not newline:
        return []
    try:
        return [json.loads(line) for line in whole.split(b"\n")]
    except ValueError as error:
        raise RoomDamaged(f"{path} holds a line that is not JSON: {error}") from error


def sync_directory(path: Path, *, sync: Sync = os.fsync) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def _whole_lines_bytes(descriptor: int) -> int:
    size = os.fstat(descriptor).st_size
    content = os.pread(descriptor, size, 0)
    return content.rfind(b"\n") + 1
