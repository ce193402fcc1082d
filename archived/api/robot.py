"""What a person orders of the robot and its drives. Every order is an event with uid and reason."""

from collections.abc import Callable, Collection
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection

from archived.api.overview import library_document
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import cleanings, events, media
from archived.cleanings import CleaningState
from archived.errors import Refused, Unavailable, WrongState
from archived.language import _
from archived.stages import cleaning_asked, orders
from archived.stages.hand_orders import order_by_hand
from archived.stages.media_life import drive_care
from archived.stages.orders import last_move, move_document
from archived.stages.protected_cartridge import trusted_again
from archived.stages.work import Order
from devices.polling import WaitExpired, wait_until

router = APIRouter()
#: A robot may take half an hour to look into every element.
ORDER_TIMEOUT_S = 2400.0
ORDER_INTERVAL_S = 0.05


class WhichLibrary(BaseModel):
    library: str | None = None


class MoveOrder(BaseModel):
    medium: str
    destination: int


class WhichDrive(BaseModel):
    drive: str


@router.post("/library/inventory")
def inventory(body: WhichLibrary, services: Services = Depends(services_of)) -> Document:
    """Look into every element, and correct the catalog by what is seen."""
    inventory_of(services, body.library)
    return library_document(services)


def inventory_of(services: Services, library: str | None) -> list[str]:
    """Have one library looked at, or all of them, and wait until they were; their names.

    Raises Refused for a library that there is not, Unavailable when a robot does not answer in time.
    """
    names = [library] if library else list(services.site.config.libraries)
    for name in names:
        if name not in services.site.config.libraries:
            raise Refused(_("there is no library {name!r}").format(name=name))
    with services.catalog.write() as write:
        looks = {name: orders.ask_look(write, name) for name in names}
    services.wake()
    wait_for_robot(services, lambda read: all(orders.looked_since(read, n, at) for n, at in looks.items()))
    return names


@router.post("/library/move")
def move(body: MoveOrder, services: Services = Depends(services_of)) -> Document:
    """Have the robot carry a medium to an element; refused for media in a session."""
    with services.catalog.read() as read:
        before = orders.check_move(read, services.site, body.medium, body.destination)
    return _ordered(services, body.medium, body.destination, before)


@router.post("/library/unload")
def unload(body: WhichDrive, services: Services = Depends(services_of)) -> Document:
    """Bring the medium in a drive back to its slot; refused while it is in a session."""
    with services.catalog.read() as read:
        medium_id, home = orders.home_of(read, services.site, body.drive)
        before = orders.check_move(read, services.site, medium_id, home)
    return _ordered(services, medium_id, home, before)


@router.post("/library/clean")
def clean(body: WhichDrive, request: Request, services: Services = Depends(services_of)) -> Document:
    """Clean a tape drive with a cleaning cartridge of its library, and say how it ended."""
    with services.catalog.write() as write:
        cleaning_asked.order(write, services.site, body.drive, agent_of(request))
        before = {item.id for item in events.attentions(write)}
    services.wake()
    wait_for_robot(services, lambda read: _is_over(read, body.drive) or in_the_way(read, body.drive, before))
    with services.catalog.read() as read:
        ended = cleanings.newest(read)[body.drive]
        told = in_the_way(read, body.drive, before)
        if ended.state in cleanings.UNDER_WAY:
            raise Unavailable(
                _("drive {drive} is not cleaned yet, and its cleaning stays on record: {words}").format(
                    drive=body.drive, words="; ".join(told)
                ),
                advice="archivectl attention",
                cleaning=plain(ended),
            )
        used = cleanings.uses(read).get(ended.medium_id or "", 0)
    if ended.state is not CleaningState.DONE:
        raise WrongState(
            _("drive {drive} was not cleaned: {note}").format(
                drive=body.drive, note=ended.note or "; ".join(told) or "-"
            ),
            advice="archivectl attention",
            cleaning=plain(ended),
        )
    return services.said(
        {"cleaning": plain(ended), "uses": used, "uses_max": services.site.config.cleaning.cartridge_uses}
    )


@router.get("/drives/use")
def drives_in_use(services: Services = Depends(services_of)) -> Document:
    """What every drive did since it was cleaned, and when it is due."""
    with services.catalog.read() as read:
        found = drive_care.uses(read, services.site)
    return services.listed(
        [
            {
                "drive": item.drive.name,
                "library": item.drive.library,
                "hours": round(item.use.hours, 1),
                "loads": item.use.loads,
                "hours_max": item.limit.hours,
                "loads_max": item.limit.loads,
                "cleaned_at": plain(item.cleaned_at),
                "due": item.is_due,
            }
            for item in found
        ]
    )


@router.post("/drives/{name}/cleaned")
def cleaned(name: str, body: Reason, request: Request, services: Services = Depends(services_of)) -> Document:
    """Somebody cleaned a drive by hand: its hours and loads count from here."""
    with services.catalog.write() as write:
        said = {"agent": agent_of(request), "reason": body.reason}
        drive_care.said_cleaned(write, services.site, name, **said)
    services.wake()
    return library_document(services)


@router.post("/drives/{name}/{way}")
def drive(
    name: str, way: str, body: Reason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Take a drive down (what runs in it ends first) or up."""
    if way not in ("up", "down"):
        raise Refused(_("a drive goes up or down, not {way!r}").format(way=way))
    with services.catalog.write() as write:
        media.get_drive(write, name)
        media.set_drive(write, name, up=way == "up", note="" if way == "up" else body.reason)
        agent = agent_of(request)
        now = services.site.now()
        events.append(write, now, f"drive {way}", ("drive", name), agent=agent, reason=body.reason)
        if way == "up":
            events.clear_attention(write, f"drive:{name}")
            cleaning_asked.said_clean(write, services.site, name, agent)
            trusted_again(write, name)
    services.wake()
    return library_document(services)


def _is_over(read: Connection, drive: str) -> bool:
    return cleanings.newest(read)[drive].state not in cleanings.UNDER_WAY


def in_the_way(read: Connection, drive: str, before: Collection[str]) -> list[str]:
    """What a person has to do before a drive is cleaned, and is told so since (attentions of `before` are older)."""
    asked = cleanings.newest(read)[drive]
    always = {f"{kind}:{drive}" for kind in ("cleaning", "drive-place")}
    always.add(f"robot:{media.get_drive(read, drive).library}")
    since = {f"drive:{drive}", f"trouble:{drive}", f"move:{asked.medium_id}"}
    since |= {f"confused:move {asked.medium_id}", f"confused:cleaning {asked.id}"}
    ids = always | (since - set(before))
    return [item.what for item in events.attentions(read) if item.id in ids]


def _ordered(services: Services, medium_id: str, destination: int, before: int) -> Document:
    with services.catalog.write() as write:
        task = order_by_hand(write, services.site, medium_id, destination)
    if task is not None:
        services.wake()
        ends = {"medium": medium_id, "source": task.from_element, "destination": destination}
        words = _("somebody is asked for it: archivectl tasks {id}").format(id=task.id)
        return services.said({"move": {"id": task.move_id, "state": "asked", **ends, "note": words}})
    queue, order = services.site.orders, Order(medium_id, destination)
    queue.add(order)
    services.wake()
    try:
        wait_for_robot(services, lambda read: order not in queue.waiting())
    finally:
        queue.drop(order)
    with services.catalog.read() as read:
        if last_move(read, medium_id) <= before:
            raise WrongState(
                _("medium {medium_id} is not in the library any more; nothing was moved").format(
                    medium_id=medium_id
                )
            )
        result = move_document(read, medium_id)
    if result["state"] != "done":
        raise WrongState(
            _("medium {medium_id} did not get there: {note}").format(
                medium_id=medium_id, note=result["note"]
            ),
            move=result,
        )
    return services.said({"move": result})


def wait_for_robot(services: Services, holds: Callable[[Connection], Any]) -> None:
    """Return when `holds` does. Raises Unavailable when that takes too long, or the daemon stops before."""

    def check() -> bool:
        with services.catalog.read() as read:
            if holds(read):
                return True
        if services.is_draining() and not services.site.tools.progress.items():
            # Who waits on would be cut off with the socket, without a word.
            raise Unavailable(
                _("the daemon stops, and begins nothing any more; what it has begun stays on record"),
                advice="archivectl library",
            )
        return False

    clock = services.site.tools.clock
    try:
        wait_until(check, clock=clock, timeout_s=ORDER_TIMEOUT_S, interval_s=ORDER_INTERVAL_S)
    except WaitExpired:
        raise Unavailable(_("the robot has not done it yet"), advice="archivectl attention") from None
