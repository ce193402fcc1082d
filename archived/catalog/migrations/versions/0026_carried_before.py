"""Images that carried a package before it was packed again"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carried_before",
        sa.Column("package_id", sa.String(24), nullable=False),
        sa.Column("image_id", sa.String(24), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("until", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["package_id"], ["package.id"], name=op.f("fk_carried_before_package_id_package")
        ),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_carried_before_image_id_image")),
        sa.PrimaryKeyConstraint("package_id", "image_id", name=op.f("pk_carried_before")),
    )
    op.create_index(op.f("ix_carried_before_image_id"), "carried_before", ["image_id"])


def downgrade() -> None:
    op.drop_table("carried_before")
