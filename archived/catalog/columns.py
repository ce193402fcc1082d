"""What the tables of the catalog are made of: the metadata, and columns of our kinds."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Column, LargeBinary, MetaData, String, Text
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.types import JSON, TypeDecorator

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


def state_column(kind: type[Enum]) -> Column[Any]:
    names = EnumColumn(
        kind, values_callable=lambda e: [member.value for member in e], native_enum=False, length=24
    )
    return Column("state", names, nullable=False, index=True)


def text_column(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **options)


def time_column(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, UtcTime, nullable=not required)
