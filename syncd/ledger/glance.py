"""How things stand according to the ledger, for those who only look and must not wait.

Questions are put in plain SQL that SQLite and PostgreSQL share, so that `syncd status` can ask a
ledger file without loading what the work itself needs. Nothing is ever written.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from syncd.errors import LedgerError

AnsweredRow = Mapping[str, Any]
Query = Callable[[str], Iterable[AnsweredRow]]
"""Puts a question to a ledger; each row by the names of its columns."""

LEDGER_FILE = "ledger.sqlite"
"""The ledger's name in the state directory."""

_PATIENCE_S = 5.0


class GlancedFile(NamedTuple):
    """What one run made of one file; `folder` is empty for a file that was named by hand.

    `place` is the directory that it lay in, the folder or one below.
    """

    run: int
    library_id: int
    folder: bytes
    place: bytes
    name: bytes
    size: int
    shown: str
    """As it was called then; empty where nothing of it was used."""
    counts: Mapping[str, int]
    """Records by decision, and by the outcomes `refused` and `pending`."""
    unusable: str | None
    rejected_line: int | None
    rejected_reason: str | None


@dataclass(frozen=True, slots=True)
class GlancedLibrary:
    """One library as the ledger knows it; `waiting` are operations by their run."""

    library_id: int
    known_as: str | None
    called: str | None
    """Its name in the configuration that it was last met with."""
    adapter: str | None
    """The name of the adapter that it was last met by."""
    title: str
    mirrored_at: str | None
    reconciled_at: str | None
    paused: str | None
    notices: Sequence[str] = ()
    held: int = 0
    waiting: Mapping[int, int] = field(default_factory=dict)


class GlancedRun(NamedTuple):
    """One run; `ended_at` is None while something of it waits."""

    run: int
    library_id: int
    reason: str
    started_at: str
    ended_at: str | None


@dataclass(frozen=True, slots=True)
class Glance:
    """What was seen."""

    libraries: list[GlancedLibrary]
    runs: list[GlancedRun]
    files: list[GlancedFile]
    taken_back: frozenset[int] = frozenset()
    """Runs that are taken back now; what came of an undo that was undone is none of them."""


def glance_at_file(path: Path) -> Glance | None:
    """Look at a ledger file; None where there is none.

    Raises `LedgerError` if it cannot be read, or is of an older syncd.
    """
    if not path.is_file():
        return None
    try:
        with closing(_connect(path)) as connection:
            return glance(lambda asked: map(dict, connection.execute(asked)))
    except sqlite3.Error as error:
        raise LedgerError(f"{path}: cannot be read: {error}") from error


def glance_at_url(url: str) -> Glance:
    """Look at a ledger in a database, as it is there. Raises `LedgerError` as above."""
    from sqlalchemy import create_engine, make_url, text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = create_engine(make_url(url))
        try:
            with engine.connect() as connection:
                return glance(lambda asked: map(dict, connection.execute(text(asked)).mappings()))
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        # The driver's own words may repeat the address, and with it a password.
        raise LedgerError(f"the ledger cannot be read ({type(error).__name__})") from error


def _connect(path: Path) -> sqlite3.Connection:
    address = path.absolute().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=_PATIENCE_S)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("SELECT 1 FROM library")
    except sqlite3.OperationalError:
        # Where nothing can be written, neither can the journal's index: nobody else writes either.
        connection.close()
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True)
        connection.row_factory = sqlite3.Row
    return connection


def glance(query: Query) -> Glance:
    """Look at a ledger by these means."""
    runs = [GlancedRun(**row) for row in query(_RUNS)]
    # What was of no use stays worth telling for as long as the file lies there.
    told = {run.run for run in runs} | {row["run_id"] for row in query(_UNUSABLE)}
    numbers = ", ".join(map(str, sorted(told))) or "-1"
    return Glance(_libraries(query), runs, _files(query, numbers), frozenset(taken_back(query)))


def taken_back(query: Query) -> dict[int, int]:
    """Return the runs that are taken back now, each with the run that did so."""
    gone: dict[int, int] = {}
    # From the latest on: an undo that is taken back itself takes nothing back.
    for row in query(_UNDOS):
        if row["run_id"] not in gone:
            gone.setdefault(row["undoes"], row["run_id"])
    return gone


def _libraries(query: Query) -> list[GlancedLibrary]:
    held = {row["library_id"]: row["number"] for row in query(_HELD)}
    waiting: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for row in query(_WAITING):
        waiting[row["library_id"]][row["run_id"]] = row["number"]
    return [
        GlancedLibrary(
            **{**row, "notices": json.loads(row["notices"] or "[]")},
            held=held.get(row["library_id"], 0),
            waiting=waiting[row["library_id"]],
        )
        for row in query(_LIBRARIES)
    ]


def _files(query: Query, runs: str) -> list[GlancedFile]:
    counts: defaultdict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    shown: dict[tuple[int, int], str] = {}
    for row in query(_COUNTS.format(runs=runs)):
        key = (row["run_id"], row["export_id"])
        shown[key] = row["file"]
        for name in (row["decision"], row["outcome"]):
            if name in ("refused", "pending") or name == row["decision"]:
                counts[key][name] = counts[key].get(name, 0) + row["number"]
    rejected = {(r["run_id"], r["export_id"]): r for r in query(_REJECTED.format(runs=runs))}
    files = []
    for row in query(_FILES.format(runs=runs)):
        key = (row["run"], row["export_id"])
        first = rejected.get(key, {})
        files.append(
            GlancedFile(
                run=row["run"],
                library_id=row["library_id"],
                folder=bytes(row["folder"] or b""),
                place=bytes(row["place"] or row["folder"] or b""),
                name=bytes(row["name"]),
                size=row["size"],
                shown=shown.get(key, ""),
                counts=counts.get(key, {}),
                unusable=row["unusable"],
                rejected_line=first.get("line"),
                rejected_reason=first.get("reason"),
            )
        )
    return files


_RUNS = """
SELECT run_id AS run, library_id, reason, started_at, ended_at FROM run
 ORDER BY run_id DESC LIMIT 20"""
_UNDOS = "SELECT run_id, undoes FROM run WHERE undoes IS NOT NULL ORDER BY run_id DESC"
_UNUSABLE = """
SELECT DISTINCT run_id FROM delivery WHERE unusable IS NOT NULL ORDER BY run_id DESC LIMIT 20"""
_HELD = "SELECT library_id, COUNT(*) AS number FROM hold WHERE answer IS NULL GROUP BY library_id"
_WAITING = """
SELECT library_id, run_id, COUNT(*) AS number FROM outbox GROUP BY library_id, run_id
 ORDER BY run_id"""
_LIBRARIES = """
SELECT library_id, known_as, called, adapter, title, mirrored_at, reconciled_at, paused, notices
  FROM library
 ORDER BY library_id"""
_COUNTS = """
SELECT run_id, export_id, decision, outcome, MIN(file) AS file, COUNT(*) AS number FROM record
 WHERE run_id IN ({runs}) GROUP BY run_id, export_id, decision, outcome"""
_REJECTED = """
SELECT r.run_id, r.export_id, r.line, r.reason FROM record r JOIN (
  SELECT MIN(record_id) AS first FROM record WHERE run_id IN ({runs}) AND decision = 'reject'
   GROUP BY run_id, export_id) f ON r.record_id = f.first"""
# A file that was named by hand a second time has records of the later run, and no delivery by it.
_FILES = """
SELECT seen.run_id AS run, seen.export_id, seen.library_id, d.folder, d.place,
       e.name, e.size, d.unusable
  FROM (SELECT run_id, export_id, library_id FROM delivery WHERE run_id IN ({runs})
        UNION SELECT run_id, export_id, library_id FROM record WHERE run_id IN ({runs})) seen
  JOIN export e ON e.export_id = seen.export_id
  LEFT JOIN delivery d ON d.export_id = seen.export_id AND d.run_id = seen.run_id
                      AND d.library_id = seen.library_id
 ORDER BY seen.run_id DESC, seen.export_id DESC"""
