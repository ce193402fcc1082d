"""The table of what lies inside packages that travel as one tar."""

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from archived.catalog.columns import HexDigest, metadata, text_column

#: Column names are the field names of `archived.inner_files.InnerFile`.
inner_file = Table(
    "inner_file",
    metadata,
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("mode", Integer, nullable=False),
    text_column("target"),
    text_column("same_as"),
    Column("sha256", HexDigest, nullable=False),
    Column("blake3", HexDigest, nullable=False),
    Column("xxh3", HexDigest, nullable=False),
)
