"""What `once` would do, found out without changing anything.

The ledger is copied and the copy follows the library; the library itself is only read. Without a
library at all, files are compared with each other only.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from syncd.errors import LedgerError
from syncd.ledger.engine import LEDGER_FILE
from syncd.matching import Known, Policy, Verdict, resolve
from syncd.plan import Plan, PlannedRecord
from syncd.schema import Schema
from syncd.sync.intake import Delivery, Intake, Tools, read_deliveries, with_rejections
from syncd.sync.lookup import OfflineLookup
from syncd.sync.planner import make_intents


@contextmanager
def copied_state(state: Path) -> Iterator[Path]:
    """Provide a state directory that starts as a copy of the ledger in `state` and then goes."""
    with TemporaryDirectory(prefix="syncd-plan-") as name:
        copy = Path(name)
        ledger = state / LEDGER_FILE
        if ledger.exists():
            _copy_database(ledger, copy / LEDGER_FILE)
        cache = state / "cache"
        if cache.is_dir():
            shutil.copytree(cache, copy / "cache")
        yield copy


def _copy_database(source: Path, target: Path) -> None:
    # SQLite's own backup sees what a running daemon has committed, journal included.
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        try:
            old.backup(new)
        except sqlite3.Error as error:
            raise LedgerError(f"{source} cannot be read: {error}") from error


class _NothingKnown:
    """`matching.KnownWorks` of no library."""

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Sequence[Known]]:
        return {}

    def by_blocks(self, keys: Collection[int]) -> dict[int, Sequence[Known]]:
        return {}

    def shared_dois(self, dois: Collection[str]) -> set[str]:
        return set()

    def answer(self, one: str, other: str) -> Verdict | None:
        return None


def plan_offline(
    deliveries: Sequence[Delivery], schema: Schema, keep_notes: Collection[str]
) -> tuple[Plan, Intake]:
    """Plan as for an empty library; no record gets an item key, because there is no library."""
    reading = read_deliveries(deliveries, Tools(schema, keep_notes))
    citations = [record.citation for record in reading.incoming]
    rulings = resolve(citations, _NothingKnown(), Policy())
    intents = with_rejections(make_intents(reading.incoming, rulings, OfflineLookup()), reading)
    return Plan([without_keys(intent.planned) for intent in intents]), reading


def without_keys(planned: PlannedRecord) -> PlannedRecord:
    """Return the decision without the keys that stood for works within the plan."""
    return replace(
        planned,
        item_key=None,
        duplicate_of=planned.duplicate_of and replace(planned.duplicate_of, item_key=None),
        candidates=tuple(replace(pointer, item_key=None) for pointer in planned.candidates),
    )
