"""Cleanings of tape drives"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cleaning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("drive", sa.String(64), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("medium_id", sa.String(64), nullable=True),
        sa.Column("begun_at", sa.String(32), nullable=True),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("loads", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["drive"], ["drive.name"], name=op.f("fk_cleaning_drive_drive")),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_cleaning_medium_id_medium")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleaning")),
    )
    op.create_index(op.f("ix_cleaning_drive"), "cleaning", ["drive"])
    op.create_index(op.f("ix_cleaning_medium_id"), "cleaning", ["medium_id"])
    op.create_index(op.f("ix_cleaning_state"), "cleaning", ["state"])


def downgrade() -> None:
    op.drop_table("cleaning")
