"""What media were bought for, of whom and when. Fields are those of `archived.purchases`."""

from sqlalchemy import Column, ForeignKey, String, Table

from archived.catalog.columns import metadata, text_column, time_column

purchase = Table(
    "purchase",
    metadata,
    Column("medium_id", ForeignKey("medium.id"), primary_key=True),
    text_column("vendor"),
    text_column("order_number"),
    #: A decimal number as it was written: no sum of money is ever rounded.
    text_column("price"),
    text_column("currency"),
    Column("bought_at", String(10)),
    text_column("registered_by"),
    time_column("registered_at", required=True),
)
