"""Cartridges: what is used of them, and where on them a copy lies"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.add_column(sa.Column("used_bytes", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pool", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("tape_file", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("first_block", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("block_bytes", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("copy", schema=None) as batch_op:
        for name in ("block_bytes", "first_block", "tape_file", "pool"):
            batch_op.drop_column(name)
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.drop_column("used_bytes")
