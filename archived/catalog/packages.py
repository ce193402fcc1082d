"""Packages, their files, and which image carries them for which pool."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from archived import states
from archived.carried_names import folded
from archived.catalog.memory import kept
from archived.catalog.rows import add, add_many, advance, answers, in_states, next_number, one, values
from archived.catalog.tables import carried_before, extent, image, membership, package, package_file
from archived.model import Package, PackageFile, Reference
from archived.policy.twins import NamesBeside
from archived.states import ImageState, PackageEvent, PackageState

BATCH = 2000
#: Acknowledged packages that still count.
_COUNTING = (PackageState.ACCEPTED, PackageState.ARCHIVED, PackageState.FOUND)

_WAITING = kept(
    select(package)
    .join(membership, membership.c.package_id == package.c.id)
    .where(
        membership.c.pool == bindparam("pool"),
        membership.c.image_id.is_(None),
        # An archived one waits when it is packed again.
        package.c.state.in_((PackageState.ACCEPTED, PackageState.ARCHIVED)),
        package.c.staged.is_(True),  # false only in a restored catalog, whose staging is newer
    )
    .order_by(package.c.id)
)
_ABOARD = union_all(
    *(
        select(table.c.package_id, table.c.sequence).where(table.c.image_id == bindparam("image_id"))
        for table in (membership, carried_before)
    )
).subquery("aboard")
_OF_IMAGE = kept(
    select(package)
    .join(_ABOARD, _ABOARD.c.package_id == package.c.id)
    .order_by(_ABOARD.c.sequence, package.c.id)
)
_IMAGES = kept(
    select(membership.c.pool, membership.c.image_id).where(membership.c.package_id == bindparam("package_id"))
)


def new_id(connection: Connection) -> str:
    return f"P{next_number(connection, 'package'):06d}"


def create(connection: Connection, item: Package) -> None:
    add(connection, package, item)


def get(connection: Connection, package_id: str) -> Package:
    """Raises NotFound."""
    return one(connection, Package, package, package_id)


def versions(connection: Connection, reference: Reference) -> list[Package]:
    """Every acknowledged version of a volume that still counts, oldest first."""
    query = (
        select(package)
        .where(
            package.c.fonds == reference.fonds,
            package.c.series == reference.series,
            package.c.volume == reference.volume,
            package.c.state.in_(_COUNTING),
        )
        .order_by(package.c.version)
    )
    return values(connection, Package, query)


def highest_version(connection: Connection, reference: Reference) -> int:
    """The highest version number that a receipt ever named, withdrawn ones included; 0 when there is none."""
    query = select(func.max(package.c.version)).where(
        package.c.fonds == reference.fonds,
        package.c.series == reference.series,
        package.c.volume == reference.volume,
        package.c.accepted_at.is_not(None),
    )
    return int(connection.execute(query).scalar() or 0)


def names_beside(connection: Connection, reference: Reference) -> NamesBeside:
    """Names of acknowledged packages that are those of `reference`, or their twins in case or normalization."""
    in_fonds = package.c.fonds == reference.fonds
    in_series = package.c.series == reference.series
    return NamesBeside(
        fonds=_same_or_twins(connection, package.c.fonds, reference.fonds),
        series=_same_or_twins(connection, package.c.series, reference.series, in_fonds),
        volumes=_same_or_twins(connection, package.c.volume, reference.volume, in_fonds, in_series),
    )


def _same_or_twins(
    connection: Connection, column: Column[str], name: str, *places: ColumnElement[bool]
) -> frozenset[str]:
    def counts(other: str) -> bool:
        states_that_count = package.c.state.in_(_COUNTING)
        query = select(package.c.id).where(column == other, *places, states_that_count).limit(1)
        return connection.execute(query).first() is not None

    if counts(name):  # the usual case, answered by the index at once
        return frozenset({name})
    same = folded(name)
    names = connection.execute(select(column).distinct().where(*places)).scalars().all()
    return frozenset(other for other in names if folded(other) == same and counts(other))


def in_state(connection: Connection, *wanted: PackageState) -> list[Package]:
    return in_states(connection, Package, package, wanted)


def staged(connection: Connection) -> list[Package]:
    """Packages whose bytes lie in staging, the unacknowledged ones among them."""
    query = select(package).where(
        package.c.staged.is_(True),
        package.c.state.in_([PackageState.STAGING, *_COUNTING]),
    )
    return values(connection, Package, query)


def listing(connection: Connection, state: PackageState | None = None) -> list[Package]:
    query = select(package).order_by(package.c.id)
    return values(connection, Package, query if state is None else query.where(package.c.state == state))


def add_files(connection: Connection, files: Sequence[PackageFile]) -> None:
    """Rows of a package that is not acknowledged yet; the caller cuts batches."""
    add_many(connection, package_file, files)


def without_pool(connection: Connection, storage_class: str, pool: str) -> list[str]:
    """Archived packages of a class that never were to be carried in a pool."""
    carried = select(membership.c.package_id).where(membership.c.pool == pool)
    query = select(package.c.id).where(
        package.c.storage_class == storage_class,
        package.c.state == PackageState.ARCHIVED,
        package.c.id.not_in(carried),
    )
    return [package_id for (package_id,) in connection.execute(query.order_by(package.c.id))]


def files(connection: Connection, package_id: str) -> Iterator[PackageFile]:
    """Files and empty folders of a package in order of their paths."""
    query = select(package_file).where(package_file.c.package_id == package_id).order_by(package_file.c.path)
    for row in connection.execute(query).mappings():
        yield PackageFile(**row)


def bag_totals(connection: Connection, package_id: str) -> tuple[int, int]:
    """Files of the whole bag, tag files too, and their bytes."""
    query = select(func.count(), func.coalesce(func.sum(package_file.c.size_bytes), 0)).where(
        package_file.c.package_id == package_id, package_file.c.is_directory.is_(False)
    )
    count, size_bytes = connection.execute(query).one()
    return int(count), int(size_bytes)


def advance_state(connection: Connection, package_id: str, event: PackageEvent, **changes: Any) -> None:
    """The acknowledgement, or any other step. Raises NotFound, ForbiddenStep."""
    advance(connection, package, states.PACKAGE, package_id, event, **changes)


def forget_files(connection: Connection, package_id: str) -> None:
    """Drop the file rows of a package that was never acknowledged."""
    connection.execute(delete(package_file).where(package_file.c.package_id == package_id))


def update_columns(connection: Connection, package_id: str, **changes: Any) -> None:
    """Columns other than the state."""
    connection.execute(update(package).where(package.c.id == package_id).values(**changes))


def wait_for_pools(connection: Connection, package_id: str, pools: Sequence[str]) -> None:
    """From now on every one of these pools owes this package an image."""
    connection.execute(insert(membership), [{"package_id": package_id, "pool": pool} for pool in pools])


def waiting(connection: Connection, pool: str) -> list[Package]:
    """Accepted packages that no image of `pool` carries yet."""
    return values(connection, Package, _WAITING, pool=pool)


def waiting_for_copies(connection: Connection, storage_classes: Sequence[str]) -> list[Package]:
    """Packages of these classes that are not archived though an image that carries them is kept."""
    query = _waiting_for_copies(tuple(storage_classes))
    return sorted(values(connection, Package, query), key=lambda item: item.id)


@cache
def _waiting_for_copies(storage_classes: tuple[str, ...]) -> Select[Any]:
    return kept(
        select(package)
        .join(membership, membership.c.package_id == package.c.id)
        .join(image, image.c.id == membership.c.image_id)
        .where(
            package.c.state.in_((PackageState.ACCEPTED, PackageState.FOUND)),
            package.c.storage_class.in_(storage_classes),
            image.c.state == ImageState.KEPT,
        )
        .distinct()
    )


def assign(connection: Connection, image_id: str, pool: str, package_ids: Sequence[str]) -> None:
    """Fix the members of an image, in this order."""
    for sequence, package_id in enumerate(package_ids):
        connection.execute(
            update(membership)
            .where(membership.c.package_id == package_id, membership.c.pool == pool)
            .values(image_id=image_id, sequence=sequence)
        )


def release(connection: Connection, image_id: str) -> None:
    """The members of a void image wait again."""
    connection.execute(
        update(membership).where(membership.c.image_id == image_id).values(image_id=None, sequence=None)
    )


def leave_pools(connection: Connection, package_id: str) -> None:
    """A withdrawn package is owed nothing."""
    connection.execute(delete(membership).where(membership.c.package_id == package_id))


def of_image(connection: Connection, image_id: str) -> list[Package]:
    """Members of an image in their order on it, those among them that another image carries by now."""
    return values(connection, Package, _OF_IMAGE, image_id=image_id)


def image_ids(connection: Connection, package_id: str) -> dict[str, str | None]:
    """Pool → image that carries the package there, or None while it waits."""
    return {row.pool: row.image_id for row in answers(connection, _IMAGES, package_id=package_id)}


def last_closed_volumes(connection: Connection, pool: str, fonds: str, series: str) -> list[str]:
    """Volumes of a collocation group that closed images of this pool already carry."""
    query = (
        select(package.c.volume)
        .distinct()
        .join(membership, membership.c.package_id == package.c.id)
        .join(image, image.c.id == membership.c.image_id)
        .where(
            membership.c.pool == pool,
            package.c.fonds == fonds,
            package.c.series == series,
            image.c.state != states.ImageState.VOID,
        )
    )
    return [volume for (volume,) in connection.execute(query)]


def last_closed_series_volumes(connection: Connection, pool: str, fonds: str) -> list[str]:
    """Like `last_closed_volumes` for a pool whose images hold several series: 'series/volume'."""
    query = select(package.c.series).distinct().where(package.c.fonds == fonds)
    return [
        f"{series}/{volume}"
        for (series,) in connection.execute(query).all()
        for volume in last_closed_volumes(connection, pool, fonds, series)
    ]


def add_extents(connection: Connection, image_id: str, rows: Sequence[tuple[str, str, int, int]]) -> None:
    """(package id, path, lba, bytes) of every file of an image, replacing what was there."""
    connection.execute(delete(extent).where(extent.c.image_id == image_id))
    for start in range(0, len(rows), BATCH):
        connection.execute(
            insert(extent),
            [
                {"image_id": image_id, "package_id": p, "path": path, "lba": lba, "size_bytes": size}
                for p, path, lba, size in rows[start : start + BATCH]
            ],
        )


def extents(connection: Connection, image_id: str, package_id: str) -> dict[str, tuple[int, int]]:
    """Path → (lba, bytes) of a package's files in an image."""
    query = select(extent.c.path, extent.c.lba, extent.c.size_bytes).where(
        extent.c.image_id == image_id, extent.c.package_id == package_id
    )
    return {path: (lba, size) for path, lba, size in connection.execute(query)}


def oldest_exposed(connection: Connection) -> datetime | None:
    """When the oldest package was accepted that is not archived yet."""
    query = select(func.min(package.c.accepted_at)).where(package.c.state == PackageState.ACCEPTED)
    found: datetime | None = connection.execute(query).scalar()
    return found
