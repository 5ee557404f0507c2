"""Note with a delivery what was odd about the export, beside the records that could be used."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("problems", sa.Text(), nullable=True))
