"""Care runs and their items"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "care_run",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.String(32), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_run")),
    )
    op.create_index(op.f("ix_care_run_kind"), "care_run", ["kind"])
    op.create_index(op.f("ix_care_run_state"), "care_run", ["state"])
    op.create_table(
        "care_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(24), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("medium_id", sa.String(64), nullable=True),
        sa.Column("image_id", sa.String(24), nullable=True),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.String(32), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("tried_in", sa.JSON(), nullable=False),
        sa.Column("finding", sa.JSON(), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["care_run.id"], name=op.f("fk_care_item_run_id_care_run")),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_care_item_medium_id_medium")),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_care_item_image_id_image")),
        sa.ForeignKeyConstraint(["copy_id"], ["copy.id"], name=op.f("fk_care_item_copy_id_copy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_item")),
    )
    for column in ("run_id", "state", "medium_id", "image_id", "copy_id"):
        op.create_index(op.f(f"ix_care_item_{column}"), "care_item", [column])


def downgrade() -> None:
    op.drop_table("care_item")
    op.drop_table("care_run")
