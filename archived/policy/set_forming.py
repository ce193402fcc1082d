"""When closed images become a protection set, and which images may join the same one.

A set that closes with fewer than N images is *short*: its last data positions stay absent, and the code
is the shorter one (design, section 5).
"""

from datetime import datetime, timedelta

FULL, OLD, ASKED, PRESSURE = "full", "old", "asked", "staging pressure"


def should_close_set(
    *,
    member_count: int,
    n: int,
    oldest_closed_at: datetime | None,
    set_wait: timedelta,
    now: datetime,
    asked: bool = False,
    pressure: bool = False,
    held: bool = False,
) -> str:
    """Why the set closes now ("full", "old", "asked", "staging pressure"), or ''.

    Args:
        member_count: images of the set that are closed.
        oldest_closed_at: when the first of them closed; None when there is none.
        held: a person holds one of them; such a set never closes.
    """
    if held or member_count == 0:
        return ""
    if member_count >= n:
        return FULL
    if oldest_closed_at is not None and now - oldest_closed_at >= set_wait:
        return OLD
    if asked:
        return ASKED
    return PRESSURE if pressure else ""


def scope_key(set_scope: str, *, pool: str, fonds: str, series: str) -> str:
    """What may join one set, as one printable key: 'pool:bluray', 'fonds:bluray/F', 'group:bluray/F/S'.

    Different things never share a key: '/' and '%' inside a name are written %2F and %25.

    Raises:
        ValueError: `set_scope` is none of "pool", "fonds", "group".
    """
    parts = {"pool": (pool,), "fonds": (pool, fonds), "group": (pool, fonds, series)}
    if set_scope not in parts:
        raise ValueError(f"set scope {set_scope!r} is none of pool, fonds, group")
    return f"{set_scope}:" + "/".join(p.replace("%", "%25").replace("/", "%2F") for p in parts[set_scope])


def absent_positions(member_count: int, n: int) -> tuple[int, ...]:
    """Data positions (1-based) that a set of `member_count` images leaves unused: the last ones.

    Raises:
        ValueError: a set has at least one image and at most `n`.
    """
    if not 1 <= member_count <= n:
        raise ValueError(f"a set of up to {n} images cannot have {member_count}")
    return tuple(range(member_count + 1, n + 1))
