"""Keep what a library has to tell people."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("library", sa.Column("notices", sa.Text(), nullable=True))
