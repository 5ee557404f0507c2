"""The first shape of the ledger.

A new ledger is made by `tables` and never by this. It stands here for later migrations to
follow, and so that a test can prove that both roads end at the same schema.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("export_id"),
        sa.UniqueConstraint("sha256"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "library",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "foreign_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("mirrored_at", sa.Text(), nullable=True),
        sa.Column("reconciled_at", sa.Text(), nullable=True),
        sa.Column("not_before", sa.Text(), nullable=True),
        sa.Column("paused", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("library_id"),
        sa.UniqueConstraint("identity"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "answer",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("library_id", "one", "other"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "block",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("block", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("library_id", "block", "item_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identifier",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("alias", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("library_id", "kind", "value", "item_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_by_run", sa.Integer(), nullable=True),
        sa.Column("collections", sa.Text(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("library_id", "item_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("library_id", "item_key", "features"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "placement",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("library_id", "item_key", "kind", "value"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("run_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "shared_doi",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("doi", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.PrimaryKeyConstraint("library_id", "doi"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery",
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["export.export_id"],
        ),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.run_id"],
        ),
        sa.PrimaryKeyConstraint("export_id", "library_id", "folder"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "record",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("pointers", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("entry", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["export.export_id"],
        ),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.run_id"],
        ),
        sa.PrimaryKeyConstraint("record_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("record_by_item", "record", ["library_id", "item_key"], unique=False)
    op.create_index("record_by_run", "record", ["run_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("held_at", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["record.record_id"],
        ),
        sa.PrimaryKeyConstraint("hold_id"),
        sa.UniqueConstraint("library_id", "question"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "outbox",
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column(
            "base_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "planned_version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"],
            ["library.library_id"],
        ),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["record.record_id"],
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["run.run_id"],
        ),
        sa.PrimaryKeyConstraint("operation_id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "outbox_by_library", "outbox", ["library_id", "state", "operation_id"], unique=False
    )
