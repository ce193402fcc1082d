"""Whether a user may read what the daemon, who may read everything, is asked to read for him. Pure.

Mode bits, owner and groups decide, as in POSIX.1-2017, Base Definitions 4.5 (File Access Permissions); access
control lists beyond them are not looked at: docs/decisions/0006-who-may-ask.md.
"""

from dataclasses import dataclass
from typing import Final

READ: Final = 0o4
SEARCH: Final = 0o1


@dataclass(frozen=True, slots=True)
class Reader:
    """On whose behalf something is read."""

    uid: int
    #: Every group that he is in, the primary one too.
    gids: frozenset[int]


def may(reader: Reader | None, wanted: int, *, mode: int, uid: int, gid: int) -> bool:
    """Whether `reader` has all of `wanted` (READ, SEARCH) on a thing of this mode, owner and group.

    None stands for the daemon itself, for whom the kernel decides. As in the kernel, the first class that
    applies decides: an owner who took his own rights away has none by his group.
    """
    if reader is None:
        return True
    granted = mode >> 6 if uid == reader.uid else mode >> 3 if gid in reader.gids else mode
    return granted & wanted == wanted
