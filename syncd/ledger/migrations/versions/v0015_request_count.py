"""Count how often libraries were asked over the network."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "request_count",
        sa.Column(
            "library_id", sa.Integer(), sa.ForeignKey("library.library_id"), primary_key=True
        ),
        sa.Column("status", sa.Text(), primary_key=True),
        sa.Column("times", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
