"""Remember what the configuration calls a library, and by which adapter it was met."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("library", sa.Column("called", sa.Text(), nullable=True))
    op.add_column("library", sa.Column("adapter", sa.Text(), nullable=True))
