"""The table of cases. Fields are those of `archived.cases`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, Table, Text
from sqlalchemy.types import JSON, TypeDecorator

from archived.cases import CaseState, Witness, WitnessKind
from archived.catalog.columns import Tuples, metadata, state_column, text_column, time_column


class Witnesses(TypeDecorator[tuple[Witness, ...]]):
    """What witnesses said, as a JSON list of objects: readable in any tool in fifty years."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: tuple[Witness, ...] | None, dialect: Any) -> list[dict[str, Any]]:
        return [
            {
                "kind": witness.kind.value,
                "read": witness.read,
                "says": list(witness.says),
                "by": witness.by,
                "at": witness.at.isoformat(timespec="microseconds"),
            }
            for witness in value or ()
        ]

    def process_result_value(self, value: Any, dialect: Any) -> tuple[Witness, ...]:
        return tuple(
            Witness(
                WitnessKind(item["kind"]),
                item["read"],
                tuple(item["says"]),
                item["by"],
                datetime.fromisoformat(item["at"]),
            )
            for item in value or ()
        )


case_ = Table(
    "case",
    metadata,
    Column("id", String(24), primary_key=True),
    state_column(CaseState),
    Column("media", Tuples, nullable=False),
    Column("library", Text),
    Column("elements", Tuples, nullable=False),
    text_column("urgency"),
    time_column("opened_at", required=True),
    Column("witnesses", Witnesses, nullable=False),
    text_column("to_do"),
    time_column("closed_at"),
    text_column("closed_by", default=""),
    text_column("how", default=""),
    text_column("reason", default=""),
    Column("medium_is", String(64)),
)
