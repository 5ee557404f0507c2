"""Read every item again: what is compared of a work says more than it did.

Works that were deleted keep what is known of them, since no library could tell it again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # A version that no item has makes each of them news; that nothing was looked at before keeps
    # them from being told as changed by others.
    op.execute(sa.text("UPDATE library SET cursor = 0, mirrored_at = NULL"))
    op.execute(sa.text("UPDATE item SET version = -1, features = NULL WHERE state != 'deleted'"))
