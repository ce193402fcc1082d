"""The table of what hot folders gave. Column names are the field names of `archived.hot_items.HotItem`."""

import os

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text
from sqlalchemy.types import JSON, TypeDecorator

from archived.catalog.columns import metadata, state_column, text_column, time_column
from archived.hot_items import HotItemState


class FileSystemPath(TypeDecorator[str]):
    """A path as bytes, for names on a disk need not be UTF-8; in Python text with surrogates."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: object) -> bytes | None:
        return None if value is None else os.fsencode(value)

    def process_result_value(self, value: bytes | None, dialect: object) -> str | None:
        return None if value is None else os.fsdecode(value)


hot_item = Table(
    "hot_item",
    metadata,
    Column("id", Integer, primary_key=True),
    text_column("folder"),
    Column("path", FileSystemPath, nullable=False),
    state_column(HotItemState),
    text_column("drop"),
    text_column("identity"),
    time_column("begun_at", required=True),
    Column("batch_id", String(24)),
    Column("batch_number", Integer),
    Column("spent", Boolean, nullable=False),
    Column("package_id", ForeignKey("package.id"), index=True),
    Column("note", Text, nullable=False),
    Column("refusal", JSON),
    Column("rejected_as", FileSystemPath),
    time_column("ended_at"),
    Index("ix_hot_item_place", "folder", "path"),
    Index("ix_hot_item_folder_state", "folder", "state"),
)
