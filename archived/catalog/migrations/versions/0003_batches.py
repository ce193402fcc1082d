"""Batches of submissions"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("single", "list", "tree", "hot folder", name="batchkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("list_sha256", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_asked"), ["asked"], unique=False)
    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.String(length=24), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("volume", "list", name="itemrole", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "not_taken",
                "refused",
                "accepted",
                "repeated",
                name="itemstate",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("fonds", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("volume", sa.Text(), nullable=False),
        sa.Column("package_id", sa.String(length=24), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("tried_at", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id_batch")),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_batch_item_package_id_package")
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("pk_batch_item")),
    )
    with op.batch_alter_table("batch_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_item_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_item_package_id"), ["package_id"], unique=False)


def downgrade() -> None:
    op.drop_table("batch_item")
    op.drop_table("batch")
