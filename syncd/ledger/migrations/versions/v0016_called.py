"""Remember what the configuration calls a library, for those that only then say who they are."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("library", sa.Column("called", sa.Text(), nullable=True))
