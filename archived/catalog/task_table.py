"""The table of tasks for people. Fields are those of `archived.tasks`."""

from sqlalchemy import Column, Enum, ForeignKey, Integer, String, Table

from archived.catalog.columns import UtcTime, metadata, state_column, text_column, time_column
from archived.tasks import TaskKind, TaskState

_KINDS = Enum(
    TaskKind, values_callable=lambda e: [member.value for member in e], native_enum=False, length=24
)

task = Table(
    "task",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("kind", _KINDS, nullable=False),
    state_column(TaskState),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    text_column("from_library"),
    Column("from_element", Integer),
    text_column("from_words"),
    text_column("to_library"),
    Column("to_element", Integer),
    text_column("to_words"),
    text_column("reason"),
    Column("priority", Integer, nullable=False),
    time_column("opened_at", required=True),
    time_column("due_at", required=True),
    text_column("taken_by", default=""),
    time_column("taken_at"),
    time_column("ready_at"),
    text_column("ended_by", default=""),
    time_column("ended_at"),
    text_column("confirmed_how", default=""),
    text_column("confirmed_value", default=""),
    text_column("note", default=""),
    Column("contradictions", Integer, nullable=False, default=0),
    Column("level", Integer, nullable=False, default=0),
    Column("move_id", ForeignKey("move.id")),
    Column("settled_at", UtcTime, index=True),
)
