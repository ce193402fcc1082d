"""Holds, and the media that they cover"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.String(32), nullable=False),
        sa.Column("released_at", sa.String(32), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_table(
        "hold_medium",
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("medium_id", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("looked_at", sa.String(32), nullable=True),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_medium_hold_id")),
        sa.PrimaryKeyConstraint("hold_id", "medium_id", name=op.f("pk_hold_medium")),
    )


def downgrade() -> None:
    op.drop_table("hold_medium")
    op.drop_table("hold")
