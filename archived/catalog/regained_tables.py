"""The tables of images that are brought back into staging. Fields are those of `archived.regained`."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from archived.catalog.columns import Tuples, metadata, text_column, time_column

regained = Table(
    "regained",
    metadata,
    Column("image_id", ForeignKey("image.id"), primary_key=True),
    time_column("wanted_at", required=True),
    Column("recall_id", ForeignKey("recall.id")),
    time_column("ready_at"),
    Column("bytes_read", BigInteger, nullable=False, default=0),
    Column("bytes_needed", BigInteger, nullable=False, default=0),
    Column("media", Tuples, nullable=False, default=()),
    text_column("note", default=""),
)

#: Who needs the bytes of an image in staging: a care run by its id, or whatever name a caller gives himself.
regained_want = Table(
    "regained_want",
    metadata,
    Column("image_id", ForeignKey("image.id"), primary_key=True),
    Column("who", String(64), primary_key=True),
    time_column("at", required=True),
)
