"""The tables of destructions, and of the sets that images were in. Fields are those of `archived.destructions`."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table

from archived.catalog.columns import Tuples, metadata, state_column, text_column, time_column
from archived.destructions import DestructionState

destruction = Table(
    "destruction",
    metadata,
    Column("id", String(16), primary_key=True),
    state_column(DestructionState),
    text_column("approval_id"),
    text_column("asked_by"),
    text_column("agreed_by"),
    text_column("reason"),
    time_column("begun_at", required=True),
    Column("packages", Tuples, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("media", Tuples, nullable=False, default=()),
    time_column("given_up_at"),
    time_column("ended_at"),
    Column("certificate", JSON),
    text_column("note", default=""),
)

#: Sets of which an image was a member once, or is going to be.
generation = Table(
    "generation",
    metadata,
    Column("image_id", ForeignKey("image.id"), primary_key=True),
    Column("set_id", ForeignKey("protection_set.id"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    time_column("begun_at", required=True),
    time_column("joined_at"),
    time_column("left_at"),
)
