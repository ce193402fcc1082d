"""What was seen of media, and how their states changed"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("medium_id", sa.String(64), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("drive", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_health_entry_medium_id_medium")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_entry")),
    )
    op.create_index(op.f("ix_health_entry_medium_id_what_at"), "health_entry", ["medium_id", "what", "at"])
    op.create_table(
        "medium_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("medium_id", sa.String(64), nullable=False),
        sa.Column("at", sa.String(32), nullable=True),
        sa.Column("before", sa.String(24), nullable=True),
        sa.Column("event", sa.String(24), nullable=True),
        sa.Column("after", sa.String(24), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["medium_id"], ["medium.id"], name=op.f("fk_medium_history_medium_id_medium")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medium_history")),
    )
    op.create_index(op.f("ix_medium_history_medium_id"), "medium_history", ["medium_id"])


def downgrade() -> None:
    op.drop_table("medium_history")
    op.drop_table("health_entry")
