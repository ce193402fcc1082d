"""What is open in one hot folder, without reading all that it ever gave"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_hot_item_folder_state", "hot_item", ["folder", "state"])


def downgrade() -> None:
    op.drop_index("ix_hot_item_folder_state", table_name="hot_item")
