"""Remember which works the names in answers stand for, so that they can be found again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "answered_work",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["library_id"], ["library.library_id"]),
        sa.PrimaryKeyConstraint("library_id", "name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
