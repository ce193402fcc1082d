"""What media were bought for, of whom and when"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchase",
        sa.Column("medium_id", sa.String(64), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("bought_at", sa.String(10), nullable=True),
        sa.Column("registered_by", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_purchase_medium_id_medium")),
        sa.PrimaryKeyConstraint("medium_id", name=op.f("pk_purchase")),
    )


def downgrade() -> None:
    op.drop_table("purchase")
