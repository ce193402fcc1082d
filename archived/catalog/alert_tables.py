"""The tables of alarms, their history, and what was told of them. Fields are those of `archived.alerts`."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table

from archived.alerts import AlertState
from archived.catalog.columns import metadata, state_column, text_column, time_column

alarm = Table(
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("attention_id", String(96), nullable=False, index=True),
    text_column("urgency"),
    text_column("what"),
    text_column("safe"),
    text_column("next"),
    time_column("raised_at", required=True),
    time_column("before"),
    Column("level", Integer, nullable=False, default=0),
    time_column("worse_at"),
    time_column("recovered_at"),
    time_column("acked_at"),
    text_column("acked_by", default=""),
    text_column("ack_reason", default=""),
    Column("settled", Boolean, nullable=False, default=False, index=True),
)

attention_event = Table(
    "attention_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alarm_id", ForeignKey("alarm.id"), nullable=False, index=True),
    Column("attention_id", String(96), nullable=False, index=True),
    time_column("at", required=True),
    text_column("kind"),
    text_column("urgency"),
    text_column("what"),
    text_column("agent"),
    text_column("reason", default=""),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hook", String(64), nullable=False, index=True),
    state_column(AlertState),
    time_column("made_at", required=True),
    Column("document", JSON, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    time_column("next_at"),
    time_column("ended_at"),
    text_column("note", default=""),
)

#: What of each alarm a message told.
alert_item = Table(
    "alert_item",
    metadata,
    Column("alert_id", ForeignKey("alert.id"), primary_key=True),
    Column("alarm_id", ForeignKey("alarm.id"), primary_key=True, index=True),
    text_column("event"),
    text_column("urgency"),
)
