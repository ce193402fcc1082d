"""Alarms, their history, and what was told of them"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attention") as table:
        table.add_column(sa.Column("level", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attention_id", sa.String(96), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("safe", sa.Text(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.String(32), nullable=False),
        sa.Column("before", sa.String(32), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("worse_at", sa.String(32), nullable=True),
        sa.Column("recovered_at", sa.String(32), nullable=True),
        sa.Column("acked_at", sa.String(32), nullable=True),
        sa.Column("acked_by", sa.Text(), nullable=False),
        sa.Column("ack_reason", sa.Text(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_alarm_attention_id"), "alarm", ["attention_id"])
    op.create_index(op.f("ix_alarm_settled"), "alarm", ["settled"])
    op.create_table(
        "attention_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("attention_id", sa.String(96), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_attention_event_alarm_id_alarm")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attention_event")),
    )
    op.create_index(op.f("ix_attention_event_alarm_id"), "attention_event", ["alarm_id"])
    op.create_index(op.f("ix_attention_event_attention_id"), "attention_event", ["attention_id"])
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hook", sa.String(64), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String(32), nullable=True),
        sa.Column("ended_at", sa.String(32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_hook"), "alert", ["hook"])
    op.create_index(op.f("ix_alert_state"), "alert", ["state"])
    op.create_table(
        "alert_item",
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_alert_item_alarm_id_alarm")),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_item_alert_id_alert")),
        sa.PrimaryKeyConstraint("alert_id", "alarm_id", name=op.f("pk_alert_item")),
    )
    op.create_index(op.f("ix_alert_item_alarm_id"), "alert_item", ["alarm_id"])


def downgrade() -> None:
    for table in ("alert_item", "alert", "attention_event", "alarm"):
        op.drop_table(table)
    with op.batch_alter_table("attention") as change:
        change.drop_column("level")
