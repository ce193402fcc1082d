"""The UUID in the label of a cartridge"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label_uuid", sa.String(36), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.drop_column("label_uuid")
