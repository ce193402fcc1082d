"""The table of cleanings. Fields are those of `archived.cleanings`."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table

from archived.catalog.columns import metadata, state_column, text_column, time_column
from archived.cleanings import CleaningState

cleaning = Table(
    "cleaning",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("drive", ForeignKey("drive.name"), nullable=False, index=True),
    state_column(CleaningState),
    Column("urgent", Boolean, nullable=False),
    text_column("agent"),
    time_column("asked_at", required=True),
    Column("medium_id", ForeignKey("medium.id"), index=True),
    time_column("begun_at"),
    time_column("ended_at"),
    Column("loads", Integer),
    text_column("note", default=""),
)
