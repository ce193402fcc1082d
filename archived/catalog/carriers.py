"""Images that carried a package before it was packed again: its bytes are on them, and another image is to have it.

A membership says which image carries a package for a pool now. What it said before stays here for ever: so the image
that is left still tells what is on it, and a package whose new image is not on any medium yet can be read from the old.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from archived.catalog.tables import carried_before, membership


def before(read: Connection, package_id: str) -> list[str]:
    """Images that carried a package, the last one first."""
    query = select(carried_before.c.image_id).where(carried_before.c.package_id == package_id)
    newest = query.order_by(carried_before.c.until.desc(), carried_before.c.image_id.desc())
    return [row[0] for row in read.execute(newest)]


def leave(write: Connection, package_id: str, pool: str, at: datetime | None, *, again: bool) -> None:
    """The image that carries a package in a pool is one of before; `again`: the pool owes it another one."""
    mine = (membership.c.package_id == package_id) & (membership.c.pool == pool)
    row = write.execute(select(membership).where(mine)).first()
    if row is None or row.image_id is None:
        return
    there = (carried_before.c.package_id == package_id) & (carried_before.c.image_id == row.image_id)
    write.execute(delete(carried_before).where(there))
    left = {"package_id": package_id, "image_id": row.image_id, "pool": pool, "sequence": row.sequence}
    write.execute(insert(carried_before).values(until=at, **left))
    if again:
        write.execute(update(membership).where(mine).values(image_id=None, sequence=None))
    else:
        write.execute(delete(membership).where(mine))


def take_back(write: Connection, package_id: str, pool: str, image_id: str) -> bool:
    """A package that waits for an image of a pool stays on the one that it had there. False when it waits no more."""
    waits = (
        (membership.c.package_id == package_id)
        & (membership.c.pool == pool)
        & membership.c.image_id.is_(None)
    )
    there = (carried_before.c.package_id == package_id) & (carried_before.c.image_id == image_id)
    row = write.execute(select(carried_before).where(there)).first()
    if row is None or write.execute(select(membership.c.pool).where(waits)).first() is None:
        return False
    write.execute(update(membership).where(waits).values(image_id=image_id, sequence=row.sequence))
    write.execute(delete(carried_before).where(there))
    return True


def wait_no_more(write: Connection, package_id: str, pool: str) -> bool:
    """A pool owes a package no image any more, if none was made for it yet. Whether that was so."""
    waits = (
        (membership.c.package_id == package_id)
        & (membership.c.pool == pool)
        & membership.c.image_id.is_(None)
    )
    return write.execute(delete(membership).where(waits)).rowcount > 0


def follow(
    write: Connection, package_id: str, pool: str, image_id: str, sequence: int, at: datetime | None
) -> None:
    """Another image carries a package in a pool from now on; the one before is kept as that."""
    leave(write, package_id, pool, at, again=True)
    mine = (membership.c.package_id == package_id) & (membership.c.pool == pool)
    write.execute(update(membership).where(mine).values(image_id=image_id, sequence=sequence))
