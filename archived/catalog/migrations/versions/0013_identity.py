"""What media are known by, and cases of witnesses that disagree"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _as_on_disc(text: str) -> str:
    """Cut as UDF cuts a volume id: 126 characters of Latin-1, else 63 of UTF-16."""
    while len(text) > 126 or (len(text.encode("utf-16-be")) > 126 and any(ord(c) > 255 for c in text)):
        text = text[:-1]
    return text


def upgrade() -> None:
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rfid_uid", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("printed_label", sa.String(64), nullable=True))
        batch_op.add_column(sa.Column("volume_id", sa.String(128), nullable=True))
        batch_op.add_column(sa.Column("seen_by", sa.Text(), nullable=False, server_default=""))
    op.create_index(op.f("ix_medium_rfid_uid"), "medium", ["rfid_uid"], unique=True)
    # What was written says which volume id stands on its disc.
    op.execute(
        "UPDATE medium SET volume_id = (SELECT NULLIF(image.label, '') FROM copy JOIN image ON image.id = "
        "copy.image_id WHERE copy.medium_id = medium.id AND copy.tape_file IS NULL AND copy.state IN "
        "('written', 'verifying', 'verified', 'suspect', 'found') ORDER BY copy.id DESC LIMIT 1) "
        "WHERE kind NOT LIKE 'lto%'"
    )
    rows = (
        op.get_bind().execute(sa.text("SELECT id, volume_id FROM medium WHERE length(volume_id) > 60")).all()
    )
    for medium_id, text in rows:
        changes = {"id": medium_id, "text": _as_on_disc(text)}
        op.get_bind().execute(sa.text("UPDATE medium SET volume_id = :text WHERE id = :id"), changes)
    op.create_table(
        "case",
        sa.Column("id", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("library", sa.Text(), nullable=True),
        sa.Column("elements", sa.JSON(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("witnesses", sa.JSON(), nullable=False),
        sa.Column("to_do", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.String(32), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("medium_is", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
    )
    op.create_index(op.f("ix_case_state"), "case", ["state"])


def downgrade() -> None:
    op.drop_table("case")
    op.drop_index(op.f("ix_medium_rfid_uid"), "medium")
    with op.batch_alter_table("medium", schema=None) as batch_op:
        batch_op.drop_column("seen_by")
        batch_op.drop_column("volume_id")
        batch_op.drop_column("printed_label")
        batch_op.drop_column("rfid_uid")
