"""Keep what an item was made of once: the item as last written refers to what was done."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_COPY = sa.text(
    "INSERT INTO base (library_id, item_key, version, data, run_id)"
    " SELECT library_id, item_key, version, data, run_id FROM base_before"
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("base", "data", nullable=True)
        return
    # SQLite lets go of NOT NULL only with the whole table.
    op.rename_table("base", "base_before")
    op.create_table(
        "base",
        sa.Column(
            "library_id", sa.Integer(), sa.ForeignKey("library.library_id"), primary_key=True
        ),
        sa.Column("item_key", sa.Text(), primary_key=True),
        sa.Column("version", _BIG, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("run.run_id"), nullable=False),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(_COPY)
    op.drop_table("base_before")
