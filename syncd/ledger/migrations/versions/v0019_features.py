"""Keep with a work to be made what it is compared by, which is found out when it is planned."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("features", sa.LargeBinary(), nullable=True))
