"""Keep with what was sent by what the library finds it again, where it gives its own keys."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("note", sa.Text(), nullable=True))
