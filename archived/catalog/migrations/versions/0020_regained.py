"""Images that are brought back into staging by recalls of our own"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recall", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(16), nullable=False, server_default="recall"))
        batch_op.create_index(batch_op.f("ix_recall_purpose"), ["purpose"], unique=False)
    op.create_table(
        "regained",
        sa.Column("image_id", sa.String(24), nullable=False),
        sa.Column("wanted_at", sa.String(32), nullable=False),
        sa.Column("recall_id", sa.String(24), nullable=True),
        sa.Column("ready_at", sa.String(32), nullable=True),
        sa.Column("bytes_read", sa.BigInteger(), nullable=False),
        sa.Column("bytes_needed", sa.BigInteger(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_regained_image_id_image")),
        sa.ForeignKeyConstraint(["recall_id"], ["recall.id"], name=op.f("fk_regained_recall_id_recall")),
        sa.PrimaryKeyConstraint("image_id", name=op.f("pk_regained")),
    )
    op.create_table(
        "regained_want",
        sa.Column("image_id", sa.String(24), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=op.f("fk_regained_want_image_id_image")),
        sa.PrimaryKeyConstraint("image_id", "who", name=op.f("pk_regained_want")),
    )


def downgrade() -> None:
    op.drop_table("regained_want")
    op.drop_table("regained")
    with op.batch_alter_table("recall", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recall_purpose"))
        batch_op.drop_column("purpose")
