"""A ledger that an older syncd wrote is brought forward and used: what waited there is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from syncd.ledger.engine import LEDGER_FILE
from syncd.ledger.migrate import upgrade
from syncd.plan import Decision
from syncd.record import ItemKey
from syncd.sync.review import Answer
from tests.support.exports import scopus_record, title_of
from tests.support.house import House
from tests.support.runs import opened_ledger, opened_run

MADE, WAITS, SENT, REFUSED = (ItemKey(f"{name}2222") for name in ("MADE", "WAIT", "SENT", "REFU"))


def _data(number: int) -> dict[str, Any]:
    return {
        "itemType": "journalArticle",
        "title": title_of(number),
        "DOI": f"10.5555/invented.{number}",
        "tags": [],
        "collections": [],
    }


ROWS = (
    """INSERT INTO library (library_id, identity, title, cursor, foreign_version, mirrored_at)
    VALUES (1, 'memory:', 'memory', 1, 0, '2020-01-01T00:00:00.000Z')""",
    """INSERT INTO run (run_id, library_id, reason, started_at, counts)
    VALUES (1, 1, 'test', '2020-01-01T00:00:00.000Z', '{}')""",
    """INSERT INTO export (export_id, sha256, size, name, first_seen_at)
    VALUES (1, 'aa', 1, x'61', '2020-01-01T00:00:00.000Z')""",
)
RECORD = text(
    """INSERT INTO record (record_id, run_id, library_id, export_id, file, position, line, source,
    decision, reason, evidence, pointers, identity, item_key, outcome)
    VALUES (:id, 1, 1, 1, 'a.ris', :id, 1, 'scopus', :decision, 'new', '[]',
    '{"duplicate_of": null, "candidates": []}', :identity, :key, :outcome)"""
)
PROMISE = text(
    "INSERT INTO outbox (operation_id, library_id, run_id, record_id, kind, item_key, ordinal,"
    " base_version, planned_version, payload, mapping, reason, attempts, state) VALUES (:id, 1, 1,"
    " :id, :kind, :key, 0, :base, 1, :payload, 1, 'new', 0, :state)"
)
HOLD = text(
    "INSERT INTO hold (library_id, record_id, kind, question, reason, payload, held_at)"
    " VALUES (1, 4, 'refused', 'refused REFU2222', 'too long', :payload,"
    " '2020-01-01T00:00:00.000Z')"
)


@pytest.fixture(params=["0001", "0002", "0003"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A library, and a ledger of an older shape in which all sorts of things wait."""
    house = House(tmp_path)
    house.library.add(MADE, _data(1))
    (tmp_path / "state").mkdir()
    engine = create_engine(f"sqlite:///{tmp_path / 'state' / LEDGER_FILE}")
    upgrade(engine, None, request.param)
    with engine.begin() as connection:
        for statement in ROWS:
            connection.exec_driver_sql(statement)
        waiting = (
            (1, "collect", MADE, "collect", 1, {"collections": [], "tags": ["old"]}, "planned"),
            (2, "create", WAITS, "create", None, _data(2), "planned"),
            (3, "create", SENT, "create", None, _data(3), "sent"),
        )
        for number, decision, key, kind, base, payload, state in waiting:
            values = {"id": number, "key": key, "identity": "{}"}
            connection.execute(RECORD, {**values, "decision": decision, "outcome": "pending"})
            connection.execute(
                PROMISE,
                {**values, "kind": kind, "base": base, "payload": json.dumps(payload)}
                | {"state": state},
            )
        refused = {"id": 4, "key": REFUSED, "decision": "create", "outcome": "refused"}
        connection.execute(RECORD, {**refused, "identity": '{"doi": "10.5555/invented.4"}'})
        kept = {"operations": [[REFUSED, "create", _data(4), None]]}
        connection.execute(HOLD, {"payload": json.dumps(kept)})
    engine.dispose()
    yield house


def _outcomes(house: House) -> list[str]:
    with opened_ledger(house.root / "state") as ledger, ledger.read() as connection:
        query = "SELECT outcome FROM record ORDER BY record_id"
        return list(connection.exec_driver_sql(query).scalars())


@pytest.mark.parametrize("landed", [True, False])
def test_what_waited_in_an_older_ledger_is_done_once(house: House, landed: bool) -> None:
    if landed:
        house.library.add(SENT, _data(3))

    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        [held] = run.reviewer().held()
        assert held.data["title"] == title_of(4)
        run.reviewer().answer(held.hold_id, Answer.RETRY)
        run.push_pending()

    assert {item.key: item.data["title"] for item in house.works()} == {
        MADE: title_of(1),
        WAITS: title_of(2),
        SENT: title_of(3),
        REFUSED: title_of(4),
    }
    [made] = house.library.get([MADE])
    assert made.data["tags"] == [{"tag": "old"}]
    assert house.waiting() == []
    assert _outcomes(house) == ["accepted"] * 4


def test_a_record_that_comes_again_after_an_upgrade_is_known(house: House) -> None:
    [record] = house.drop(scopus_record(2))

    # The older syncd had written less of it than the record says.
    assert (record.decision, record.item_key) == (Decision.UPDATE, WAITS)
