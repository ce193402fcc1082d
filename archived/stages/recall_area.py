"""The recall area as the catalog knows it: what is taken, who waits for room and why, what nobody fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection

from archived.catalog import events, media, recalls
from archived.errors import TooLarge
from archived.language import _
from archived.model import Recall
from archived.policy.recall_area import Claim, Place, admitted, expired, grouped, has_room, held, units
from archived.stages.recall_order import Plan
from archived.stages.work import Site
from archived.states import RecallEvent, RecallState

#: So many packages of a refusal are named.
NAMED_MAX = 5


def used_bytes(read: Connection) -> int:
    """What recalls that are served, or lie ready, take of the area."""
    return sum(recall.area_bytes for recall in recalls.in_state(read, *recalls.LIVE))


@dataclass(slots=True)
class Room:
    """What is left of the area while recalls are put on record one after the other."""

    limit_bytes: int
    used_bytes: int
    #: Somebody waits: whoever comes now waits behind.
    is_waited_for: bool

    @classmethod
    def of(cls, read: Connection, site: Site) -> "Room":
        waited_for = any(not recall.is_ours for recall in recalls.in_state(read, RecallState.WAITING))
        return cls(site.config.recall.area_bytes_max, used_bytes(read), waited_for)

    def take(self, area_bytes: int) -> bool:
        """Whether a recall of this size begins at once; it has its place then."""
        if not area_bytes:
            return True
        fits = has_room(area_bytes, used_bytes=self.used_bytes, limit_bytes=self.limit_bytes)
        if self.is_waited_for or not fits:
            self.is_waited_for = True
            return False
        self.used_bytes += area_bytes
        return True


def demand_fits(site: Site, recall: Recall) -> None:
    """Raises TooLarge when the recall alone is larger than the whole area."""
    limit_bytes = site.config.recall.area_bytes_max
    if limit_bytes and recall.area_bytes > limit_bytes:
        raise TooLarge(
            _(
                "the recall of {package} takes {needed} bytes of the recall area, which has {limit} in all; "
                "nothing was asked for"
            ).format(
                package=recall.package_id or recall.image_id, needed=recall.area_bytes, limit=limit_bytes
            ),
            advice=_(
                "recall fewer of its files at a time with --file, or parts of them with --bytes; or raise "
                "area_bytes_max under [recall] in archived.toml and start the daemon again"
            ),
            needed_bytes=recall.area_bytes,
            area_bytes_max=limit_bytes,
        )


def order_fits(site: Site, plans: Sequence[Plan]) -> None:
    """Raises TooLarge when one recall alone, or those that must begin together, are larger than the whole area."""
    limit_bytes = site.config.recall.area_bytes_max
    for plan in plans:
        demand_fits(site, plan.recall)
    for group in grouped([Place(plan.package.id, plan.recall.area_bytes, plan.unit) for plan in plans]):
        needed = sum(place.area_bytes for place in group)
        if limit_bytes and needed > limit_bytes:
            raise TooLarge(
                _(
                    "{count} packages share discs and come through their set ({names}); together they take "
                    "{needed} bytes of the recall area, which has {limit} in all; nothing was asked for"
                ).format(
                    count=len(group),
                    names=", ".join([place.recall_id for place in group[:NAMED_MAX]])
                    + (", …" if len(group) > NAMED_MAX else ""),
                    needed=needed,
                    limit=limit_bytes,
                ),
                advice=_(
                    "recall fewer of them at a time, which mounts their discs again for each part; or raise "
                    "area_bytes_max under [recall] in archived.toml and start the daemon again"
                ),
                needed_bytes=needed,
                area_bytes_max=limit_bytes,
                packages=[place.recall_id for place in group],
            )


def media_held(read: Connection, site: Site) -> frozenset[str]:
    """Media that stay in their drives for orders that wait for room in the middle of them."""
    waited_for = [(order, copy) for _id, order, copy in recalls.copies_waited_for(read) if order is not None]
    if not waited_for:
        return frozenset()
    orders = {order_id for order_id, _copy_id in waited_for}
    medium = {copy_id: media.get_copy(read, copy_id).medium_id for copy_id in {c for _o, c in waited_for}}
    begun = [(order, medium[copy]) for order, copy in recalls.copies_begun(read, orders) if copy in medium]
    return held(
        [(order, medium[copy]) for order, copy in waited_for],
        begun,
        recalls.last_progress(read, orders),
        now=site.now(),
        hold=timedelta(minutes=site.config.recall.hold_min),
    )


def next_admitted(read: Connection, site: Site) -> list[Recall]:
    """Those that wait for room and may begin now."""
    # What we need ourselves waits behind everybody who asked for something.
    waiting = sorted(recalls.in_state(read, RecallState.WAITING), key=lambda recall: recall.is_ours)
    if not waiting:
        return []
    copies: dict[str, set[int]] = {}
    for recall_id, _order_id, copy_id in recalls.copies_waited_for(read):
        copies.setdefault(recall_id, set()).add(copy_id)
    unit: dict[str, str] = {}
    for _order_id, some in groupby(waiting, key=lambda recall: recall.order_id or recall.id):
        unit |= units({recall.id: frozenset(copies.get(recall.id, ())) for recall in some})
    ids = admitted(
        [Place(recall.id, recall.area_bytes, unit[recall.id]) for recall in waiting],
        used_bytes=used_bytes(read),
        limit_bytes=site.config.recall.area_bytes_max,
    )
    return [recall for recall in waiting if recall.id in ids]


@dataclass(frozen=True, slots=True)
class AreaView:
    """The area at one moment, for telling people about many recalls."""

    limit_bytes: int
    used_bytes: int
    waiting: tuple[str, ...]

    def words(self, recall: Recall) -> str:
        """Why a recall waits; "" when it does not."""
        if recall.id not in self.waiting:
            return ""
        return _(
            "waits for room in the recall area: it needs {needed} bytes, {used} of {limit} are taken, and {before} "
            "recalls wait before it; room comes as soon as what is ready is fetched"
        ).format(
            needed=recall.area_bytes,
            used=self.used_bytes,
            limit=self.limit_bytes,
            before=self.waiting.index(recall.id),
        )


def view(read: Connection, site: Site) -> AreaView:
    """What is taken, and who waits."""
    waiting = recalls.in_state(read, RecallState.WAITING)
    ids = tuple(recall.id for recall in waiting)
    return AreaView(site.config.recall.area_bytes_max, used_bytes(read), ids)


def expires_at(site: Site, recall: Recall) -> datetime | None:
    """When a recall is given up if nobody fetches it; None for one that is over."""
    if recall.state not in (RecallState.WAITING, *recalls.LIVE) or recall.is_ours:
        return None
    return (recall.ready_at or recall.requested_at) + timedelta(hours=site.config.recall.expiry_h)


def expire(write: Connection, site: Site) -> None:
    """What nobody fetched for long frees its place; it can be asked for again."""
    now, expiry_h = site.now(), site.config.recall.expiry_h
    live = recalls.in_state(write, RecallState.WAITING, *recalls.LIVE)
    asked = (recall for recall in live if not recall.is_ours)
    claims = [Claim(r.id, r.order_id, r.requested_at, r.ready_at) for r in asked]
    ended_at = recalls.last_fetched(write)
    for recall_id in expired(claims, ended_at, now=now, expiry=timedelta(hours=expiry_h)):
        note = _("nobody fetched it within {hours:g} hours").format(hours=expiry_h)
        recalls.advance_state(write, recall_id, RecallEvent.CANCELLED, note=note, ended_at=now)
        events.append(write, now, "recall expired", ("recall", recall_id), note=note)
