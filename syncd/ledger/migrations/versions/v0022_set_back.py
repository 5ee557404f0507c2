"""Note when an operation was sent for nothing, so that it keeps back none of those behind it."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("set_back_at", sa.Text(), nullable=True))
