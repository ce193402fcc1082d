"""Making files durable: on the disk, under their names, before anybody is told that they are there."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Return when the names in this folder are on its disk (fsync(2) of the folder itself)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def name_durably(part: Path, path: Path) -> None:
    """Give a file that is synced already its final name, in the same folder; durable when this returns."""
    part.replace(path)
    sync_folder(path.parent)


def write_durably(path: Path, text: str) -> None:
    """The file is there whole, in UTF-8, or not at all, whatever happens; durable when this returns."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    name_durably(part, path)
