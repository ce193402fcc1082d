"""The table of certificates. Fields are those of `archived.certificates`."""

from sqlalchemy import JSON, Column, ForeignKey, String, Table

from archived.catalog.columns import Tuples, metadata, time_column

certificate = Table(
    "certificate",
    metadata,
    Column("id", String(16), primary_key=True),
    time_column("at", required=True),
    Column("approval_id", ForeignKey("approval.id"), nullable=False),
    Column("media", Tuples, nullable=False),
    Column("document", JSON, nullable=False),
)
