"""The table of images that carried a package before it was packed again. Fields are those of `catalog.carriers`."""

from sqlalchemy import Column, ForeignKey, Integer, Table

from archived.catalog.columns import metadata, text_column, time_column

carried_before = Table(
    "carried_before",
    metadata,
    Column("package_id", ForeignKey("package.id"), primary_key=True),
    Column("image_id", ForeignKey("image.id"), primary_key=True, index=True),
    text_column("pool"),
    Column("sequence", Integer),
    time_column("until"),
)
