"""What hot folders gave"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = (
    "taking",
    "deferred",
    "taken",
    "receipted",
    "archived",
    "removing",
    "removed",
    "kept",
    "refused",
    "rejected",
)


def upgrade() -> None:
    op.create_table(
        "hot_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, native_enum=False, length=24), nullable=False),
        sa.Column("drop", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.String(32), nullable=False),
        sa.Column("batch_id", sa.String(length=24), nullable=True),
        sa.Column("batch_number", sa.Integer(), nullable=True),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.Column("package_id", sa.String(length=24), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("refusal", sa.JSON(), nullable=True),
        sa.Column("rejected_as", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_hot_item_package_id_package")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hot_item")),
    )
    op.create_index(op.f("ix_hot_item_state"), "hot_item", ["state"])
    op.create_index(op.f("ix_hot_item_package_id"), "hot_item", ["package_id"])
    op.create_index("ix_hot_item_place", "hot_item", ["folder", "path"])


def downgrade() -> None:
    op.drop_table("hot_item")
