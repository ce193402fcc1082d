"""The tables of surveys: a pass over all media, and the look at each. Fields are those of `archived.surveys`."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.types import JSON

from archived import states
from archived.catalog.columns import Tuples, metadata, state_column, text_column, time_column

survey = Table(
    "survey",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    state_column(states.SurveyState),
    text_column("agent"),
    time_column("begun_at", required=True),
    time_column("ended_at"),
    Column("cursor", JSON, nullable=False),
    Column("report", JSON, nullable=False),
)

medium_look = Table(
    "medium_look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("survey_id", ForeignKey("survey.id"), nullable=False, index=True),
    Column("medium_id", ForeignKey("medium.id"), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    state_column(states.LookState),
    time_column("asked_at", required=True),
    Column("ranges", Tuples, nullable=False, default=()),
    Column("tried_in", Tuples, nullable=False, default=()),
    Column("finding", JSON, nullable=False),
    time_column("ended_at"),
    text_column("note", default=""),
)
