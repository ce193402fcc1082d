"""The tables of what was seen of media and of how their states changed: fields of `archived.medium_health`."""

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table
from sqlalchemy import Enum as EnumColumn

from archived.catalog.columns import metadata, text_column, time_column
from archived.medium_states import MediumEvent, MediumState

health_entry = Table(
    "health_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    time_column("at", required=True),
    Column("medium_id", ForeignKey("medium.id"), nullable=False),
    Column("what", String(24), nullable=False),
    Column("value", Float),
    text_column("unit", default=""),
    text_column("drive", default=""),
    text_column("reader", default=""),
    Column("detail", JSON, nullable=False),
    Index(None, "medium_id", "what", "at"),
)


def _words(kind: type) -> EnumColumn:
    return EnumColumn(
        kind, values_callable=lambda e: [member.value for member in e], native_enum=False, length=24
    )


medium_history = Table(
    "medium_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    time_column("at"),
    Column("before", _words(MediumState)),
    Column("event", _words(MediumEvent)),
    Column("after", _words(MediumState), nullable=False),
    text_column("agent"),
    text_column("why", default=""),
)
