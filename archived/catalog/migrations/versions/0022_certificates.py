"""Certificates of what was destroyed"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificate",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("approval_id", sa.String(16), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["approval.id"], name=op.f("fk_certificate_approval_id_approval")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )


def downgrade() -> None:
    op.drop_table("certificate")
