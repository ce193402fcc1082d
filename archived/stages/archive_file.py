"""An archive that was handed in, as one file: opened by descriptors, and watched while it is read."""

import hashlib
import os
import stat
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from archived.carried_names import printable
from archived.formats.archive_entry import NotUnpacked
from archived.language import _
from archived.policy.reading_rights import READ, Reader, may
from archived.stages.intake_descent import Descent, NoWay
from archived.stages.intake_source import changed, unreadable

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """The archive as the survey saw it."""

    path: Path
    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int

    @property
    def name(self) -> str:
        """For people."""
        return printable(self.path.name)

    def is_still(self, now: os.stat_result) -> bool:
        """True while nobody wrote to it or put another in its place."""
        seen = (self.size_bytes, self.mtime_ns, self.ctime_ns, self.inode, self.device)
        return seen == (now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev)

    def open(self) -> int:
        """A descriptor of the very file that the survey saw; the caller closes it. Raises Unacceptable."""
        try:
            with Descent(self.path.parent) as descent:
                descriptor = descent.file(self.path.name)
        except (NoWay, OSError) as error:
            raise changed([str(self.path)]) from error
        if self.is_still(os.fstat(descriptor)):
            return descriptor
        os.close(descriptor)
        raise changed([str(self.path)])


def look_at(path: Path, reader: Reader | None) -> tuple[ArchiveFile, int]:
    """The archive as it is now, and a descriptor of it; the caller closes that.

    Raises:
        NoWay: it cannot be reached, is no file, or `reader` may not read it.
    """
    where = printable(str(path))
    try:
        with Descent(path.parent, reader) as descent:
            descriptor = descent.file(path.name)
    except OSError as error:
        raise NoWay(_("{path} cannot be opened: {why}").format(path=where, why=error.strerror)) from error
    now = os.fstat(descriptor)
    if not stat.S_ISREG(now.st_mode):
        os.close(descriptor)
        raise NoWay(_("{path} is neither a folder nor a file").format(path=where))
    if reader is not None and not may(reader, READ, mode=now.st_mode, uid=now.st_uid, gid=now.st_gid):
        os.close(descriptor)
        raise NoWay(_("uid {uid}, who hands it in, may not read {path}").format(uid=reader.uid, path=where))
    seen = ArchiveFile(path, now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev)
    return seen, descriptor


def read_at(descriptor: int, offset: int, count: int) -> bytes:
    """So many bytes of the archive. Raises NotUnpacked when it ends before, or cannot be read."""
    try:
        data = os.pread(descriptor, count, offset)
    except OSError as error:
        raise NotUnpacked(_("the archive cannot be read: {why}").format(why=error.strerror)) from error
    if len(data) != count:
        raise NotUnpacked(_("the archive is damaged or cut off: it ends where more is announced"))
    return data


class Digesting:
    """The sha256 of the archive itself, taken on a thread of its own while its content is unpacked."""

    def __init__(self, descriptor: int, file: ArchiveFile) -> None:
        """`descriptor` must stay open until `close`."""
        self._descriptor = descriptor
        self._file = file
        self._sum = hashlib.sha256()
        self._error: OSError | None = None
        self._is_wanted = True
        self._thread = threading.Thread(target=self._run, name="digest-of-archive", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._is_wanted = False
        self._thread.join()

    def hexdigest(self) -> str:
        """Waits until all of it was read. Raises Unacceptable."""
        self._thread.join()
        if self._error is not None:
            raise unreadable(str(self._file.path), str(self._error.strerror))
        return self._sum.hexdigest()

    def _run(self) -> None:
        buffer = memoryview(bytearray(_BLOCK_BYTES))
        offset = 0
        try:
            while self._is_wanted and (count := os.preadv(self._descriptor, [buffer], offset)):
                self._sum.update(buffer[:count])
                offset += count
        except OSError as error:
            self._error = error
