"""Bring a ledger that an older syncd wrote to today's shape; refuse one that a newer one wrote."""

from __future__ import annotations

import shutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from syncd.errors import LedgerError


def upgrade(engine: Engine, revision: str | None, target: str = "head") -> None:
    """Run the migrations from `revision` (None: the first) to `target`, keeping a copy first.

    Raises `LedgerError` if `revision` is none of ours, which is what a newer syncd leaves.
    """
    config = _config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise LedgerError(
            f"{engine.url.database}: written by a newer syncd (schema {revision}); "
            "upgrade syncd, or use another state directory"
        )
    if revision is not None:
        _keep_copy(engine, revision)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, target)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _keep_copy(engine: Engine, revision: str) -> None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    path = Path(engine.url.database)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy2(path, path.with_name(f"{path.name}.schema-{revision}"))
