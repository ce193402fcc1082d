"""Rows that a rebuild makes. Every one of these is safe to repeat: what is there already is left as it is."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from archived.catalog import tables
from archived.catalog.inner_tables import inner_file
from archived.inner_files import InnerFile
from archived.model import Copy, Image, Package, PackageFile, ProtectionSet

BATCH = 2000


def add_set(connection: Connection, item: ProtectionSet, members: Sequence[Image]) -> None:
    """A set and its members, in one transaction of the caller's."""
    _once(connection, tables.protection_set, [asdict(item)])
    _once(connection, tables.image, [asdict(image) for image in members])


def has_set(connection: Connection, set_id: str) -> bool:
    query = select(tables.protection_set.c.id).where(tables.protection_set.c.id == set_id)
    return connection.execute(query).first() is not None


def image_place(connection: Connection, image_id: str) -> tuple[str | None, int | None] | None:
    """Set and position of the image with this number; None when no image has it."""
    query = select(tables.image.c.set_id, tables.image.c.position).where(tables.image.c.id == image_id)
    row = connection.execute(query).first()
    return None if row is None else (row.set_id, row.position)


def add_copies(connection: Connection, items: Sequence[Copy]) -> None:
    """Copies that were found; the ids given are ignored."""
    rows = [{name: value for name, value in asdict(item).items() if name != "id"} for item in items]
    if rows:
        connection.execute(insert(tables.copy), rows)


def add_packages(connection: Connection, items: Sequence[Package]) -> None:
    _once(connection, tables.package, [asdict(item) for item in items])


def tell_more(connection: Connection, item: Package) -> None:
    """Put right what a short row did not tell of a package that is there; its state stays."""
    told = {name: value for name, value in asdict(item).items() if name not in ("id", "state")}
    connection.execute(update(tables.package).where(tables.package.c.id == item.id).values(**told))


def add_memberships(connection: Connection, image_id: str, pool: str, package_ids: Sequence[str]) -> None:
    """The members of an image, in their order on it."""
    rows = [
        {"package_id": package_id, "pool": pool, "image_id": image_id, "sequence": sequence}
        for sequence, package_id in enumerate(package_ids)
    ]
    _once(connection, tables.membership, rows)


def add_files(connection: Connection, items: Sequence[PackageFile]) -> None:
    names = tuple(PackageFile.__dataclass_fields__)
    rows = [{name: getattr(item, name) for name in names} for item in items]
    _once(connection, tables.package_file, rows)


def add_extents(connection: Connection, image_id: str, rows: Sequence[tuple[str, str, int, int]]) -> None:
    """(package id, path, lba, bytes) of files of an image."""
    found = [
        {"image_id": image_id, "package_id": package, "path": path, "lba": lba, "size_bytes": size}
        for package, path, lba, size in rows
    ]
    _once(connection, tables.extent, found)


def add_inner_files(connection: Connection, items: Sequence[InnerFile]) -> None:
    names = tuple(InnerFile.__dataclass_fields__)
    rows = [{name: getattr(item, name) for name in names} for item in items]
    _once(connection, inner_file, rows)


def count_files(connection: Connection, image_id: str) -> None:
    """Let packages of an image whose receipt did not tell say how many files, and bytes, their payload has."""
    file, package, member = tables.package_file, tables.package, tables.membership
    mine = select(member.c.package_id).where(member.c.image_id == image_id)
    payload = (
        (file.c.package_id == package.c.id) & file.c.path.like("data/%") & file.c.is_directory.is_(False)
    )
    count = select(func.count()).where(payload).scalar_subquery()
    size = select(func.coalesce(func.sum(file.c.size_bytes), 0)).where(payload).scalar_subquery()
    untold = package.c.id.in_(mine) & (package.c.file_count == 0)
    query = update(package).where(untold).values(file_count=count, size_bytes=size)
    connection.execute(query)


def set_counter(connection: Connection, name: str, value: int) -> None:
    """The next number of this counter is `value` + 1; a counter never goes back."""
    counter = tables.counter
    now = connection.execute(select(counter.c.value).where(counter.c.name == name)).scalar()
    if now is None:
        connection.execute(insert(counter).values(name=name, value=value))
    elif now < value:
        connection.execute(update(counter).where(counter.c.name == name).values(value=value))


def _once(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; those whose key is there are left as they are (SQLite: INSERT OR IGNORE)."""
    for start in range(0, len(rows), BATCH):
        connection.execute(insert(table).prefix_with("OR IGNORE"), list(rows[start : start + BATCH]))
