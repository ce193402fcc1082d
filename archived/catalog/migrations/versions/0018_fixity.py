"""Checks of what is kept"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fixity_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("medium_id", sa.String(64), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("parts_total", sa.Integer(), nullable=False),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("bad", sa.JSON(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("drive", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_fixity_check_copy_id_copy")),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_fixity_check_medium_id_medium")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixity_check")),
    )
    for column in ("subject", "outcome", "copy_id", "medium_id"):
        op.create_index(op.f(f"ix_fixity_check_{column}"), "fixity_check", [column])


def downgrade() -> None:
    op.drop_table("fixity_check")
