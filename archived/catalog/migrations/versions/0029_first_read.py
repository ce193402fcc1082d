"""When the first of what a check compared was read"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fixity_check", schema=None) as batch_op:
        batch_op.add_column(sa.Column("begun_at", sa.String(32), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("fixity_check", schema=None) as batch_op:
        batch_op.drop_column("begun_at")
