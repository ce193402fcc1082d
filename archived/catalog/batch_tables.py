"""The tables of batches. Column names are the field names of `archived.batches`."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table
from sqlalchemy import Enum as EnumColumn

from archived.batches import BatchKind, ItemRole
from archived.catalog.columns import HexDigest, Tuples, metadata, state_column, text_column, time_column
from archived.item_states import ItemState

batch = Table(
    "batch",
    metadata,
    Column("id", String(24), primary_key=True),
    Column(
        "kind",
        EnumColumn(BatchKind, values_callable=lambda e: [k.value for k in e], native_enum=False, length=24),
        nullable=False,
    ),
    Column("source", LargeBinary, nullable=False),
    Column("owner", Integer, nullable=False),
    time_column("opened_at", required=True),
    Column("asked", HexDigest, nullable=False, index=True),
    Column("list_sha256", HexDigest),
)

batch_item = Table(
    "batch_item",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column(
        "role",
        EnumColumn(ItemRole, values_callable=lambda e: [k.value for k in e], native_enum=False, length=24),
        nullable=False,
    ),
    state_column(ItemState),
    Column("source", LargeBinary, nullable=False),
    text_column("fonds"),
    text_column("series"),
    text_column("volume"),
    Column("package_id", ForeignKey("package.id"), index=True),
    Column("reasons", Tuples, nullable=False, default=()),
    time_column("tried_at"),
)
