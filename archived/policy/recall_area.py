"""The recall area: who may begin to fill it, and who has held his place in it for too long.

Whoever came first is served first, and nobody overtakes: a large recall is not starved by small ones. What was
begun is finished, also when damage makes it larger than planned. Byte counts are as planned; 0 is no limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Place:
    """What one recall takes, or wants to take, of the area."""

    recall_id: str
    area_bytes: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One recall that waits, is served or lies ready, and what shows that somebody still wants it."""

    recall_id: str
    order_id: str | None
    requested_at: datetime
    ready_at: datetime | None = None


def has_room(area_bytes: int, *, used_bytes: int, limit_bytes: int) -> bool:
    """Whether a recall of this size may begin. An empty area takes any: a limit that was lowered stops nobody."""
    return not limit_bytes or not used_bytes or not area_bytes or used_bytes + area_bytes <= limit_bytes


def admitted(waiting: Sequence[Place], *, used_bytes: int, limit_bytes: int) -> tuple[str, ...]:
    """The recalls that may begin now, out of those that wait in the order in which they came."""
    found = []
    for place in waiting:
        if not has_room(place.area_bytes, used_bytes=used_bytes, limit_bytes=limit_bytes):
            break
        used_bytes += place.area_bytes
        found.append(place.recall_id)
    return tuple(found)


def expired(
    claims: Iterable[Claim], ended_at: Mapping[str, datetime], *, now: datetime, expiry: timedelta
) -> tuple[str, ...]:
    """Recalls that nobody fetched within `expiry`.

    The time counts from when the recall was ready, or from when it was asked for while it is not; and anew from
    when any other recall of its order was fetched: who takes an order part by part is still there.

    Args:
        ended_at: order → when the last of its recalls was fetched.
    """
    found = []
    for claim in claims:
        since = claim.ready_at or claim.requested_at
        if claim.order_id is not None:
            since = max(since, ended_at.get(claim.order_id, since))
        if now - since >= expiry:
            found.append(claim.recall_id)
    return tuple(found)
