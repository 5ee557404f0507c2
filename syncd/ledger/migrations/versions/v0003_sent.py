"""Note who sent an operation and when, and against which version a done one was planned."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("sent_at", sa.Text(), nullable=True))
    op.create_index("outbox_by_item", "outbox", ["library_id", "item_key"])
    op.add_column("done", sa.Column("base_version", _BIG, nullable=True))
