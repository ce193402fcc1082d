"""One program works with a node at a time: it is opened and locked (flock) in one step.

A lock belongs to an inode: /dev/sg5 and /dev/sr0 of one drive are two, so everybody names the same. It lasts as long
as any process has the descriptor that came of it, a child that inherited it as well.
"""

import errno
import fcntl
import os
import stat
from pathlib import Path

from devices.failures import TransportLost

LOCKS = Path("/proc/locks")


class NodeUnavailable(TransportLost):
    """A node that could not be opened, or that another program holds: no command was sent.

    `reason` is the system's number for it (errno; EWOULDBLOCK when somebody else has it locked), `holder` the
    process that holds the lock, where that can be told.
    """

    def __init__(self, message: str, reason: int, holder: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.holder = holder


def locked(node: Path, mode: int, *, locks: Path = LOCKS) -> int:
    """A descriptor of `node`, opened with `mode` without waiting for a medium, and locked.

    Raises NodeUnavailable, at once when somebody else has the lock.
    """
    try:
        descriptor = os.open(node, mode | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NodeUnavailable(
            f"{node}: cannot be opened ({error.strerror or error})", error.errno or errno.EIO
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = lock_holder(os.fstat(descriptor), locks=locks)
        os.close(descriptor)
        if not isinstance(error, BlockingIOError):
            raise NodeUnavailable(
                f"{node}: cannot be locked ({error.strerror or error})", error.errno or errno.EIO
            ) from error
        who = "another program" if holder is None else f"process {holder}"
        raise NodeUnavailable(
            f"{node}: {who} has it open and locked; one device serves one program at a time",
            errno.EWOULDBLOCK,
            holder,
        ) from error
    return descriptor


def kept_for(node: Path) -> int:
    """An idle descriptor that keeps the lock of `node` while a program without such locks works with it.

    The program opens it with O_EXCL. At a block device that shuts out mounts and others who say O_EXCL, and no plain
    descriptor; the sg driver refuses it where anybody has its node open. Raises NodeUnavailable, for an sg node, too.
    """
    descriptor = locked(node, os.O_RDONLY)
    if stat.S_ISCHR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NodeUnavailable(
            f"{node}: no node of a block device, and only such a one stays locked while a program burns; "
            "nothing was written: name the drive's /dev/srN",
            errno.ENOTBLK,
        )
    return descriptor


def lock_holder(node: os.stat_result, *, locks: Path = LOCKS) -> int | None:
    """Which process holds the lock of a node, by /proc/locks; None where that cannot be told."""
    wanted = f"{os.major(node.st_dev):02x}:{os.minor(node.st_dev):02x}:{node.st_ino}"
    try:
        lines = locks.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    for line in lines:
        fields = line.split()
        if len(fields) >= 6 and fields[1] == "FLOCK" and fields[5] == wanted and fields[4].isdecimal():
            return int(fields[4])
    return None
