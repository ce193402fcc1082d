"""The note beside recalled files while not all of them are there: what a later call needs to go on."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from archived.errors import Failed
from archived.language import _

#: In a folder.
NAME = ".archived-recall.json"
VERSION = 1


@dataclass
class NotedPart:
    """One package of an order."""

    reference: str
    folder: str
    #: All of the package is wanted.
    whole: bool
    #: The recall that first asked for it: its list of files is what has to be there in the end.
    first_recall: str
    #: The recall that brings it, or the rest of it, now.
    recall: str
    done: bool = False


@dataclass
class Note:
    """An order on its way into a folder, or into a tar."""

    items: list[dict[str, Any]]
    orders: list[str]
    parts: dict[str, NotedPart] = field(default_factory=dict)

    @property
    def pending(self) -> dict[str, str]:
        """Recall → package, for what is not there yet."""
        return {part.recall: package for package, part in self.parts.items() if not part.done}


def write(file: Path, note: Note) -> None:
    """Put the note down, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.part")
    with temporary.open("w", encoding="utf-8") as out:
        json.dump({"version": VERSION, **asdict(note)}, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, file)


def keep(file: Path, note: Note) -> None:
    """Put the note down unless there is one."""
    if not exists(file):
        write(file, note)


def exists(file: Path) -> bool:
    """Whether there is a note."""
    return file.exists()


def read(file: Path) -> Note | None:
    """The note; None when there is none. Raises Failed when it cannot be used."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document.pop("version") != VERSION:
            raise ValueError("another version")
        parts = {package: NotedPart(**part) for package, part in document.pop("parts").items()}
        return Note(**document, parts=parts)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failed(
            _("{file} cannot be used: {reason}; no recalled file was touched").format(
                file=file, reason=error
            ),
            advice=_("remove it and recall into another folder"),
        ) from None


def remove(file: Path) -> None:
    """Everything is there."""
    file.unlink(missing_ok=True)
