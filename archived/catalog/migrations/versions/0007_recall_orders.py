"""Recalls in orders, of byte ranges, in a recall area with a limit"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recall", schema=None) as batch_op:
        batch_op.add_column(sa.Column("order_id", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("order_key", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("pieces", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("area_bytes", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("ready_at", sa.String(32), nullable=True))
        batch_op.create_index(batch_op.f("ix_recall_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recall_order_key"), ["order_key"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recall", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recall_order_key"))
        batch_op.drop_index(batch_op.f("ix_recall_order_id"))
        for name in ("ready_at", "area_bytes", "pieces", "order_key", "order_id"):
            batch_op.drop_column(name)
