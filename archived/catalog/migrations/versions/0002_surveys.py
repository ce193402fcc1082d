"""Surveys and the looks at media"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SURVEY = ("looking", "assembling", "done", "given_up")
_LOOK = ("wanted", "looking", "seen", "failed")


def _state(kind: str, words: tuple[str, ...]) -> sa.Column[str]:
    names = sa.Enum(*words, name=kind, native_enum=False, length=24)
    return sa.Column("state", names, nullable=False)


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        _state("surveystate", _SURVEY),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
    )
    op.create_index(op.f("ix_survey_state"), "survey", ["state"])
    op.create_table(
        "medium_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("medium_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        _state("lookstate", _LOOK),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("ranges", sa.JSON(), nullable=False),
        sa.Column("tried_in", sa.JSON(), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_medium_look_survey_id_survey")),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_medium_look_medium_id_medium")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium_look")),
    )
    for column in ("medium_id", "state", "survey_id"):
        op.create_index(op.f(f"ix_medium_look_{column}"), "medium_look", [column])
