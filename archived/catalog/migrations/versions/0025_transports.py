"""Media that leave their library and come back"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transport",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("to_library", sa.Text(), nullable=False),
        sa.Column("to_words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transport")),
    )
    op.create_table(
        "travel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transport_id", sa.String(16), nullable=False),
        sa.Column("medium_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("from_library", sa.Text(), nullable=False),
        sa.Column("from_element", sa.Integer(), nullable=True),
        sa.Column("from_words", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.String(32), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.String(32), nullable=True),
        sa.Column("arrived_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transport_id"], ["transport.id"], name=op.f("fk_travel_transport_id_transport")
        ),
        sa.ForeignKeyConstraint(["medium_id"], ["medium.id"], name=op.f("fk_travel_medium_id_medium")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel")),
    )
    op.create_index(op.f("ix_travel_transport_id"), "travel", ["transport_id"])
    op.create_index(op.f("ix_travel_medium_id"), "travel", ["medium_id"])
    op.create_index(op.f("ix_travel_state"), "travel", ["state"])


def downgrade() -> None:
    op.drop_table("travel")
    op.drop_table("transport")
