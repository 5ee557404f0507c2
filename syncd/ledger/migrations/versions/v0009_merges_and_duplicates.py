"""Remember which items replace others, and which are one work twice, instead of finding out anew.

What replaces what is read from the items themselves, so every item is read again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index("item_by_state", "item", ["library_id", "state"])
    op.create_table(
        "replacement",
        _library(),
        sa.Column("survivor_key", sa.Text(), primary_key=True),
        sa.Column("item_key", sa.Text(), primary_key=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("replacement_by_item", "replacement", ["library_id", "item_key"])
    op.create_table(
        "duplicate",
        _library(),
        sa.Column("one", sa.Text(), primary_key=True),
        sa.Column("other", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("duplicate_by_other", "duplicate", ["library_id", "other"])
    op.create_table(
        "unpaired",
        _library(),
        sa.Column("item_key", sa.Text(), primary_key=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(sa.text("UPDATE library SET cursor = 0, mirrored_at = NULL"))
    op.execute(sa.text("UPDATE item SET version = -1 WHERE state != 'deleted'"))
    op.execute(
        sa.text(
            "INSERT INTO unpaired (library_id, item_key)"
            " SELECT library_id, item_key FROM item WHERE features IS NOT NULL"
        )
    )


def _library() -> sa.Column[int]:
    known = sa.ForeignKey("library.library_id")
    return sa.Column("library_id", sa.Integer(), known, primary_key=True)
