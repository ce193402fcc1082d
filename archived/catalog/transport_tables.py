"""The tables of transport lists. Fields are those of `archived.transports`."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from archived.catalog.columns import metadata, state_column, text_column, time_column
from archived.transports import TravelState

transport = Table(
    "transport",
    metadata,
    Column("id", String(16), primary_key=True),
    text_column("to_library"),
    text_column("to_words"),
    text_column("reason"),
    text_column("opened_by"),
    time_column("opened_at", required=True),
)

travel = Table(
    "travel",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("transport_id", ForeignKey("transport.id"), nullable=False, index=True),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    state_column(TravelState),
    text_column("from_library"),
    Column("from_element", Integer),
    text_column("from_words"),
    time_column("taken_at"),
    text_column("taken_by", default=""),
    time_column("arrived_at"),
    text_column("arrived_by", default=""),
    time_column("ended_at"),
    text_column("note", default=""),
)
