"""The tables of the catalog. Column names are the field names of `archived.model`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.types import JSON, BigInteger, TypeDecorator

from archived import states

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time as ISO 8601 text: sortable, and readable in any tool in fifty years."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class HexDigest(TypeDecorator[str]):
    """A digest: hexadecimal in Python, raw bytes in the catalog."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        return None if value is None else value.hex()


class Tuples(TypeDecorator[tuple[Any, ...]]):
    """A tuple (of tuples) of plain values, as JSON."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> tuple[Any, ...]:
        return _as_tuple(value or ())


def _as_tuple(value: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(_as_tuple(item) if isinstance(item, list) else item for item in value)


def _state(kind: type[Enum]) -> Column[Any]:
    names = EnumColumn(
        kind, values_callable=lambda e: [member.value for member in e], native_enum=False, length=24
    )
    return Column("state", names, nullable=False, index=True)


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **options)


def _time(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, UtcTime, nullable=not required)


package = Table(
    "package",
    metadata,
    Column("id", String(24), primary_key=True),
    _state(states.PackageState),
    _text("storage_class"),
    _text("fonds"),
    _text("series"),
    _text("volume"),
    Column("version", Integer, nullable=False),
    _text("title"),
    _text("retention"),
    _text("confidentiality"),
    _text("source_path"),
    Column("owner", Integer, nullable=False),
    _text("reason"),
    Column("file_count", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    _text("root_digest"),
    Column("cost_bytes", BigInteger, nullable=False, default=0),
    _time("submitted_at", required=True),
    _time("accepted_at"),
    _time("archived_at"),
    Column("staged", Boolean, nullable=False),
    Column("accepted_receipt", JSON),
    Column("archived_receipt", JSON),
    Index("ix_package_reference", "fonds", "series", "volume", "version"),
)

package_file = Table(
    "package_file",
    metadata,
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("is_directory", Boolean, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_s", BigInteger, nullable=False),
    Column("sha256", HexDigest, nullable=False),
    Column("blake3", HexDigest, nullable=False),
    Column("xxh3", HexDigest, nullable=False),
)

#: Which image carries a package for one pool; image_id is empty while it waits.
membership = Table(
    "membership",
    metadata,
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("pool", Text, primary_key=True),
    Column("image_id", ForeignKey("image.id"), index=True),
    Column("sequence", Integer),
)

image = Table(
    "image",
    metadata,
    Column("id", String(24), primary_key=True),
    _state(states.ImageState),
    _text("kind"),
    _text("pool"),
    _text("fonds"),
    _text("series"),
    _text("retention"),
    _text("confidentiality"),
    Column("held", Boolean, nullable=False, default=False),
    _time("opened_at", required=True),
    Column("set_id", ForeignKey("protection_set.id"), index=True),
    Column("position", Integer),
    _time("closed_at"),
    _text("close_reason", default=""),
    _text("label", default=""),
    Column("ranges", Tuples, nullable=False, default=()),
    Column("size_bytes", BigInteger),
    Column("sha256", HexDigest),
    Column("blake3", HexDigest),
    Column("xxh3", HexDigest),
    Column("payload_offset", BigInteger, nullable=False, default=0),
    Column("payload_bytes", BigInteger),
)

#: Where a file of a package lies in an image.
extent = Table(
    "extent",
    metadata,
    Column("image_id", ForeignKey("image.id"), primary_key=True),
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("lba", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)

#: Chunk tables as `erasure.chunks` writes them; part is "image" or "payload".
chunk_table = Table(
    "chunk_table",
    metadata,
    Column("image_id", ForeignKey("image.id"), primary_key=True),
    Column("part", String(8), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

protection_set = Table(
    "protection_set",
    metadata,
    Column("id", String(8), primary_key=True),
    _state(states.SetState),
    _text("pool"),
    Column("n", Integer, nullable=False),
    Column("m", Integer, nullable=False),
    _text("scope"),
    _text("confidentiality"),
    _time("opened_at", required=True),
    Column("absent", Tuples, nullable=False, default=()),
    Column("close_asked", Boolean, nullable=False, default=False),
    _time("protected_at"),
    _time("completed_at"),
)

medium = Table(
    "medium",
    metadata,
    Column("id", String(64), primary_key=True),
    _state(states.MediumState),
    _text("kind"),
    Column("barcode", String(64), unique=True),
    _text("batch"),
    _text("media_id"),
    Column("capacity_bytes", BigInteger, nullable=False),
    Column("library", Text),
    Column("element", Integer),
    Column("home_element", Integer),
    Column("magazine", Text),
    _time("seen_at"),
    _text("note", default=""),
    Column("simulated", Boolean, nullable=False, default=False),
)

copy = Table(
    "copy",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("image_id", ForeignKey("image.id"), nullable=False, index=True),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    _state(states.CopyState),
    _text("role"),
    _text("site"),
    _time("planned_at", required=True),
    Column("write_drive", Text),
    Column("verify_drive", Text),
    _time("written_at"),
    _time("verified_at"),
    _text("note", default=""),
)

move = Table(
    "move",
    metadata,
    Column("id", Integer, primary_key=True),
    _state(states.MoveState),
    _text("library"),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    Column("source", Integer, nullable=False),
    Column("destination", Integer, nullable=False),
    _text("why"),
    _time("begun_at", required=True),
    _time("ended_at"),
    _text("note", default=""),
)

drive = Table(
    "drive",
    metadata,
    Column("name", String(64), primary_key=True),
    _text("library"),
    Column("element", Integer, nullable=False),
    _text("serial"),
    Column("up", Boolean, nullable=False),
    _text("note", default=""),
    UniqueConstraint("library", "element"),
)

recall = Table(
    "recall",
    metadata,
    Column("id", String(24), primary_key=True),
    _state(states.RecallState),
    Column("package_id", ForeignKey("package.id")),
    Column("image_id", ForeignKey("image.id")),
    Column("paths", Tuples, nullable=False),
    _time("requested_at", required=True),
    Column("owner", Integer, nullable=False),
    Column("bytes_wanted", BigInteger, nullable=False),
    Column("from_staging", Boolean, nullable=False, default=False),
    _text("note", default=""),
    _time("ended_at"),
)

reading = Table(
    "reading",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recall_id", ForeignKey("recall.id"), nullable=False, index=True),
    Column("image_id", ForeignKey("image.id"), nullable=False),
    Column("copy_id", ForeignKey("copy.id"), nullable=False),
    _state(states.ReadingState),
    Column("ranges", Tuples, nullable=False),
    _text("purpose"),
    Column("bad", Tuples, nullable=False, default=()),
    Column("tried_in", Tuples, nullable=False, default=()),
    _text("note", default=""),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    _time("at", required=True),
    _text("type"),
    _text("agent"),
    _text("subject_kind"),
    Column("subject_id", Text, nullable=False, index=True),
    _text("outcome"),
    Column("detail", JSON, nullable=False),
)

allowance = Table(
    "allowance",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("thing", String(128), primary_key=True),
    _text("reason"),
    _text("agent"),
    _time("at", required=True),
)

#: Trouble that waits for a person; a row goes when the cause goes.
attention = Table(
    "attention",
    metadata,
    Column("id", String(96), primary_key=True),
    _text("urgency"),
    _text("what"),
    _text("safe"),
    _text("next"),
    _time("since", required=True),
    Column("before", UtcTime),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(64), primary_key=True),
    _text("value"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)

#: How fast things went, for estimates: "read" in bytes per second, "load_s" in seconds.
pace = Table(
    "pace",
    metadata,
    Column("what", String(64), primary_key=True),
    Column("value", Float, nullable=False),
)
