"""Find records by words and identifiers, and open questions without the answered ones."""

import sqlalchemy as sa
from alembic import op

from syncd.ledger.journal import read_identity
from syncd.ledger.searching import text_of

revision = "0014"
down_revision = "0013"

_AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "search_text",
        sa.Column("record_id", sa.Integer(), sa.ForeignKey("record.record_id"), primary_key=True),
        sa.Column("library_id", sa.Integer(), sa.ForeignKey("library.library_id"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    op.create_index("hold_by_answer", "hold", ["answer", "hold_id"])
    op.create_index("hold_by_library", "hold", ["library_id", "answer"])
    connection, last = op.get_bind(), 0
    while rows := connection.execute(_RECORDS, {"last": last, "most": _AT_ONCE}).all():
        last = rows[-1].record_id
        connection.execute(
            _ADD,
            [
                {
                    "record_id": row.record_id,
                    "library_id": row.library_id,
                    "text": text_of(row.title, read_identity(row.identity)),
                }
                for row in rows
            ],
        )


_RECORDS = sa.text(
    "SELECT record_id, library_id, title, identity FROM record"
    " WHERE record_id > :last ORDER BY record_id LIMIT :most"
)
_ADD = sa.text(
    "INSERT INTO search_text (record_id, library_id, text) VALUES (:record_id, :library_id, :text)"
)
