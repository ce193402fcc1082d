"""Cartridges that were released and admitted again, until their old label was written over."""

from sqlalchemy import Column, ForeignKey, String, Table

from archived.catalog.columns import metadata, text_column, time_column

readmission = Table(
    "readmission",
    metadata,
    Column("medium_id", ForeignKey("medium.id"), primary_key=True),
    Column("label_uuid", String(36), nullable=False),
    time_column("at", required=True),
    text_column("agent"),
)
