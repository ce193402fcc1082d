"""The tables of holds: when everything is looked at before anything is written or let go again."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from archived.catalog.columns import metadata, text_column, time_column

hold = Table(
    "hold",
    metadata,
    Column("id", Integer, primary_key=True),
    text_column("cause"),
    text_column("note"),
    text_column("agent"),
    time_column("placed_at", required=True),
    time_column("released_at"),
    text_column("released_by", default=""),
    text_column("reason", default=""),
)

#: Media that were seen in the room while a hold was in force, and what a look found on them.
hold_medium = Table(
    "hold_medium",
    metadata,
    Column("hold_id", ForeignKey("hold.id"), primary_key=True),
    Column("medium_id", String(64), primary_key=True),
    time_column("seen_at", required=True),
    time_column("looked_at"),
    text_column("found", default=""),
    text_column("note", default=""),
)
