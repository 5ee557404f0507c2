"""Remember which source gave an item its fields, of when its export is, and what updates are for.

Of records that an older syncd read, the export is known to be no newer than its first look at it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("record", sa.Column("exported_at", sa.Text(), nullable=True))
    op.execute(
        sa.text(
            "UPDATE record SET exported_at = '<' || (SELECT first_seen_at FROM export"
            " WHERE export.export_id = record.export_id)"
        )
    )
    op.add_column("outbox", sa.Column("offer", sa.Text(), nullable=True))
    op.create_table(
        "field_source",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.library_id"]),
        sa.PrimaryKeyConstraint("library_id", "item_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
