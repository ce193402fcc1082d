"""Where parity.bin begins on a copy whose image got a new wrapper since"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("payload_offset", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("copy", schema=None) as batch_op:
        batch_op.drop_column("payload_offset")
