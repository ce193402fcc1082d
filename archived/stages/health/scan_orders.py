"""Scans as people or the routine ask for them: what would be scanned, and the run on record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection

from archived.care import SCAN, CareItem, CareRun, ItemState
from archived.catalog import care, care_work, events, health, images, media
from archived.errors import Refused
from archived.language import _
from archived.media_kinds import is_tape
from archived.medium_health import SCAN_BIS, SCAN_C1, SCAN_LDC, SCAN_PIE, TIMED_READ
from archived.model import Medium
from archived.stages import care_orders, hold
from archived.stages.recall_order import DEFAULT_LOAD_S, DEFAULT_READ_BYTES_PER_S
from archived.stages.work import Site
from archived.states import CopyState, MediumState

#: Discs in these states have something on them that can be scanned.
SCANNED: Final = (MediumState.GOOD, MediumState.WATCH, MediumState.SUSPECT, MediumState.RETIRED)
#: What is noted when a scan is over.
RESULTS: Final = (SCAN_LDC, SCAN_BIS, SCAN_PIE, SCAN_C1, TIMED_READ)
_WRITTEN = (CopyState.WRITTEN, CopyState.VERIFYING, CopyState.VERIFIED, CopyState.SUSPECT, CopyState.RETIRED,
            CopyState.FOUND)  # fmt: skip
#: The routine begins runs of so many media.
AT_ONCE: Final = 12


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """What a scan would do; nothing of it is on record."""

    media: tuple[Medium, ...]
    preview: dict[str, Any] = field(default_factory=dict)


def plan(
    read: Connection, site: Site, media_ids: Sequence[str] = (), batches: Collection[str] = ()
) -> ScanPlan:
    """These media, or all discs of these batches.

    Raises NotFound, and Refused for cartridges, for discs with nothing to scan on them, and when nothing is left.
    """
    chosen = [media.get(read, medium_id) for medium_id in dict.fromkeys(media_ids)]
    for medium in chosen:
        _demand_scannable(read, medium)
    known = {medium.id for medium in chosen}
    chosen += [
        medium
        for medium in media.listing(read)
        if medium.batch in batches and medium.id not in known and _is_scannable(read, medium)
    ]
    if not chosen:
        raise Refused(_("no disc that could be scanned was named; nothing was begun"))
    paces = events.paces(read)
    size = sum(_size_bytes(read, medium) for medium in chosen)
    seconds = size / (paces.get("read") or DEFAULT_READ_BYTES_PER_S) + len(chosen) * 2 * paces.get(
        "load_s", DEFAULT_LOAD_S
    )
    preview = {
        "media": len(chosen),
        "media_ids": [medium.id for medium in chosen],
        "mounts": len(chosen),
        "bytes_along": size,
        "drive_hours": round(seconds / 3600, 2),
    }
    return ScanPlan(tuple(chosen), preview)


def begin(write: Connection, site: Site, order: ScanPlan, *, agent: str, reason: str) -> CareRun:
    """Put the run of a plan on record. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused(_("a reason is needed: it stands in the record for ever"))
    items = [
        CareItem(0, "", "scan", ItemState.WANTED, medium.id, None, None, site.now()) for medium in order.media
    ]
    terms = {"media": [medium.id for medium in order.media]}
    return care_orders.begin(
        write, site, SCAN, items, agent=agent, reason=reason, terms=terms, preview=order.preview, priority=10
    )


def begin_due(write: Connection, site: Site) -> CareRun | None:
    """A run of the discs that were not scanned for so long as the settings say; None where there is nothing to do."""
    days = site.config.health.scan_days
    if days <= 0 or hold.in_force(events.settings(write)) or care_work.running(write, SCAN):
        return None
    before = site.now() - timedelta(days=days)
    due = []
    for medium in media.listing(write):
        if medium.state in (MediumState.GOOD, MediumState.WATCH) and _is_scannable(write, medium):
            last = health.listing(write, medium.id, what=RESULTS, limit=1)
            if medium.element is not None and (not last or last[0].at < before):
                due.append((last[0].at if last else before - timedelta(days=36500), medium.id, medium))
    if not due:
        return None
    chosen = [medium.id for _at, _id, medium in sorted(due, key=lambda row: row[:2])[:AT_ONCE]]
    words = _("not scanned for {days:g} days").format(days=days)
    return begin(write, site, plan(write, site, chosen), agent=events.DAEMON, reason=words)


def under_way_of(read: Connection, medium_id: str) -> CareItem | None:
    """The open scan of a medium."""
    found = [item for item in care.open_items(read, SCAN, paused=True) if item.medium_id == medium_id]
    return found[0] if found else None


def _demand_scannable(read: Connection, medium: Medium) -> None:
    if is_tape(medium.kind):
        raise Refused(
            _("{medium} is a cartridge: drives count its errors whenever it is used").format(
                medium=medium.id
            ),
            advice=f"archivectl media health {medium.id}",
        )
    if not _is_scannable(read, medium):
        raise Refused(
            _("medium {medium} is {state}, and nothing on it can be scanned").format(
                medium=medium.id, state=medium.state.value
            ),
            advice=f"archivectl media {medium.id}",
        )
    if under_way_of(read, medium.id) is not None:
        raise Refused(
            _("medium {medium} is going to be scanned already").format(medium=medium.id),
            advice="archivectl scan",
        )


def _is_scannable(read: Connection, medium: Medium) -> bool:
    if is_tape(medium.kind) or medium.state not in SCANNED:
        return False
    return any(copy.state in _WRITTEN for copy in media.copies_on(read, medium.id))


def _size_bytes(read: Connection, medium: Medium) -> int:
    copies = [copy for copy in media.copies_on(read, medium.id) if copy.state in _WRITTEN]
    return sum(images.get(read, copy.image_id).size_bytes or 0 for copy in copies)
