"""What reports are made of: sums over the catalog, made where the rows are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, func, select, type_coerce

from archived.catalog.fixity_table import fixity_check
from archived.catalog.health_tables import health_entry
from archived.catalog.rows import values
from archived.catalog.tables import copy, event, image, medium, membership, package, recall
from archived.model import Event
from archived.states import CopyState, ImageState, MediumState, PackageState

Row = dict[str, Any]
PERSON = "uid:"


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy with what its image and medium are."""

    copy_id: int
    state: CopyState
    image_id: str
    image_kind: str
    image_state: ImageState
    set_id: str | None
    position: int | None
    #: Pool by whose rules it was written.
    pool: str
    size_bytes: int
    medium_id: str
    medium_state: MediumState
    kind: str
    batch: str
    library: str | None
    element: int | None
    planned_at: datetime
    written_at: datetime | None
    verified_at: datetime | None


def packages_by_kind(read: Connection) -> list[Row]:
    """Packages by series, class, retention, confidentiality and state: count, files, bytes, first and last archived."""
    by = [
        package.c.fonds,
        package.c.series,
        package.c.storage_class,
        package.c.retention,
        package.c.confidentiality,
        package.c.state,
    ]
    query = (
        select(
            *by,
            func.count().label("packages"),
            func.sum(package.c.file_count).label("files"),
            func.sum(package.c.size_bytes).label("size_bytes"),
            func.min(package.c.archived_at, type_=package.c.archived_at.type).label("first_at"),
            func.max(package.c.archived_at, type_=package.c.archived_at.type).label("last_at"),
        )
        .group_by(*by)
        .order_by(*by)
    )
    return [dict(row._mapping) for row in read.execute(query)]


def second_versions(read: Connection, since: datetime, until: datetime) -> list[Row]:
    """Versions after the first, that were submitted between the two."""
    wanted = (package.c.version > 1, package.c.submitted_at >= since, package.c.submitted_at < until)
    names = ("id", "fonds", "series", "volume", "version", "state", "reason", "owner", "submitted_at")
    query = select(*(package.c[name] for name in names)).where(*wanted).order_by(package.c.submitted_at)
    return [dict(row._mapping) for row in read.execute(query)]


def copies(read: Connection) -> list[CopyRow]:
    """Every copy on record whose image has its bytes, in the order in which they were planned."""
    query = (
        select(
            copy.c.id, copy.c.state, image.c.id, image.c.kind, image.c.state, image.c.set_id, image.c.position,
            copy.c.pool, image.c.pool, image.c.size_bytes, medium.c.id, medium.c.state, medium.c.kind,
            medium.c.batch, medium.c.library, medium.c.element, copy.c.planned_at, copy.c.written_at,
            copy.c.verified_at,
        )
        .join(image, image.c.id == copy.c.image_id)
        .join(medium, medium.c.id == copy.c.medium_id)
        .order_by(copy.c.id)
    )  # fmt: skip
    found = []
    for row in read.execute(query):
        fields = [*row[:7], row[7] or row[8], row[9] or 0, *row[10:]]
        found.append(CopyRow(*fields))
    return found


def archived_by_month(read: Connection, since: datetime, until: datetime) -> list[Row]:
    """Packages and bytes that were archived, by month of UTC."""
    month = _month(package.c.archived_at)
    query = (
        select(month.label("month"), func.count().label("packages"), func.sum(package.c.size_bytes).label("size_bytes"))
        .where(package.c.archived_at >= since, package.c.archived_at < until)
        .group_by(month)
        .order_by(month)
    )  # fmt: skip
    return [dict(row._mapping) for row in read.execute(query)]


def written_by_month(read: Connection, since: datetime, until: datetime) -> list[Row]:
    """Media of each kind and pool on which copies were written, and bytes, by month of UTC."""
    month, pool = _month(copy.c.written_at), func.coalesce(func.nullif(copy.c.pool, ""), image.c.pool)
    query = (
        select(
            month.label("month"),
            pool.label("pool"),
            func.count().label("copies"),
            func.count(copy.c.medium_id.distinct()).label("media"),
            func.sum(image.c.size_bytes).label("size_bytes"),
        )
        .join(image, image.c.id == copy.c.image_id)
        .where(copy.c.written_at >= since, copy.c.written_at < until)
        .group_by(month, pool)
        .order_by(month, pool)
    )
    return [dict(row._mapping) for row in read.execute(query)]


def recalls_by_outcome(read: Connection, since: datetime, until: datetime) -> list[Row]:
    """Recalls that people asked for, by what became of them."""
    query = (
        select(
            recall.c.state,
            func.count().label("recalls"),
            func.sum(recall.c.bytes_wanted).label("size_bytes"),
        )
        .where(recall.c.requested_at >= since, recall.c.requested_at < until, recall.c.purpose == "recall")
        .group_by(recall.c.state)
        .order_by(recall.c.state)
    )
    return [dict(row._mapping) for row in read.execute(query)]


def events_by_type(read: Connection, since: datetime, until: datetime) -> list[Row]:
    """How often what happened, and how it ended, by month of UTC."""
    month = _month(event.c.at)
    query = (
        select(month.label("month"), event.c.type, event.c.outcome, func.count().label("events"))
        .where(event.c.at >= since, event.c.at < until)
        .group_by(month, event.c.type, event.c.outcome)
        .order_by(month, event.c.type, event.c.outcome)
    )
    return [dict(row._mapping) for row in read.execute(query)]


def events_of_people(read: Connection, since: datetime, until: datetime) -> list[Event]:
    """What people did between the two."""
    query = (
        select(event)
        .where(event.c.at >= since, event.c.at < until, event.c.agent.startswith(PERSON))
        .order_by(event.c.id)
    )
    return values(read, Event, query)


def events_of_types(
    read: Connection, since: datetime, until: datetime, types: tuple[str, ...]
) -> list[Event]:
    """Events of these types between the two."""
    query = (
        select(event)
        .where(event.c.at >= since, event.c.at < until, event.c.type.in_(types))
        .order_by(event.c.id)
    )
    return values(read, Event, query)


def checks_by_month(read: Connection, since: datetime, until: datetime) -> list[Row]:
    """Checks against digests, by month of UTC, how much was read, and what came of it."""
    month = _month(fixity_check.c.at)
    by = (month, fixity_check.c.how, fixity_check.c.outcome)
    query = (
        select(
            month.label("month"),
            fixity_check.c.how,
            fixity_check.c.outcome,
            func.count().label("checks"),
            func.sum(fixity_check.c.parts).label("parts"),
            func.sum(fixity_check.c.bytes_read).label("bytes_read"),
        )
        .where(fixity_check.c.at >= since, fixity_check.c.at < until)
        .group_by(*by)
        .order_by(*by)
    )
    return [dict(row._mapping) for row in read.execute(query)]


def clean_readings(read: Connection, until: datetime) -> dict[int, dict[str, datetime]]:
    """By copy and by how much was read: when a check before `until` last found nothing wrong."""
    query = (
        select(
            fixity_check.c.copy_id,
            fixity_check.c.how,
            func.max(fixity_check.c.at, type_=fixity_check.c.at.type),
        )
        .where(
            fixity_check.c.at < until,
            fixity_check.c.outcome == "clean",
            fixity_check.c.copy_id.is_not(None),
        )
        .group_by(fixity_check.c.copy_id, fixity_check.c.how)
    )
    found: dict[int, dict[str, datetime]] = {}
    for copy_id, how, at in read.execute(query):
        found.setdefault(copy_id, {})[how] = at
    return found


def health_by_medium(read: Connection) -> list[Row]:
    """What was seen of each medium: how often, its sum, its highest value, and when last."""
    query = (
        select(
            health_entry.c.medium_id,
            health_entry.c.what,
            func.count().label("times"),
            func.sum(health_entry.c.value).label("total"),
            func.max(health_entry.c.value).label("highest"),
            func.max(health_entry.c.at, type_=health_entry.c.at.type).label("last_at"),
        )
        .group_by(health_entry.c.medium_id, health_entry.c.what)
        .order_by(health_entry.c.medium_id, health_entry.c.what)
    )
    return [dict(row._mapping) for row in read.execute(query)]


def health_by_month(read: Connection, since: datetime, until: datetime) -> list[Row]:
    """What was seen of media between the two, by month of UTC, kind of medium, and who read."""
    month = _month(health_entry.c.at)
    reader = func.coalesce(func.nullif(health_entry.c.drive, ""), health_entry.c.reader)
    by = (month, medium.c.kind, health_entry.c.what, reader)
    query = (
        select(
            month.label("month"),
            medium.c.kind,
            health_entry.c.what,
            reader.label("drive"),
            func.count().label("times"),
            func.sum(health_entry.c.value).label("total"),
            func.avg(health_entry.c.value).label("mean"),
            func.max(health_entry.c.value).label("highest"),
        )
        .join(medium, medium.c.id == health_entry.c.medium_id)
        .where(health_entry.c.at >= since, health_entry.c.at < until)
        .group_by(*by)
        .order_by(*by)
    )
    return [dict(row._mapping) for row in read.execute(query)]


def packages_of_images(read: Connection) -> dict[str, set[str]]:
    """Package → images that carry it, for packages that are kept."""
    kept = (PackageState.ACCEPTED, PackageState.ARCHIVED, PackageState.FOUND, PackageState.FORGOTTEN)
    query = (
        select(membership.c.package_id, membership.c.image_id)
        .join(package, package.c.id == membership.c.package_id)
        .where(package.c.state.in_(kept))
    )
    found: dict[str, set[str]] = {}
    for package_id, image_id in read.execute(query):
        found.setdefault(package_id, set()).update([image_id] if image_id else [])
    return found


def staged_ids(read: Connection) -> set[str]:
    """Packages whose bytes lie in staging."""
    return set(read.execute(select(package.c.id).where(package.c.staged.is_(True))).scalars())


def _month(column: Any) -> Any:
    # Times are ISO 8601 texts of UTC: the first seven letters are the month.
    return func.substr(type_coerce(column, String), 1, 7)
