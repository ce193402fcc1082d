"""The tables of legal holds and of rulings about retention. Fields are those of `archived.retention`."""

from sqlalchemy import Column, Integer, String, Table, Text

from archived.catalog.columns import metadata, text_column, time_column

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", String(16), nullable=False),
    Column("name", Text, nullable=False),
    text_column("reason"),
    text_column("agent"),
    time_column("placed_at", required=True),
    time_column("released_at"),
    text_column("released_by", default=""),
    text_column("release_reason", default=""),
)

ruling = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("what", String(24), nullable=False),
    text_column("value"),
    text_column("reason"),
    text_column("agent"),
    time_column("at", required=True),
    text_column("agreed_by", default=""),
)
