"""Magazines as things of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cage",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("library", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("rfid_uid", sa.String(64), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cage")),
    )
    op.create_index(op.f("ix_cage_state"), "cage", ["state"])
    op.create_index(op.f("ix_cage_rfid_uid"), "cage", ["rfid_uid"], unique=True)


def downgrade() -> None:
    op.drop_table("cage")
