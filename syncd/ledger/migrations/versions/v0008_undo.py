"""Know what hangs below an item, since when one is removed, and what a run takes back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("item", sa.Column("parent", sa.Text(), nullable=True))
    op.create_index("item_by_parent", "item", ["library_id", "parent"])
    op.add_column("run", sa.Column("undoes", sa.Integer(), nullable=True))
    op.create_index("run_by_undone", "run", ["undoes"])
    op.add_column("outbox", sa.Column("before", sa.Text(), nullable=True))
    op.create_table(
        "removal",
        sa.Column(
            "library_id", sa.Integer(), sa.ForeignKey("library.library_id"), primary_key=True
        ),
        sa.Column("item_key", sa.Text(), primary_key=True),
        sa.Column("removed_at", sa.Text(), nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "taken_back",
        sa.Column(
            "library_id", sa.Integer(), sa.ForeignKey("library.library_id"), primary_key=True
        ),
        sa.Column("item_key", sa.Text(), primary_key=True),
        sa.Column("field", sa.Text(), primary_key=True),
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("run.run_id"), nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    # Notes and attachments are read again, to learn what they hang below: a version that no item
    # has makes them news, and that nothing was looked at before keeps them from being told as
    # changed by others.
    op.execute(sa.text("UPDATE library SET cursor = 0, mirrored_at = NULL"))
    op.execute(
        sa.text("UPDATE item SET version = -1 WHERE features IS NULL AND state != 'deleted'")
    )
