"""Media that leave and come back over the API: transport lists, export, import, what stands in vaults."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from archived.api.robot import inventory_of, wait_for_robot
from archived.api.services import Document, Services, agent_of, plain, services_of
from archived.api.submissions import Reason
from archived.catalog import images, media, transports
from archived.model import Medium
from archived.robot_kinds import PERSON
from archived.stages.media_life import importing, leaving, transporting
from archived.stages.place_words import place_words
from archived.transports import AWAY, OPEN, Transport, Travel, TravelState

router = APIRouter()


class NewList(BaseModel):
    media: list[str]
    to: str = ""
    reason: str = Field(min_length=1, pattern=r"\S")


class Some(BaseModel):
    #: Media of the list; all that are there for it when none is named.
    media: list[str] = []


class SomeWithReason(Some, Reason):
    pass


class WhichLibrary(BaseModel):
    library: str | None = None


@router.get("/transports")
def list_transports(services: Services = Depends(services_of)) -> Document:
    """Every transport list, with how many of its media are where."""
    with services.catalog.read() as read:
        return services.listed([_short(read, item) for item in transports.listing(read)])


@router.get("/transports/{transport_id}")
def show_transport(transport_id: str, services: Services = Depends(services_of)) -> Document:
    """One list with each of its media."""
    with services.catalog.read() as read:
        return services.said(_whole(read, services, transports.get(read, transport_id)))


@router.post("/transports")
def open_transport(body: NewList, request: Request, services: Services = Depends(services_of)) -> Document:
    """Open a list of media that leave, and say which sets can bear less meanwhile."""
    return _opened(services, body, agent_of(request))


@router.post("/transports/{transport_id}/packed")
def packed(
    transport_id: str, body: Some, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Somebody has taken media of the list: from here nobody misses them."""
    with services.catalog.write() as write:
        transporting.take_away(write, services.site, transport_id, body.media, agent=agent_of(request))
        return services.said(_whole(write, services, transports.get(write, transport_id)))


@router.post("/transports/{transport_id}/arrived")
def arrived(
    transport_id: str, body: Some, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Media of the list are where they were to go."""
    with services.catalog.write() as write:
        transporting.receive(write, services.site, transport_id, body.media, agent=agent_of(request))
        document = _whole(write, services, transports.get(write, transport_id))
    services.wake()
    return services.said(document)


@router.post("/transports/{transport_id}/return")
def ask_back(
    transport_id: str, body: SomeWithReason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Media of the list are to come home."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        transporting.ask_back(write, services.site, transport_id, body.media, **said)
        return services.said(_whole(write, services, transports.get(write, transport_id)))


@router.post("/transports/{transport_id}/strike")
def strike(
    transport_id: str, body: SomeWithReason, request: Request, services: Services = Depends(services_of)
) -> Document:
    """Media of the list that did not leave yet stay."""
    said = {"agent": agent_of(request), "reason": body.reason}
    with services.catalog.write() as write:
        transporting.strike(write, services.site, transport_id, body.media, **said)
        document = _whole(write, services, transports.get(write, transport_id))
    services.wake()
    return services.said(document)


@router.post("/library/export")
def export(body: NewList, request: Request, services: Services = Depends(services_of)) -> Document:
    """Have robots lay media into import/export slots, as many as there are free, and wait until they lie there."""
    document = _opened(services, body, agent_of(request))
    wait_for_robot(services, lambda read: not leaving.is_moving(read, services.site, document["id"]))
    with services.catalog.read() as read:
        return services.said(_whole(read, services, transports.get(read, document["id"])))


@router.post("/library/import")
def import_(body: WhichLibrary, request: Request, services: Services = Depends(services_of)) -> Document:
    """Look at import/export slots, have robots carry what lies there into slots of their own, and say what it is."""
    names = inventory_of(services, body.library)
    with services.catalog.read() as read:
        wanted = importing.what_to_take_in(read, services.site, names)
    queue = services.site.orders
    for item in wanted:
        queue.add(item.order)
    services.wake()
    orders = {item.order for item in wanted}
    try:
        wait_for_robot(services, lambda read: not orders.intersection(queue.waiting()))
    finally:
        for order in orders:
            queue.drop(order)
    with services.catalog.write() as write:
        rows = importing.settle_in(write, services.site, wanted, agent=agent_of(request))
    services.wake()
    return services.listed([plain(row) for row in rows])


@router.get("/vault")
def vault(library: str = "", services: Services = Depends(services_of)) -> Document:
    """Every medium that no robot holds: on shelves and in cabinets, on its way, elsewhere."""
    site = services.site
    with services.catalog.read() as read:
        ways = transports.open_ones(read)
        lists = {item.id: item for item in transports.listing(read)}
        rows = []
        for medium in media.listing(read):
            way = ways.get(medium.id)
            settings = site.config.libraries.get(medium.library or "")
            on_shelf = medium.element is not None and settings is not None and settings.robot == PERSON
            is_away = way is not None and way.state in AWAY
            if not (on_shelf or is_away) or (library and medium.library != library):
                continue
            where = lists[way.transport_id].to_words if way is not None and not on_shelf else ""
            rows.append(_row(read, services, medium, way, where))
    return services.listed(rows, library=library)


def _opened(services: Services, body: NewList, agent: str) -> Document:
    with services.catalog.write() as write:
        sets = transporting.thinner(write, body.media)
        said = {"to": body.to, "agent": agent, "reason": body.reason}
        item = transporting.open_list(write, services.site, body.media, **said)
        document = _whole(write, services, item) | {"thinner": [plain(one) for one in sets]}
    services.wake()
    return services.said(document)


def _short(read: Connection, item: Transport) -> dict[str, Any]:
    found = transports.media_of(read, item.id)
    counts = {state.value: sum(one.state is state for one in found) for state in TravelState}
    is_open = any(one.state in OPEN for one in found)
    document: dict[str, Any] = plain(item)
    return document | {"media_count": len(found), "open": is_open, "counts": counts}


def _whole(read: Connection, services: Services, item: Transport) -> dict[str, Any]:
    rows = [
        _row(read, services, media.get(read, one.medium_id), one, item.to_words)
        for one in transports.media_of(read, item.id)
    ]
    return _short(read, item) | {"items": rows}


def _row(
    read: Connection, services: Services, medium: Medium, way: Travel | None, where: str
) -> dict[str, Any]:
    """A line of a list that people walk with."""
    place = place_words(read, services.site, medium.library, medium.element)
    if medium.element is None:
        place = where or place
    copies = media.copies_on(read, medium.id)
    return {
        "medium": medium.id,
        "barcode": medium.barcode or "",
        "printed_label": medium.printed_label or "",
        "kind": medium.kind,
        "state": medium.state.value,
        "carries": images.get(read, copies[-1].image_id).label if copies and not medium.holds_many else "",
        "images": len(copies) if medium.holds_many else None,
        "place": place,
        "from": way.from_words if way is not None else "",
        "way": way.state.value if way is not None else "",
        "transport": way.transport_id if way is not None else "",
        "since": plain(way.arrived_at or way.taken_at if way is not None else medium.seen_at),
    }
