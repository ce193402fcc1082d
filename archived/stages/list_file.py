"""The bytes of a list that somebody points at, read with his rights and through no link."""

import os
import stat
from pathlib import Path
from typing import Final

from archived.carried_names import printable
from archived.language import _
from archived.policy.reading_rights import READ, SEARCH, Reader, may
from archived.stages.intake_descent import Descent, NoWay

#: Larger than any list that a person makes; a list is held in memory.
LIST_BYTES_MAX: Final = 64 << 20


class NotAList(Exception):
    """The file cannot be read as a list; the text says why, for people."""


def read_list_file(path: Path, reader: Reader | None) -> bytes:
    """All bytes of the file at `path` (absolute).

    Raises NotAList: it is not there, is no file, is too large, changed, or `reader` may not read it.
    """
    name = printable(str(path))
    try:
        with Descent(path.parent, reader) as descent:
            folder = os.fstat(descent.folder(""))
            if not may(reader, SEARCH, mode=folder.st_mode, uid=folder.st_uid, gid=folder.st_gid):
                raise NotAList(_("uid {uid} may not go to {path}").format(uid=_uid(reader), path=name))
            with open(descent.file(path.name), "rb") as there:
                return _read(there.fileno(), name, reader)
    except NoWay as error:
        raise NotAList(str(error)) from error
    except OSError as error:
        raise NotAList(_("{path} cannot be read: {why}").format(path=name, why=error.strerror)) from error


def _read(descriptor: int, name: str, reader: Reader | None) -> bytes:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise NotAList(_("{path} is not a file").format(path=name))
    if not may(reader, READ, mode=found.st_mode, uid=found.st_uid, gid=found.st_gid):
        raise NotAList(_("uid {uid} may not read {path}").format(uid=_uid(reader), path=name))
    if found.st_size > LIST_BYTES_MAX:
        raise NotAList(
            _("{path} has {size} bytes; a list has {limit} at most").format(
                path=name, size=found.st_size, limit=LIST_BYTES_MAX
            )
        )
    data = bytearray()
    while block := os.read(descriptor, LIST_BYTES_MAX + 1 - len(data)):
        data += block
        if len(data) > found.st_size:
            break
    if len(data) != found.st_size:
        raise NotAList(_("{path} changed while it was read").format(path=name))
    return bytes(data)


def _uid(reader: Reader | None) -> str:
    return str(reader.uid) if reader is not None else "–"
