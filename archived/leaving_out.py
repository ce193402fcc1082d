"""Which files of a plain folder are left out: what systems put there for themselves. Pure."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def is_left_out(path: str, patterns: Sequence[str]) -> bool:
    """Whether the name of this file matches one of the patterns (`*`, `?`, `[…]`), in any case of letters."""
    name = path.rpartition("/")[2].lower()
    return any(fnmatchcase(name, pattern.lower()) for pattern in patterns)
