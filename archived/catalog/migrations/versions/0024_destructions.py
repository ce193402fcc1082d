"""Destructions, and sets that protect anew what survives"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destruction",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.String(32), nullable=False),
        sa.Column("packages", sa.JSON(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("given_up_at", sa.String(32), nullable=True),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("certificate", sa.JSON(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )
    op.create_index(op.f("ix_destruction_state"), "destruction", ["state"])
    op.create_table(
        "generation",
        sa.Column("image_id", sa.String(24), nullable=False),
        sa.Column("set_id", sa.String(8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.String(32), nullable=False),
        sa.Column("joined_at", sa.String(32), nullable=True),
        sa.Column("left_at", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_generation_image_id_image")),
        sa.ForeignKeyConstraint(
            ["set_id"], ["protection_set.id"], name=op.f("fk_generation_set_id_protection_set")
        ),
        sa.PrimaryKeyConstraint("image_id", "set_id", name=op.f("pk_generation")),
    )
    op.create_index(op.f("ix_generation_set_id"), "generation", ["set_id"])
    with op.batch_alter_table("image") as batch:
        batch.add_column(sa.Column("carved", sa.String(64), nullable=False, server_default=""))
        batch.create_index(op.f("ix_image_carved"), ["carved"])
    with op.batch_alter_table("protection_set") as batch:
        batch.add_column(sa.Column("replaces", sa.String(8), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("protection_set") as batch:
        batch.drop_column("replaces")
    with op.batch_alter_table("image") as batch:
        batch.drop_index(op.f("ix_image_carved"))
        batch.drop_column("carved")
    op.drop_table("generation")
    op.drop_table("destruction")
