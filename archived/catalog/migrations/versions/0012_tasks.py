"""Tasks for people"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("medium_id", sa.String(64), nullable=False),
        sa.Column("from_library", sa.Text(), nullable=False),
        sa.Column("from_element", sa.Integer(), nullable=True),
        sa.Column("from_words", sa.Text(), nullable=False),
        sa.Column("to_library", sa.Text(), nullable=False),
        sa.Column("to_element", sa.Integer(), nullable=True),
        sa.Column("to_words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("due_at", sa.String(32), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.String(32), nullable=True),
        sa.Column("ready_at", sa.String(32), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("confirmed_how", sa.Text(), nullable=False),
        sa.Column("confirmed_value", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("contradictions", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("move_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_task_medium_id_medium")),
        sa.ForeignKeyConstraint(["move_id"], ["move.id"], name=op.f("fk_task_move_id_move")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_medium_id"), "task", ["medium_id"])
    op.create_index(op.f("ix_task_settled_at"), "task", ["settled_at"])
    op.create_index(op.f("ix_task_state"), "task", ["state"])


def downgrade() -> None:
    op.drop_table("task")
