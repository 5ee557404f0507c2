"""Remember what a record calls itself, and why nothing of an export could be used."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("record", sa.Column("title", sa.Text))
    op.add_column("delivery", sa.Column("unusable", sa.Text))
