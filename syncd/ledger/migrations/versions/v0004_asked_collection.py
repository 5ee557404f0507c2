"""Remember which collection answers to what a folder asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "asked_collection",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("collection_key", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.library_id"]),
        sa.PrimaryKeyConstraint("library_id", "path", "collection_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
