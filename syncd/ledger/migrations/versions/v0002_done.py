"""Keep operations after their outcome, what syncd last wrote to each item, and which run filed it.

What an older syncd did is not made up: its items have no `base`, and its placements no run.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("placement", sa.Column("run_id", sa.Integer(), nullable=True))
    op.create_table(
        "done",
        sa.Column("done_id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version", _BIG, nullable=True),
        sa.Column("written", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("done_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.library_id"]),
        sa.ForeignKeyConstraint(["record_id"], ["record.record_id"]),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"]),
        sa.PrimaryKeyConstraint("done_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("done_by_item", "done", ["library_id", "item_key"])
    op.create_index("done_by_run", "done", ["run_id"])
    op.create_table(
        "base",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("version", _BIG, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.library_id"]),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"]),
        sa.PrimaryKeyConstraint("library_id", "item_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
