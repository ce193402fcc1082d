"""How things stand: status, attention, events, progress, the library's floor."""

import shutil
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends
from sqlalchemy import Connection

from archived.api.services import Document, Services, plain, services_of
from archived.catalog import cleanings, events, images, media, packages, tasks
from archived.errors import NotFound
from archived.language import _
from archived.model import Event
from archived.policy.cleaners import is_open
from archived.policy.stacks import Pile
from archived.stages import hold
from archived.stages.cleaning_asked import cleaners_of
from archived.stages.copies_lacking import lacking
from archived.stages.doubt import words_of
from archived.stages.floor import Floor, floors
from archived.stages.stacker_floor import piles
from archived.stages.work import Site
from archived.tasks import TaskState
from devices.polling import WaitExpired, wait_until

router = APIRouter()
EVENT_INTERVAL_S = 0.25
EVENT_STEP_S = 1.0
WAIT_MAX_S = 60.0
EVENTS_MAX = 1000


@router.get("/status")
def status(services: Services = Depends(services_of)) -> Document:
    """Counts, staging, exposure, and what is under way."""
    site = services.site
    with services.catalog.read() as read:
        settings = events.settings(read)
        oldest = packages.oldest_exposed(read)
        counts = {
            "packages": _count(packages.listing(read)),
            "images": _count(images.listing(read)),
            "sets": _count(images.set_listing(read)),
            "media": _count(media.listing(read)),
        }
        waiting = len(events.attentions(read))
        asked = len(tasks.listing(read, TaskState.OPEN, TaskState.TAKEN))
        owed = plain(lacking(read, site))
    now = site.now()
    limit = timedelta(hours=site.config.staging.max_exposure_h)
    disk = shutil.disk_usage(site.tools.paths.staging)
    return services.said(
        {
            "site": site.config.site.name,
            "site_zh": site.config.site.name_zh,
            "room": site.config.room,
            "software": site.software,
            "uptime_s": (now - services.started_at).total_seconds(),
            "draining": services.is_draining(),
            "writes_paused": settings.get("writes_paused", ""),
            "catalog_held": hold.in_force(settings),
            **counts,
            "staging": {
                "free_bytes": disk.free,
                "keep_free_bytes": site.config.staging.keep_free_bytes,
                "disks": site.config.staging.disks,
                "needs": _needs(services),
            },
            "exposure": {
                "oldest_accepted_at": plain(oldest),
                "overdue": oldest is not None and now - oldest > limit,
                "max_exposure_h": site.config.staging.max_exposure_h,
            },
            "owed_copies": owed,
            "attention": waiting,
            "tasks": asked,
            "in_flight": _progress(services),
        }
    )


@router.get("/events")
def list_events(
    after: int | None = None,
    subject: str | None = None,
    limit: int = 50,
    wait_s: float = 0.0,
    services: Services = Depends(services_of),
) -> Document:
    """Events after `after`, oldest first (the newest ones without it); waits up to `wait_s` for the first.

    At most EVENTS_MAX at once, whatever `limit` asks for.
    """
    limit = min(max(limit, 0), EVENTS_MAX)

    def look() -> list[Event]:
        with services.catalog.read() as read:
            if after is None:
                return events.latest(read, subject_id=subject, limit=limit)
            return events.since(read, after, subject_id=subject, limit=limit)

    found = look()
    clock, left_s = services.site.tools.clock, min(wait_s, WAIT_MAX_S)
    # In steps, so that nobody who waits for news holds up a daemon that is told to stop.
    while not found and after is not None and left_s > 0:
        step_s = min(left_s, EVENT_STEP_S)
        with suppress(WaitExpired):
            found = wait_until(look, clock=clock, timeout_s=step_s, interval_s=EVENT_INTERVAL_S)
        left_s = 0 if services.is_draining() else left_s - step_s
    return services.listed(plain(found))


@router.get("/progress")
def progress(services: Services = Depends(services_of)) -> Document:
    """What is under way, how far, how fast, and how long it will take."""
    return services.listed(_progress(services))


@router.post("/progress/{key}/cancel")
def cancel(key: str, services: Services = Depends(services_of)) -> Document:
    """Give up what is under way under this key. Its own request says how it ended: it may be done already."""
    if not services.site.tools.progress.cancel(key):
        raise NotFound(
            _("nothing that can be cancelled is under way as {key}; it may have ended").format(key=key)
        )
    return services.said({"key": key, "cancelling": True})


@router.get("/library")
def library(services: Services = Depends(services_of)) -> Document:
    """Drives, slots and media of every library, as the last look saw them."""
    return library_document(services)


def library_document(services: Services) -> Document:
    """The floor of every library."""
    doing = {name: item.what for item in services.site.tools.progress.items() for name in item.drives}
    with services.catalog.read() as read:
        newest = cleanings.newest(read)
        asking = {name: item.state.value for name, item in newest.items() if is_open(item)}
        return services.said(
            {
                "libraries": [
                    _floor(floor, doing, asking, cleaners) | {"cleaners": cleaners}
                    for floor in floors(read, services.site)
                    for cleaners in (_cleaners(read, services.site, floor),)
                ]
            }
        )


def _cleaners(read: Connection, site: Site, floor: Floor) -> list[Document]:
    """The cleaning cartridges of a library, and how often each can be used still."""
    return [
        {"medium": one.medium_id, "uses": one.uses, "left": one.left}
        for one in cleaners_of(read, site, floor)
    ]


def _floor(floor: Floor, doing: dict[str, str], asking: dict[str, str], cleaners: list[Document]) -> Document:
    # A cleaning cartridge is never a medium of data: its state as one would say nothing of what it is good for.
    cleaning = {one["medium"]: "cleaning" if one["left"] else "used up" for one in cleaners}
    at = {medium.element: medium for medium in floor.media if medium.element is not None}

    def place(address: int, magazine: str | None) -> Document:
        medium = at.get(address)
        return {
            "element": address,
            "magazine": magazine,
            "medium": medium.id if medium else None,
            "state": cleaning.get(medium.id, medium.state.value) if medium else None,
            "in_doubt": words_of(floor.doubtful[address]) if address in floor.doubtful else None,
        }

    return {
        "name": floor.library,
        "stale": floor.stale,
        "halted": floor.halted,
        "drives": [
            {
                "name": drive.name,
                "element": drive.element,
                "serial": drive.serial,
                "up": drive.up,
                "note": drive.note,
                "cleaning": asking.get(drive.name, ""),
                "medium": at[drive.element].id if drive.element in at else None,
                "doing": doing.get(drive.name, ""),
            }
            for drive in floor.drives
        ],
        "slots": [
            place(address, magazine)
            for address, magazine in sorted(floor.slots.items())
            if not any(address in one for one in floor.bins)
        ],
        "bins": [_bin(floor, pile) for pile in piles(floor)],
        "ports": [place(address, None) for address in floor.ports],
        "missing": [medium.id for medium in floor.media if medium.element is None],
    }


def _bin(floor: Floor, pile: Pile) -> Document:
    """A bin with its media in the order in which they come out; where none does, the last one first."""
    order = pile.order_out or tuple(reversed(pile.media))
    states = {medium.id: medium.state.value for medium in floor.media}
    return {
        "name": pile.name,
        "order": "lifo" if pile.lifo else "fifo",
        "takes": pile.takes,
        "puts": pile.puts,
        "places": pile.count,
        "closed": pile.name in floor.closed,
        "media": [{"element": e, "medium": id, "state": states[id]} for e, id in order],
    }


def _progress(services: Services) -> list[Document]:
    return [
        plain(item) | {"rate_bytes_per_s": item.rate_bytes_per_s, "left_s": item.left_s}
        for item in services.site.tools.progress.items()
    ]


def _count(items: list[Any]) -> dict[str, int]:
    return dict(Counter(item.state.value for item in items))


def _needs(services: Services) -> dict[str, str]:
    """What staging needs, in words, by pool."""
    return {
        name: f"{pool.n} + {pool.m} image sizes for each set in flight, {pool.n} for the set that gathers, "
        "and the recall cache"
        for name, pool in services.site.config.pools.items()
    }
