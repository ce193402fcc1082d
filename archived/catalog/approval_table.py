"""The table of approvals. Fields are those of `archived.approvals`."""

from sqlalchemy import JSON, Column, String, Table

from archived.approvals import ApprovalState
from archived.catalog.columns import metadata, state_column, text_column, time_column

approval = Table(
    "approval",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("kind", String(24), nullable=False),
    state_column(ApprovalState),
    text_column("thing"),
    text_column("asked_by"),
    time_column("asked_at", required=True),
    text_column("reason"),
    time_column("expires_at", required=True),
    Column("terms", JSON, nullable=False),
    text_column("ended_by", default=""),
    time_column("ended_at"),
    text_column("note", default=""),
)
