"""A ledger brought forward by migrations is the same as one made new."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, text

from syncd.ledger import browse, history, outbox
from syncd.ledger.engine import LEDGER_FILE, SCHEMA_REVISION, open_engine
from syncd.ledger.history import Base
from syncd.ledger.migrate import upgrade
from syncd.ledger.operations import dump_operation
from syncd.ledger.tables import metadata
from syncd.library import (
    CollectionKey,
    Create,
    CreateCollection,
    FileToStore,
    Operation,
    StoreFile,
)
from syncd.record import ItemKey
from tests.support.runs import opened_ledger


def _shape(engine: Engine) -> dict[str, object]:
    """Return everything about the tables that a query could notice."""
    found = inspect(engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)],
            found.get_pk_constraint(table)["constrained_columns"],
            sorted(str(key["referred_table"]) for key in found.get_foreign_keys(table)),
            sorted(str(index["column_names"]) for index in found.get_indexes(table)),
            sorted(str(c["column_names"]) for c in found.get_unique_constraints(table)),
        )
        for table in sorted(found.get_table_names())
    }


def _options(engine: Engine) -> dict[str, str]:
    """Return, by table, what stands behind its columns: STRICT, WITHOUT ROWID."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        return {name: sql.rsplit(")", 1)[1].strip() for name, sql in rows if sql}


def test_both_roads_end_at_the_same_schema(tmp_path: Path) -> None:
    made = open_engine("", tmp_path / "made")
    (tmp_path / "migrated").mkdir()
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated' / LEDGER_FILE}")

    upgrade(migrated, None)

    assert _shape(migrated) == _shape(made)
    options = _options(migrated)
    assert {k: v for k, v in options.items() if k in metadata.tables} == {
        k: v for k, v in _options(made).items() if k in metadata.tables
    }
    made.dispose()
    migrated.dispose()


def test_a_migrated_ledger_carries_the_newest_revision(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / LEDGER_FILE}")
    upgrade(engine, None)
    engine.dispose()

    opened = open_engine("", tmp_path)

    with opened.connect() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert revision == SCHEMA_REVISION
    opened.dispose()


def test_a_copy_is_kept_before_a_ledger_is_migrated(tmp_path: Path) -> None:
    engine = open_engine("", tmp_path)

    upgrade(engine, SCHEMA_REVISION)

    assert (tmp_path / f"{LEDGER_FILE}.schema-{SCHEMA_REVISION}").stat().st_size > 0
    engine.dispose()


def test_a_ledger_of_the_first_shape_keeps_what_it_knows(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / LEDGER_FILE}")
    upgrade(engine, None, "0001")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO library (library_id, identity, title, cursor, foreign_version)"
                " VALUES (1, 'file:/somewhere', 'Shelf', 7, 3)"
            )
        )
        connection.execute(
            text("INSERT INTO placement VALUES (1, 'ABCD2345', 'tag', 'to read')"),
        )
    engine.dispose()

    opened = open_engine("", tmp_path)

    with opened.connect() as connection:
        places = connection.execute(text("SELECT * FROM placement")).all()
        cursors = connection.execute(text("SELECT cursor, foreign_version FROM library")).all()
    opened.dispose()
    assert places == [(1, "ABCD2345", "tag", "to read", None)]
    # Every item is read again, for what is compared of it says more than it did.
    assert cursors == [(0, 3)]
    assert (tmp_path / f"{LEDGER_FILE}.schema-0001").is_file()


_OLDER = """
INSERT INTO library (library_id, identity, title, cursor, foreign_version)
VALUES (1, 'file:/somewhere', 'Shelf', 7, 3);
INSERT INTO run (run_id, library_id, reason, started_at, counts)
VALUES (1, 1, 'test', '2020-01-01T00:00:00.000Z', '{}');
INSERT INTO export (export_id, sha256, size, name, first_seen_at)
VALUES (1, 'aa', 1, x'61', '2020-01-01T00:00:00.000Z')
""".split(";")
_RECORD = """
INSERT INTO record (run_id, library_id, export_id, file, position, line, source, decision, reason,
    evidence, pointers, identity, title)
VALUES (1, 1, 1, 'a.ris', 1, 1, 'scopus', 'skip', 'new', '[]',
    '{"duplicate_of": null, "candidates": []}', '{"doi": "10.5555/x"}', ?)
"""


def test_records_of_an_older_ledger_are_found_too(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / LEDGER_FILE}")
    upgrade(engine, None, "0013")
    with engine.begin() as connection:
        for statement in _OLDER:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(_RECORD, [("Of Mosses",), (None,)])
    engine.dispose()

    opened = open_engine("", tmp_path)

    with opened.connect() as connection:
        found = browse.search_records(connection, "mosses")
        by_doi = browse.search_records(connection, "10.5555/X")
    opened.dispose()
    assert ([each.record_id for each in found], len(by_doi)) == ([1], 2)


def test_items_stay_what_an_older_ledger_says_that_syncd_wrote(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / LEDGER_FILE}")
    upgrade(engine, None, "0020")
    written = zlib.compress(b'{"title": "Of Mosses"}')
    with engine.begin() as connection:
        for statement in _OLDER:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE library SET known_as = identity")
        connection.exec_driver_sql(
            "INSERT INTO base (library_id, item_key, version, data, run_id)"
            " VALUES (1, 'ABCD2345', 7, ?, 1)",
            (written,),
        )
        connection.exec_driver_sql(
            "INSERT INTO done (library_id, run_id, kind, item_key, outcome, written, done_at)"
            " VALUES (1, 1, 'create', 'ABCD2345', 'accepted', ?, '2020-01-01T00:00:00.000Z')",
            (written,),
        )
    engine.dispose()

    with opened_ledger(tmp_path) as ledger:
        known = ledger.find_library("file:/somewhere")
        assert known is not None
        with known.read() as tx:
            bases = history.find_bases(tx, ["ABCD2345"])
            [done] = history.done_to_items(tx, ["ABCD2345"])

    assert bases == {"ABCD2345": Base("ABCD2345", 1, 7, {"title": "Of Mosses"})}
    assert done.operation == Create(ItemKey("ABCD2345"), {"title": "Of Mosses"})


def test_what_waits_in_an_older_ledger_waits_in_its_order(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / LEDGER_FILE}")
    upgrade(engine, None, "0022")
    waiting: tuple[Operation, ...] = (
        StoreFile(ItemKey("FILE2222"), FileToStore("/drop", "a.pdf", 1, 1, 1, "aa")),
        Create(ItemKey("WORK2222"), {"title": "Of Mosses"}),
        CreateCollection(CollectionKey("SHLF2222"), "Shelf"),
    )
    with engine.begin() as connection:
        for statement in _OLDER:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE library SET known_as = identity")
        for row in map(dump_operation, waiting):
            connection.exec_driver_sql(
                "INSERT INTO outbox (library_id, run_id, kind, item_key, ordinal, planned_version,"
                " payload, mapping, reason, attempts, state, features)"
                " VALUES (1, 1, ?, ?, 0, 7, ?, 1, 'new', 0, 'planned', x'0102')",
                (row.kind, row.item_key, json.dumps(dict(row.payload))),
            )
    engine.dispose()

    with opened_ledger(tmp_path) as ledger:
        known = ledger.find_library("file:/somewhere")
        assert known is not None
        with known.read() as tx:
            found = list(outbox.next_planned(tx, 9, []))

    assert [each.operation for each in found] == [waiting[2], waiting[1], waiting[0]]
    assert [(each.operation_id, each.features) for each in found] == [
        (3, b"\x01\x02"),
        (2, b"\x01\x02"),
        (1, b"\x01\x02"),
    ]
