"""An answer kept in a file of the caller: whole or not at all, and never over another file."""

import json
import os
from pathlib import Path

from archived.errors import Refused
from archived.language import _
from cli.context import Document


def check_free(file: Path | None) -> None:
    """Raises Refused when the file is there already: before anything is handed in."""
    if file is not None and os.path.lexists(file):
        raise Refused(
            _("{file} exists; nothing was handed in").format(file=file),
            advice=_("name another file for the receipt"),
        )


def keep(answer: Document, file: Path | None) -> None:
    """Write the newest answer, whole or not at all; nothing when there is no file."""
    if file is None:
        return
    temporary = file.with_name(f".{file.name}.part")
    with temporary.open("w", encoding="utf-8", errors="backslashreplace") as out:
        json.dump(answer, out, ensure_ascii=False, indent=2)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(temporary, file)
