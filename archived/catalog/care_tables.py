"""The tables of care runs and their items. Fields are those of `archived.care`."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table

from archived.care import ItemState, RunState
from archived.catalog.columns import Tuples, metadata, state_column, text_column, time_column

care_run = Table(
    "care_run",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("kind", String(16), nullable=False, index=True),
    state_column(RunState),
    text_column("agent"),
    text_column("reason"),
    time_column("begun_at", required=True),
    time_column("ended_at"),
    Column("priority", Integer, nullable=False, default=0),
    Column("terms", JSON, nullable=False),
    Column("preview", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    text_column("note", default=""),
)

care_item = Table(
    "care_item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("care_run.id"), nullable=False, index=True),
    Column("what", String(24), nullable=False),
    state_column(ItemState),
    Column("medium_id", ForeignKey("medium.id"), index=True),
    Column("image_id", ForeignKey("image.id"), index=True),
    Column("copy_id", ForeignKey("copy.id"), index=True),
    time_column("asked_at", required=True),
    Column("wave", Integer, nullable=False, default=1),
    Column("priority", Integer, nullable=False, default=0),
    Column("cursor", JSON, nullable=False),
    Column("tried_in", Tuples, nullable=False, default=()),
    Column("finding", JSON, nullable=False),
    time_column("ended_at"),
    text_column("note", default=""),
)
