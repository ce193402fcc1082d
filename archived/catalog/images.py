"""Images, their chunk tables, and the protection sets that they join."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from archived import states
from archived.catalog.memory import kept
from archived.catalog.rows import add, advance, in_states, next_number, one, values
from archived.catalog.tables import chunk_table, copy, image, membership, package, protection_set
from archived.model import GroupKey, Image, ProtectionSet
from archived.states import CopyState, ImageEvent, ImageState, SetEvent, SetState

#: Crockford's alphabet: no I, L, O, U, so that people can say and read an id.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Multiplier coprime to 32^4: consecutive sets get ids that do not look alike.
_SPREAD = 613_441
_OF_SET = kept(
    select(image)
    .where(image.c.set_id == bindparam("set_id"), image.c.state != ImageState.VOID)
    .order_by(image.c.position)
)


def set_id(number: int) -> str:
    """The four-character id of the n-th set; distinct for the first 1,048,575, longer after that."""
    size = 32**4
    code = (number * _SPREAD) % size
    digits = "".join(ALPHABET[code >> shift & 31] for shift in (15, 10, 5, 0))
    return digits if number < size else f"{digits}{number // size}"


def set_number(name: str) -> int:
    """Which number has this id: what `set_id` made it from; 0 for an id that it never makes."""
    size = 32**4
    if len(name) < 4 or set(name[:4]) - set(ALPHABET) or (name[4:] and not name[4:].isdecimal()):
        return 0
    code = 0
    for letter in name[:4]:
        code = code << 5 | ALPHABET.index(letter)
    number = code * pow(_SPREAD, -1, size) % size
    return number + int(name[4:]) * size if name[4:] else number


def open_image(connection: Connection, key: GroupKey, at: datetime) -> Image:
    """The open image of a group, made if there is none."""
    query = select(image).where(
        image.c.state == ImageState.OPEN,
        image.c.pool == key.pool,
        image.c.fonds == key.fonds,
        image.c.series == key.series,
        image.c.retention == key.retention,
        image.c.confidentiality == key.confidentiality,
    )
    found = values(connection, Image, query)
    if found:
        return found[0]
    fresh = Image(
        id=new_id(connection),
        state=ImageState.OPEN,
        kind="data",
        pool=key.pool,
        fonds=key.fonds,
        series=key.series,
        retention=key.retention,
        confidentiality=key.confidentiality,
        held=False,
        opened_at=at,
    )
    add(connection, image, fresh)
    return fresh


def new_id(connection: Connection) -> str:
    return f"I{next_number(connection, 'image'):06d}"


def create(connection: Connection, item: Image) -> None:
    add(connection, image, item)


def get(connection: Connection, image_id: str) -> Image:
    """By id (`I000007`) or by what the label says (`7K3F-3`). Raises NotFound."""
    set_name, dash, position = image_id.partition("-")
    if dash and position.isdigit():
        printed = named(connection, f"{set_name.upper()}-{position}")
        if printed is not None:
            return printed
    if dash and position.isdigit():
        query = select(image).where(image.c.set_id == set_name.upper(), image.c.position == int(position))
        found = values(connection, Image, query.where(image.c.state != ImageState.VOID))
        if found:
            return found[0]
    return one(connection, Image, image, image_id)


def named(connection: Connection, name: str) -> Image | None:
    """The image whose own bytes call it so (`7K3F-3`), in whichever set it is now; the newest that is not over."""
    set_name, _dash, position = name.rpartition("-")
    if not position.isdigit():
        return None
    here = (image.c.set_id == set_name) & (image.c.position == int(position)) & (image.c.carved == "")
    query = select(image).where((image.c.carved == name) | here, image.c.state != ImageState.VOID)
    found = values(connection, Image, query.order_by(image.c.id))
    return max(found, key=lambda item: (item.state is not ImageState.RETIRED, item.id), default=None)


def in_state(connection: Connection, *wanted: ImageState) -> list[Image]:
    return in_states(connection, Image, image, wanted)


def staged_of_classes(
    connection: Connection, storage_classes: Sequence[str], wanted: Sequence[ImageState]
) -> list[Image]:
    """Images in one of these states that carry a package of one of these classes whose bytes are in staging."""
    query = _staged_of_classes(tuple(storage_classes), tuple(wanted))
    return sorted(values(connection, Image, query), key=lambda item: item.id)


@cache
def _staged_of_classes(storage_classes: tuple[str, ...], wanted: tuple[ImageState, ...]) -> Select[Any]:
    return kept(
        select(image)
        .join(membership, membership.c.image_id == image.c.id)
        .join(package, package.c.id == membership.c.package_id)
        .where(
            image.c.state.in_(wanted),
            package.c.staged.is_(True),
            package.c.storage_class.in_(storage_classes),
        )
        .distinct()
    )


def lacking_copy(
    connection: Connection, storage_classes: Sequence[str], pool: str, counting: Sequence[CopyState]
) -> tuple[int, int]:
    """How many finished images without a copy in `pool` carry packages of these classes, and how many packages.

    Only images of which bytes have left staging: the others are planned as soon as there is room.
    """
    gone = (
        select(membership.c.image_id)
        .join(package, package.c.id == membership.c.package_id)
        .where(package.c.staged.is_(False), membership.c.image_id.is_not(None))
    )
    there = select(copy.c.image_id).where(copy.c.pool == pool, copy.c.state.in_(counting))
    query = (
        select(func.count(image.c.id.distinct()), func.count(package.c.id.distinct()))
        .join(membership, membership.c.image_id == image.c.id)
        .join(package, package.c.id == membership.c.package_id)
        .where(
            image.c.state.in_((ImageState.KEPT, ImageState.FOUND)),
            package.c.storage_class.in_(storage_classes),
            image.c.id.in_(gone),
            image.c.id.not_in(there),
        )
    )
    found = connection.execute(query).one()
    return int(found[0]), int(found[1])


def listing(connection: Connection) -> list[Image]:
    return values(connection, Image, select(image).order_by(image.c.id))


def of_set(connection: Connection, set_name: str) -> list[Image]:
    """Members of a set in order of position, void ones left out."""
    return values(connection, Image, _OF_SET, set_id=set_name)


def advance_state(connection: Connection, image_id: str, event: ImageEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, image, states.IMAGE, image_id, event, **changes)


def update_columns(connection: Connection, image_id: str, **changes: Any) -> None:
    connection.execute(update(image).where(image.c.id == image_id).values(**changes))


def store_chunks(connection: Connection, image_id: str, tables: Mapping[str, bytes]) -> None:
    """Chunk tables by part ("image", "payload"), replacing what was there."""
    connection.execute(delete(chunk_table).where(chunk_table.c.image_id == image_id))
    rows = [{"image_id": image_id, "part": part, "data": data} for part, data in tables.items()]
    if rows:
        connection.execute(insert(chunk_table), rows)


def chunks(connection: Connection, image_id: str, part: str = "image") -> bytes | None:
    query = select(chunk_table.c.data).where(chunk_table.c.image_id == image_id, chunk_table.c.part == part)
    data: bytes | None = connection.execute(query).scalar()
    return data


def join_set(
    connection: Connection, *, pool: str, n: int, m: int, scope: str, confidentiality: str, at: datetime
) -> tuple[ProtectionSet, int]:
    """Reserve a set and a 1-based data position: in the forming set of this scope, or in a new one."""
    query = select(protection_set).where(
        protection_set.c.state == SetState.FORMING,
        protection_set.c.pool == pool,
        protection_set.c.scope == scope,
        protection_set.c.confidentiality == confidentiality,
        protection_set.c.close_asked.is_(False),
        protection_set.c.n == n,
        protection_set.c.m == m,
    )
    for candidate in values(connection, ProtectionSet, query.order_by(protection_set.c.opened_at)):
        taken = {member.position for member in of_set(connection, candidate.id)}
        free = [position for position in range(1, n + 1) if position not in taken]
        if free:
            return candidate, free[0]
    fresh = ProtectionSet(
        id=set_id(next_number(connection, "set")),
        state=SetState.FORMING,
        pool=pool,
        n=n,
        m=m,
        scope=scope,
        confidentiality=confidentiality,
        opened_at=at,
    )
    add(connection, protection_set, fresh)
    return fresh, 1


def get_set(connection: Connection, set_name: str) -> ProtectionSet:
    """Raises NotFound."""
    return one(connection, ProtectionSet, protection_set, set_name.upper())


def sets_in_state(connection: Connection, *wanted: SetState) -> list[ProtectionSet]:
    return in_states(connection, ProtectionSet, protection_set, wanted, by="opened_at")


def set_listing(connection: Connection) -> list[ProtectionSet]:
    return values(connection, ProtectionSet, select(protection_set).order_by(protection_set.c.opened_at))


def advance_set(connection: Connection, set_name: str, event: SetEvent, **changes: Any) -> None:
    """Raises NotFound, ForbiddenStep."""
    advance(connection, protection_set, states.SET, set_name, event, **changes)


def ask_set_to_close(connection: Connection, set_name: str) -> None:
    query = update(protection_set).where(protection_set.c.id == set_name)
    connection.execute(query.values(close_asked=True))


def members_by_set(connection: Connection, set_ids: Sequence[str]) -> dict[str, list[Image]]:
    """Living members of several sets, each in order of position."""
    return {set_name: of_set(connection, set_name) for set_name in set_ids}
