"""The table of checks. Fields are those of `archived.fixity.FixityCheck`."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.types import BigInteger

from archived.catalog.columns import Tuples, metadata, text_column, time_column

fixity_check = Table(
    "fixity_check",
    metadata,
    Column("id", Integer, primary_key=True),
    time_column("at", required=True),
    Column("subject", String(64), nullable=False, index=True),
    Column("how", String(16), nullable=False),
    Column("outcome", String(16), nullable=False, index=True),
    Column("copy_id", ForeignKey("copy.id"), index=True),
    Column("medium_id", ForeignKey("medium.id"), index=True),
    Column("parts", Integer, nullable=False, default=0),
    Column("parts_total", Integer, nullable=False, default=0),
    Column("bytes_read", BigInteger, nullable=False, default=0),
    Column("bad", Tuples, nullable=False, default=()),
    text_column("by", default=""),
    text_column("drive", default=""),
    text_column("run_id", default=""),
    text_column("seed", default=""),
    time_column("begun_at"),
)
