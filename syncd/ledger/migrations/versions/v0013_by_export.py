"""Find the records of an export without looking at all the others."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("record_by_export", "record", ["export_id"])
