"""The recall area: who may begin to fill it, and who has held his place in it for too long.

Whoever came first is served first, and nobody overtakes: a large recall is not starved by small ones. What was
begun is finished, also when damage makes it larger than planned. Byte counts are as planned; 0 is no limit.

Each medium of an order is mounted once. Recalls that need one medium each may come one after the other: the medium
stays in its drive between them. Those that need several media, and share some, are a unit and begin together, since
a drive that holds one medium for later cannot read the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Place:
    """What one recall takes, or wants to take, of the area."""

    recall_id: str
    area_bytes: int
    #: Neighbours of the same unit begin together; "" begins for itself.
    unit: str = ""


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
    found: list[str] = []
    for group in grouped(waiting):
        area_bytes = sum(place.area_bytes for place in group)
        if not has_room(area_bytes, used_bytes=used_bytes, limit_bytes=limit_bytes):
            break
        used_bytes += area_bytes
        found += [place.recall_id for place in group]
    return tuple(found)


def grouped(places: Sequence[Place]) -> list[tuple[Place, ...]]:
    """Those that begin together, in order."""
    numbered = enumerate(places)
    together = groupby(numbered, key=lambda item: (item[1].unit, -1 if item[1].unit else item[0]))
    return [tuple(place for _number, place in group) for _key, group in together]


def units(copies: Mapping[str, frozenset[int]]) -> dict[str, str]:
    """Recall → the unit that it begins with, "" for itself.

    Recalls that share copies, directly or through others, are a unit when one of them needs more than one copy.

    Args:
        copies: recall → the copies that it is to be read from.
    """
    known: list[tuple[frozenset[int], list[str]]] = []
    for recall_id, wanted in copies.items():
        joined, names = wanted, [recall_id]
        apart = []
        for others, members in known:
            if others & wanted:
                joined, names = joined | others, [*members, *names]
            else:
                apart.append((others, members))
        known = [*apart, (joined, names)]
    found = dict.fromkeys(copies, "")
    for joined, names in known:
        if len(joined) > 1 and len(names) > 1:
            found |= dict.fromkeys(names, names[0])
    return found


def held(
    wanted: Iterable[tuple[str, str]],
    begun: Iterable[tuple[str, str]],
    progress: Mapping[str, datetime],
    *,
    now: datetime,
    hold: timedelta,
) -> frozenset[str]:
    """Media that stay in their drives, since an order that began to read them waits for room to go on.

    Args:
        wanted: (order, medium) of recalls that wait for room.
        begun: the same of recalls that have begun.
        progress: order → when something of it was asked for, ready or fetched last.
        hold: for so long after its last progress an order keeps its media.
    """
    return frozenset(
        medium_id
        for order_id, medium_id in set(wanted) & set(begun)
        if order_id in progress and now - progress[order_id] < hold
    )


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
