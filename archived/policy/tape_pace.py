"""Whether a tape drive got its blocks fast enough.

A drive slows its tape down to what it gets, to about a third of its native speed. Below that it stops, goes back and
starts again, time after time, which wears tape and heads.
"""

from typing import Final

SLOWEST_SHARE: Final = 1 / 3
#: In shorter sessions stops that nobody can spare a drive weigh more than the pace.
JUDGED_BYTES_MIN: Final = 10 * 10**9


def slowest_mb_per_s(native_bytes_per_s: int) -> float:
    """What a drive of that native speed needs to go on without a stop, in 10^6 bytes a second."""
    return native_bytes_per_s * SLOWEST_SHARE / 1e6


def is_judged(written_bytes: int, seconds: float) -> bool:
    """Whether a session was long enough to say anything about the pace."""
    return written_bytes >= JUDGED_BYTES_MIN and seconds > 0


def was_starved(written_bytes: int, seconds: float, native_bytes_per_s: int) -> bool:
    """Whether the drive had to stop again and again; False for a session that is too short to be judged."""
    if not is_judged(written_bytes, seconds):
        return False
    return written_bytes / seconds / 1e6 < slowest_mb_per_s(native_bytes_per_s)
