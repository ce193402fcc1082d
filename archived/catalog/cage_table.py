"""The table of cages. Fields are those of `archived.cages`."""

from sqlalchemy import Column, String, Table, Text

from archived.cages import CageState
from archived.catalog.columns import metadata, state_column, text_column, time_column

cage = Table(
    "cage",
    metadata,
    Column("id", String(24), primary_key=True),
    state_column(CageState),
    text_column("library"),
    Column("position", Text),
    Column("rfid_uid", String(64), unique=True, index=True),
    text_column("place", default=""),
    time_column("seen_at"),
    text_column("seen_by", default=""),
)
