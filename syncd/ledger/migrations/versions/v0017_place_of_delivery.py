"""Remember in which directory an export lay: below its drop folder, perhaps."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("place", sa.LargeBinary(), nullable=True))
