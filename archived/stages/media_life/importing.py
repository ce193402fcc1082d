"""What lies in import/export slots goes into the library: each medium to its place, or to one that is free."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import events, media, transports
from archived.model import Medium
from archived.stages.floor import Floor, floors
from archived.stages.media_life.transporting import is_leaving
from archived.stages.orders import in_session
from archived.stages.work import Order, Site
from archived.transports import AWAY


@dataclass(frozen=True, slots=True)
class TakeIn:
    """A medium in an import/export slot, and the slot that it is to go into."""

    order: Order
    library: str
    port: int
    #: The transport list that it comes back from; "" for none.
    transport: str


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of it."""

    medium: str
    state: str
    library: str
    port: int
    #: Where it lies now; the port when the robot did not move it.
    element: int | None
    transport: str
    #: The exact next command; "" when nothing is to be done.
    next: str


def what_to_take_in(read: Connection, site: Site, libraries: Sequence[str]) -> list[TakeIn]:
    """Media in import/export slots that nobody is going to take out, as far as slots are free."""
    ways = transports.open_ones(read)
    found = []
    for floor in floors(read, site):
        if floor.library not in libraries or floor.by_person or floor.bins:
            continue
        taken = {medium.element for medium in floor.media} | set(floor.doubtful)
        free = [slot for slot in floor.slots if slot not in taken and slot not in floor.frozen]
        homes = {m.home_element for m in floor.media if m.element not in floor.ports}
        for medium in _in_ports(floor):
            if is_leaving(read, medium.id) or in_session(read, medium.id) or not free:
                continue
            slot = _slot_for(medium, free, homes)
            free.remove(slot)
            way = ways.get(medium.id)
            back_from = way.transport_id if way is not None and way.state in AWAY else ""
            found.append(TakeIn(Order(medium.id, slot), floor.library, medium.element or 0, back_from))
    return found


def settle_in(write: Connection, site: Site, wanted: Sequence[TakeIn], *, agent: str) -> list[TakenIn]:
    """Where they lie now they are at home; what is to be done about each."""
    slots = {floor.library: floor.slots for floor in floors(write, site)}
    rows = []
    for item in wanted:
        medium = media.get(write, item.order.medium_id)
        if medium.element == item.order.destination:
            cage = slots[item.library].get(item.order.destination)
            media.update_columns(write, medium.id, home_element=medium.element, magazine=cage)
            events.append(
                write,
                site.now(),
                "medium taken in",
                ("medium", medium.id),
                agent=agent,
                library=item.library,
                port=item.port,
                element=medium.element,
            )
        rows.append(
            TakenIn(
                medium.id,
                medium.state.value,
                item.library,
                item.port,
                medium.element,
                item.transport,
                _next(medium, item),
            )
        )
    return rows


def _in_ports(floor: Floor) -> list[Medium]:
    return [medium for port in floor.ports for medium in floor.media if medium.element == port]


def _slot_for(medium: Medium, free: Sequence[int], homes: set[int | None]) -> int:
    """Its own slot when that is free, else one that is nobody's home."""
    return min(free, key=lambda slot: (slot != medium.home_element, slot in homes, slot))


def _next(medium: Medium, item: TakeIn) -> str:
    if medium.element != item.order.destination:
        return "archivectl attention"
    if medium.state.value == "quarantined" and not medium.batch:
        return f"archivectl media register {medium.barcode or medium.id} --batch NAME"
    return ""
