"""Media, the copies on them, the moves between elements, and the drives."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from archived import states
from archived.catalog import health
from archived.catalog.events import DAEMON
from archived.catalog.memory import kept
from archived.catalog.rows import add, advance, answers, in_states, one, values
from archived.catalog.tables import copy, drive, event, image, medium, medium_history, move
from archived.media_kinds import NATIVE_BYTES
from archived.medium_health import LOAD
from archived.model import Copy, Drive, Medium, Move
from archived.states import CopyEvent, CopyState, MediumEvent, MediumState, MoveEvent, MoveState

#: Copies that an unfinished set builds on. A suspect one is written again, while staging has its bytes.
LIVE_COPIES = (
    CopyState.PLANNED,
    CopyState.WRITING,
    CopyState.WRITTEN,
    CopyState.VERIFYING,
    CopyState.VERIFIED,
)
#: Media that carry written copies and are not in doubt.
HOLDING = (MediumState.GOOD, MediumState.WATCH, MediumState.APPENDABLE, MediumState.WRITING)
#: Cartridges in these states take further planned copies beside those that are planned already.
TAKES_MORE = (MediumState.RESERVED, MediumState.WRITING, MediumState.APPENDABLE)
#: Events after which a medium was not, or may not have been, in its library for a while.
_WENT = ("medium missed", "medium taken out", "medium left", "medium away")
_ALL = kept(select(medium).order_by(medium.c.id))
_STATE = select(medium.c.state).where(medium.c.id == bindparam("medium_id"))
#: A drive that is in no element of its library now has a number below zero there: what refers to it stays.
_DRIVES = kept(select(drive).where(drive.c.element >= 0).order_by(drive.c.element))
_OF_IMAGE = kept(select(copy).where(copy.c.image_id == bindparam("image_id")).order_by(copy.c.id))
_AT_HAND = kept(
    _OF_IMAGE.join(medium, medium.c.id == copy.c.medium_id).where(
        medium.c.element.is_not(None), medium.c.state.in_(HOLDING)
    )
)
#: The drive into which a motion brought a medium.
_LOADED = (
    select(move.c.medium_id, drive.c.name)
    .join(drive, (drive.c.library == move.c.library) & (drive.c.element == move.c.destination))
    .where(move.c.id == bindparam("move_id"))
)
_ARRIVALS = kept(
    select(move.c.medium_id, func.max(move.c.ended_at))
    .where(move.c.state == MoveState.DONE)
    .group_by(move.c.medium_id)
)


@dataclass(frozen=True, slots=True)
class CartridgeLoad:
    """One image on a cartridge, or planned for it."""

    medium_id: str
    state: CopyState
    size_bytes: int
    confidentiality: str


def register(connection: Connection, item: Medium) -> None:
    """A medium that is new to the catalog; its history begins with the state that it has."""
    add(connection, medium, item)
    step = {"at": item.seen_at, "after": item.state, "agent": item.seen_by or DAEMON, "why": item.note}
    connection.execute(insert(medium_history).values(medium_id=item.id, **step))


def get(connection: Connection, medium_id: str) -> Medium:
    """Raises NotFound."""
    return one(connection, Medium, medium, medium_id)


def by_barcode(connection: Connection, barcode: str) -> Medium | None:
    found = values(connection, Medium, select(medium).where(medium.c.barcode == barcode))
    return found[0] if found else None


def by_tag(connection: Connection, uid: str) -> Medium | None:
    """The medium whose radio tag has this uid."""
    found = values(connection, Medium, select(medium).where(medium.c.rfid_uid == uid))
    return found[0] if found else None


def listing(connection: Connection, state: MediumState | None = None) -> list[Medium]:
    return values(connection, Medium, _ALL if state is None else _ALL.where(medium.c.state == state))


def advance_state(
    connection: Connection,
    medium_id: str,
    event: MediumEvent,
    at: datetime | None = None,
    *,
    agent: str = DAEMON,
    why: str = "",
    **changes: Any,
) -> None:
    """Move a medium along its table of states; when, who and why stand in its history for ever.

    Without `why` the new `note` says it. Raises NotFound, ForbiddenStep.
    """
    before = connection.execute(_STATE, {"medium_id": medium_id}).scalar()
    after = advance(connection, medium, states.MEDIUM, medium_id, event, **changes)
    if after is not before or agent != DAEMON:  # a good disc that was read and is good changed nothing
        step = {"at": at, "before": before, "event": event, "after": after}
        words = why or str(changes.get("note") or "")
        connection.execute(insert(medium_history).values(medium_id=medium_id, agent=agent, why=words, **step))


def saw(
    connection: Connection, medium_id: str, element: int | None, at: datetime, by: str | None = None
) -> None:
    """The medium was seen in this element (None: looked for, and not in the library) by somebody (`Medium.seen_by`)."""
    changes = {"element": element, "seen_at": at} | ({} if by is None else {"seen_by": by})
    connection.execute(update(medium).where(medium.c.id == medium_id).values(**changes))


def saw_again(connection: Connection, medium_ids: Collection[str], at: datetime, by: str) -> None:
    """These media were seen where they are believed to be."""
    seen = update(medium).where(medium.c.id.in_(medium_ids))
    connection.execute(seen.values(seen_at=at, seen_by=by))


def update_columns(connection: Connection, medium_id: str, **changes: Any) -> None:
    connection.execute(update(medium).where(medium.c.id == medium_id).values(**changes))


def plan_copy(connection: Connection, item: Copy) -> int:
    """Insert a planned copy and reserve its medium; the id given is ignored, the new one returned.

    A cartridge takes any number of plans while it may be written; a disc takes one. Raises ForbiddenStep.
    """
    chosen = get(connection, item.medium_id)
    if not (chosen.holds_many and chosen.state in TAKES_MORE):
        advance_state(connection, item.medium_id, MediumEvent.RESERVED, item.planned_at)
    return add_copy(connection, item)


def withdraw_plan(connection: Connection, item: Copy, note: str, at: datetime | None = None) -> None:
    """Take a planned copy back; a medium that is promised to no other copy is a blank again. Raises ForbiddenStep."""
    advance_copy(connection, item.id, CopyEvent.WITHDRAWN, note=note)
    promised = any(other.state is CopyState.PLANNED for other in copies_on(connection, item.medium_id))
    if not promised and get(connection, item.medium_id).state is MediumState.RESERVED:
        advance_state(connection, item.medium_id, MediumEvent.RELEASED, at, why=note)


def withdraw_plans_on(
    connection: Connection, medium_id: str, note: str, at: datetime | None = None
) -> list[Copy]:
    """Take back every copy that is planned on a medium; what was taken back."""
    planned = [item for item in copies_on(connection, medium_id) if item.state is CopyState.PLANNED]
    for item in planned:
        withdraw_plan(connection, item, note, at)
    return planned


def add_copy(connection: Connection, item: Copy) -> int:
    """Insert a copy that was found; the id given is ignored, the new one returned. The medium stays as it is."""
    row = {name: getattr(item, name) for name in Copy.__dataclass_fields__ if name != "id"}
    key = connection.execute(insert(copy).values(**row)).inserted_primary_key
    return int(key[0]) if key else 0


def get_copy(connection: Connection, copy_id: int) -> Copy:
    """Raises NotFound."""
    return one(connection, Copy, copy, copy_id)


def copies_in_state(connection: Connection, *wanted: CopyState) -> list[Copy]:
    return in_states(connection, Copy, copy, wanted)


def copies_of(connection: Connection, image_id: str) -> list[Copy]:
    return values(connection, Copy, _OF_IMAGE, image_id=image_id)


def copies_at_hand(connection: Connection, image_id: str) -> list[Copy]:
    """Copies of an image whose medium is where we can reach it, and not in doubt.

    A cartridge that is being appended to stays at hand: what was verified on it is not touched.
    """
    return values(connection, Copy, _AT_HAND, image_id=image_id)


def copies_on(connection: Connection, medium_id: str) -> list[Copy]:
    return values(connection, Copy, select(copy).where(copy.c.medium_id == medium_id).order_by(copy.c.id))


def cartridge_loads(connection: Connection, library: str) -> list[CartridgeLoad]:
    """What lies on the cartridges of a library, or is going to; copies that were taken back are left out."""
    query = (
        select(copy.c.medium_id, copy.c.state, image.c.size_bytes, image.c.confidentiality)
        .join(medium, medium.c.id == copy.c.medium_id)
        .join(image, image.c.id == copy.c.image_id)
        .where(
            medium.c.library == library,
            medium.c.kind.in_(NATIVE_BYTES),
            copy.c.state != CopyState.CANCELLED,
        )
        .order_by(copy.c.id)
    )
    return [CartridgeLoad(row[0], row[1], row[2] or 0, row[3]) for row in connection.execute(query)]


def stranded_plans(connection: Connection) -> list[Copy]:
    """Copies that are planned on a cartridge that takes nothing any more, or is not in its library."""
    query = (
        select(copy)
        .join(medium, medium.c.id == copy.c.medium_id)
        .where(
            copy.c.state == CopyState.PLANNED,
            medium.c.kind.in_(NATIVE_BYTES),
            medium.c.state.not_in(TAKES_MORE) | medium.c.element.is_(None),
        )
        .order_by(copy.c.id)
    )
    return values(connection, Copy, query)


def advance_copy(connection: Connection, copy_id: int, event: CopyEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, copy, states.COPY, copy_id, event, **changes)


def update_copy(connection: Connection, copy_id: int, **changes: Any) -> None:
    connection.execute(update(copy).where(copy.c.id == copy_id).values(**changes))


def begin_move(connection: Connection, item: Move) -> int:
    """On record before the robot is told; the id given is ignored, the new one returned."""
    row = {name: getattr(item, name) for name in Move.__dataclass_fields__ if name != "id"}
    done = connection.execute(insert(move).values(**row))
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def end_move(connection: Connection, move_id: int, event: MoveEvent, at: datetime, note: str = "") -> None:
    advance(connection, move, states.MOVE, move_id, event, ended_at=at, note=note)
    if event is MoveEvent.ARRIVED:
        loaded = connection.execute(_LOADED, {"move_id": move_id}).first()
        if loaded is not None:
            health.note(connection, at, loaded[0], LOAD, None, drive=loaded[1])


def move_begun_at(connection: Connection, move_id: int) -> datetime:
    """When a move was put on record."""
    found: datetime = connection.execute(select(move.c.begun_at).where(move.c.id == move_id)).scalar_one()
    return found


def moves_in_state(connection: Connection, *wanted: MoveState) -> list[Move]:
    return in_states(connection, Move, move, wanted)


def drives(connection: Connection) -> list[Drive]:
    """Every drive that is in an element of its library."""
    return values(connection, Drive, _DRIVES)


def get_drive(connection: Connection, name: str) -> Drive:
    """Raises NotFound."""
    return one(connection, Drive, drive, name)


def register_drive(connection: Connection, item: Drive) -> None:
    add(connection, drive, item)


def drives_on_record(connection: Connection, library: str) -> list[Drive]:
    """Drives of a library, with those that are in no element of it now (their elements are below zero)."""
    return values(connection, Drive, select(drive).where(drive.c.library == library))


def place_drives(connection: Connection, library: str, items: Sequence[Drive]) -> None:
    """Where the drives of a library are now: names and elements may have changed places among them.

    Rows stay, as cleanings refer to them: a drive that is not among `items` is in no element from now on.
    """
    names = {item.name for item in items}
    ours = (drive.c.library == library) | drive.c.name.in_(names)
    known = values(connection, Drive, select(drive).where(ours))
    free = min((before.element for before in known if before.element < 0), default=0)
    for before in known:
        if before.element >= 0 or before.name in names:
            free -= 1  # each first leaves its element: none is in the way of another
            _set_drive(connection, before.name, library=library, element=free)
    there = {before.name for before in known}
    for item in items:
        if item.name in there:
            _set_drive(connection, item.name, **asdict(item))
        else:
            add(connection, drive, item)


def set_drive(connection: Connection, name: str, *, up: bool, note: str) -> None:
    _set_drive(connection, name, up=up, note=note)


def standing(connection: Connection, medium_id: str) -> dict[str, Any]:
    """How a medium stands: it differs once the medium changed its state, was written, or was away from its library."""
    steps = select(func.max(medium_history.c.id)).where(medium_history.c.medium_id == medium_id)
    gone = select(func.max(event.c.id)).where(event.c.subject_id == medium_id, event.c.type.in_(_WENT))
    return {
        "library": get(connection, medium_id).library,
        "step": connection.execute(steps).scalar() or 0,
        "gone": connection.execute(gone).scalar() or 0,
    }


def last_arrivals(connection: Connection) -> dict[str, datetime]:
    """Medium id → when the robot last put it somewhere."""
    return {row[0]: row[1] for row in answers(connection, _ARRIVALS)}


def _set_drive(connection: Connection, which: str, /, **changes: Any) -> None:
    connection.execute(update(drive).where(drive.c.name == which).values(**changes))
