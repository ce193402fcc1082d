"""Cartridges that are written again from their beginning"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readmission",
        sa.Column("medium_id", sa.String(64), nullable=False),
        sa.Column("label_uuid", sa.String(36), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_readmission_medium_id_medium")),
        sa.PrimaryKeyConstraint("medium_id", name=op.f("pk_readmission")),
    )


def downgrade() -> None:
    op.drop_table("readmission")
