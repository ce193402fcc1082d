"""Rows that a rebuild makes. What is there already is left as it is, and what tells something else of it is returned.

Media may contradict each other: nothing that one of them says is dropped without the caller hearing of it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from archived.catalog import tables
from archived.catalog.inner_tables import inner_file
from archived.catalog.rows import values
from archived.inner_files import InnerFile
from archived.model import Copy, Image, Package, PackageFile, ProtectionSet

BATCH = 2000
#: So many keys are asked for at once: SQLite bounds the places of a statement.
_KEYS = 500


def add_set(connection: Connection, item: ProtectionSet, members: Sequence[Image]) -> None:
    """A set and its members, in one transaction of the caller's."""
    _once(connection, tables.protection_set, [asdict(item)])
    _once(connection, tables.image, [asdict(image) for image in members])


def has_set(connection: Connection, set_id: str) -> bool:
    query = select(tables.protection_set.c.id).where(tables.protection_set.c.id == set_id)
    return connection.execute(query).first() is not None


def tell_more_of_set(
    connection: Connection, set_id: str, *, protected_at: datetime, absent: Sequence[int]
) -> None:
    """What only a descriptor tells of a set that is there."""
    table = tables.protection_set
    query = update(table).where(table.c.id == set_id)
    connection.execute(query.values(protected_at=protected_at, absent=tuple(absent)))


def tells_places(connection: Connection, image_id: str) -> bool:
    """Whether it is known where anything lies in an image."""
    query = select(tables.extent.c.path).where(tables.extent.c.image_id == image_id).limit(1)
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
    """Packages whose numbers no other has."""
    if items:
        connection.execute(insert(tables.package), [asdict(item) for item in items])


def packages_of(connection: Connection, ids: Collection[str]) -> dict[str, Package]:
    """Those of these packages that are known already, by their numbers."""
    found: dict[str, Package] = {}
    for some in _cut(sorted(ids)):
        query = select(tables.package).where(tables.package.c.id.in_(some))
        found |= {item.id: item for item in values(connection, Package, query)}
    return found


def others_called(connection: Connection, item: Package) -> list[Package]:
    """Packages with the reference and the version of this one, and numbers of their own."""
    package = tables.package
    query = select(package).where(
        package.c.fonds == item.fonds,
        package.c.series == item.series,
        package.c.volume == item.volume,
        package.c.version == item.version,
        package.c.id != item.id,
    )
    return values(connection, Package, query.order_by(package.c.id))


def tell_more(connection: Connection, item: Package) -> None:
    """Put right what a short row did not tell of a package that is there; its state stays."""
    told = {name: value for name, value in asdict(item).items() if name not in ("id", "state")}
    connection.execute(update(tables.package).where(tables.package.c.id == item.id).values(**told))


def add_memberships(
    connection: Connection, image_id: str, pool: str, package_ids: Sequence[str]
) -> list[tuple[str, str]]:
    """The members of an image, in their order on it. Returns (package, image) of those that another image has."""
    rows = [
        {"package_id": package_id, "pool": pool, "image_id": image_id, "sequence": sequence}
        for sequence, package_id in enumerate(package_ids)
    ]
    member, taken = tables.membership, []
    if _once(connection, member, rows) < len(rows):
        for some in _cut(package_ids):
            query = select(member.c.package_id, member.c.image_id).where(
                member.c.package_id.in_(some), member.c.pool == pool, member.c.image_id != image_id
            )
            taken += [(row.package_id, row.image_id) for row in connection.execute(query)]
    return taken


def add_files(connection: Connection, image_id: str, items: Sequence[PackageFile]) -> list[PackageFile]:
    """Files as one image lists them. Returns those that tell something else than what is known; they are not taken.

    Of a package whose files another image told in full, a file that it did not name is such a one.
    """
    names = tuple(PackageFile.__dataclass_fields__)
    told = _told_in_full(connection, image_id, {item.package_id for item in items})
    rows = [{name: getattr(item, name) for name in names} for item in items if item.package_id not in told]
    if _once(connection, tables.package_file, rows) == len(items):
        return []
    known: dict[tuple[str, str], PackageFile] = {}
    for package_id, paths in _by_package(items):
        file = tables.package_file
        query = select(file).where(file.c.package_id == package_id, file.c.path.in_(paths))
        known |= {(item.package_id, item.path): item for item in values(connection, PackageFile, query)}
    return [item for item in items if not _is_same(item, known.get((item.package_id, item.path)))]


def add_extents(connection: Connection, image_id: str, rows: Sequence[tuple[str, str, int, int]]) -> None:
    """(package id, path, lba, bytes) of files of an image."""
    found = [
        {"image_id": image_id, "package_id": package, "path": path, "lba": lba, "size_bytes": size}
        for package, path, lba, size in rows
    ]
    _once(connection, tables.extent, found)


def add_inner_files(connection: Connection, items: Sequence[InnerFile]) -> list[InnerFile]:
    """What lies in packages that travel as a tar. Returns what is known otherwise; it is not taken."""
    names = tuple(InnerFile.__dataclass_fields__)
    rows = [{name: getattr(item, name) for name in names} for item in items]
    if _once(connection, inner_file, rows) == len(rows):
        return []
    known: dict[tuple[str, str], InnerFile] = {}
    for package_id, paths in _by_package(items):
        query = select(inner_file).where(inner_file.c.package_id == package_id, inner_file.c.path.in_(paths))
        known |= {(item.package_id, item.path): item for item in values(connection, InnerFile, query)}
    return [item for item in items if known.get((item.package_id, item.path)) != item]


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


def _told_in_full(connection: Connection, image_id: str, package_ids: Collection[str]) -> set[str]:
    """Those of these packages whose files another image told: places are taken when all files of an image are."""
    member, place, found = tables.membership, tables.extent, set()
    for some in _cut(sorted(package_ids)):
        there = (place.c.image_id == member.c.image_id) & (place.c.package_id == member.c.package_id)
        query = select(member.c.package_id).where(
            member.c.package_id.in_(some),
            member.c.image_id != image_id,
            select(place.c.path).where(there).exists(),
        )
        found |= set(connection.execute(query).scalars())
    return found


def _is_same(told: PackageFile, known: PackageFile | None) -> bool:
    """Discs of the first releases know one digest of a file, and the time that their own directories have."""
    if known is None:
        return False
    for ours, theirs in ((told.blake3, known.blake3), (told.xxh3, known.xxh3)):
        if ours and theirs and ours != theirs:
            return False
    of_one, of_other = ((item.is_directory, item.size_bytes, item.sha256.lower()) for item in (told, known))
    return of_one == of_other


def _once(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows; those whose key is there are left as they are (SQLite: INSERT OR IGNORE). How many were new."""
    new = 0
    for start in range(0, len(rows), BATCH):
        new += connection.execute(
            insert(table).prefix_with("OR IGNORE"), list(rows[start : start + BATCH])
        ).rowcount
    return new


def _by_package(items: Sequence[PackageFile] | Sequence[InnerFile]) -> Iterator[tuple[str, list[str]]]:
    """(package, some of its paths) of these."""
    paths: dict[str, list[str]] = {}
    for item in items:
        paths.setdefault(item.package_id, []).append(item.path)
    for package_id, mine in paths.items():
        for some in _cut(mine):
            yield package_id, some


def _cut(keys: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _KEYS):
        yield list(keys[start : start + _KEYS])
