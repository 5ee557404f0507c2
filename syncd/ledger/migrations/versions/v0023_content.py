"""Keep what is large of an operation apart from what is written again and again.

With it comes when the turn of each operation is, so that the next ones are found without looking
at all that wait.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    # Set aside first: while the table is made anew nothing may refer to its rows.
    op.execute(
        sa.text(
            "CREATE TABLE outbox_aside AS"
            " SELECT operation_id, library_id, payload, offer, before, features FROM outbox"
        )
    )
    op.drop_index("outbox_by_library", "outbox")
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_strict": True}) as outbox:
        for name in ("payload", "offer", "before", "features"):
            outbox.drop_column(name)
        outbox.add_column(sa.Column("phase", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        sa.text(
            "UPDATE outbox SET phase = CASE kind WHEN 'store_file' THEN 2 ELSE 0 END"
            " WHERE kind IN ('store_file', 'create_collection', 'restore_collection')"
        )
    )
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_strict": True}) as outbox:
        outbox.alter_column("phase", server_default=None)
    op.create_index("outbox_by_library", "outbox", ["library_id", "state", "phase", "operation_id"])
    _create_content()
    op.execute(
        sa.text(
            "INSERT INTO outbox_content"
            " (operation_id, library_id, payload, offer, before, features)"
            " SELECT operation_id, library_id, payload, offer, before, features FROM outbox_aside"
        )
    )
    op.drop_table("outbox_aside")


def _create_content() -> None:
    operation = sa.ForeignKey("outbox.operation_id")
    op.create_table(
        "outbox_content",
        sa.Column("operation_id", sa.Integer(), operation, primary_key=True),
        sa.Column("library_id", sa.Integer(), sa.ForeignKey("library.library_id"), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("offer", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("features", sa.LargeBinary(), nullable=True),
        sqlite_strict=True,
    )
