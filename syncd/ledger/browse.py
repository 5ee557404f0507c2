"""The ledger page by page, for people who look through it: exports, records, questions, runs.

Each page begins after the last number of the one before, so that it costs the same however much
there is. Nothing here is about one library alone.

A page that is open asks for the same over and over: what asks for a list of numbers is made once
(`statements.THESE`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select, text

from syncd.errors import Problem
from syncd.ledger import glance, searching
from syncd.ledger.holds import mark_of
from syncd.ledger.journal import read_record
from syncd.ledger.statements import THESE, chunks
from syncd.ledger.tables import delivery, export, hold, item, library, record, run
from syncd.plan import PlannedRecord
from syncd.system.packing import decode

PAGE = 50
_WITHOUT_ENTRY = [column for column in record.c if column is not record.c.entry]


class ExportSeen(NamedTuple):
    """One export as it was dropped; `counts` are its records by decision, over all libraries."""

    export_id: int
    name: bytes
    size: int
    first_seen_at: str
    sources: Sequence[str]
    counts: Mapping[str, int]
    unusable: str | None


class RecordSeen(NamedTuple):
    """One record with its number and what it belongs to; `library` is what that is known as."""

    record_id: int
    export_id: int
    run_id: int
    library: str
    record: PlannedRecord


class QuestionSeen(NamedTuple):
    """One open question; `mark` is of all that it says (`holds.mark_of`).

    `choices`: how many there are that its record may be; `fields`: what is to be decided about.
    """

    hold_id: int
    library_id: int
    library: str
    kind: str
    reason: str
    held_at: str
    file: str
    line: int
    title: str
    mark: str
    choices: int
    fields: Sequence[str]


class RunSeen(NamedTuple):
    """One run with the counts of its decisions."""

    run_id: int
    library: str
    reason: str
    started_at: str
    ended_at: str | None
    counts: Mapping[str, int]


def titles(connection: Connection) -> dict[str, str]:
    """Return how libraries were last called, by what they are known as."""
    rows = connection.execute(select(library.c.known_as, library.c.title))
    return {row.known_as: row.title for row in rows if row.known_as}


def exports(
    connection: Connection, *, before: int | None = None, limit: int = PAGE
) -> list[ExportSeen]:
    """Return exports, the newest first, that came before the one of this number."""
    query = select(export).order_by(export.c.export_id.desc()).limit(limit)
    if before is not None:
        query = query.where(export.c.export_id < before)
    return _with_counts(connection, list(connection.execute(query)))


def find_export(connection: Connection, export_id: int) -> ExportSeen | None:
    """Return one export."""
    rows = list(connection.execute(select(export).where(export.c.export_id == export_id)))
    return next(iter(_with_counts(connection, rows)), None)


_TIMES = func.count().label("times")
_DECISIONS = (
    select(record.c.export_id, record.c.decision, record.c.source, _TIMES)
    .where(record.c.export_id.in_(THESE))
    .group_by(record.c.export_id, record.c.decision, record.c.source)
    .order_by(record.c.export_id, record.c.source)
)
_UNUSABLE = select(delivery.c.export_id, delivery.c.unusable).where(
    delivery.c.export_id.in_(THESE), delivery.c.unusable.is_not(None)
)


def _with_counts(connection: Connection, rows: Sequence[Any]) -> list[ExportSeen]:
    numbers = {THESE.key: [row.export_id for row in rows]}
    counts: defaultdict[int, dict[str, int]] = defaultdict(dict)
    sources: defaultdict[int, list[str]] = defaultdict(list)
    for row in connection.execute(_DECISIONS, numbers):
        its = counts[row.export_id]
        its[row.decision] = its.get(row.decision, 0) + row.times
        if row.source not in sources[row.export_id]:
            sources[row.export_id].append(row.source)
    unusable = {row.export_id: row.unusable for row in connection.execute(_UNUSABLE, numbers)}
    return [
        ExportSeen(
            row.export_id,
            bytes(row.name),
            row.size,
            row.first_seen_at,
            sources[row.export_id],
            counts[row.export_id],
            unusable.get(row.export_id),
        )
        for row in rows
    ]


def problems_of_export(connection: Connection, export_id: int) -> list[Problem]:
    """Return what was odd about an export beside its records, by line."""
    query = select(delivery.c.problems).where(
        delivery.c.export_id == export_id, delivery.c.problems.is_not(None)
    )
    told = (
        Problem(message, line)
        for row in connection.execute(query)
        for line, message in decode(row.problems)
    )
    # What went to two libraries is told once.
    return sorted(dict.fromkeys(told), key=lambda each: each.line or 0)


def records_of_export(
    connection: Connection, export_id: int, *, after: int = 0, limit: int = PAGE
) -> list[RecordSeen]:
    """Return what was decided about an export's records, in their order."""
    its = _RECORDS.where(record.c.export_id == export_id, record.c.record_id > after)
    return _read_records(connection.execute(its.limit(limit)))


def search_records(
    connection: Connection, text: str, *, before: int | None = None, limit: int = PAGE
) -> list[RecordSeen]:
    """Return records that a person may mean by this text, the newest first; see `searching`."""
    numbers = searching.find_records(connection, text, before=before, limit=limit)
    return _read_records(connection.execute(_THESE_RECORDS, {THESE.key: numbers}))[::-1]


def find_record(connection: Connection, record_id: int) -> RecordSeen | None:
    """Return one record."""
    found = connection.execute(_RECORDS.where(record.c.record_id == record_id))
    return next(iter(_read_records(found)), None)


def find_entry(connection: Connection, record_id: int) -> bytes | None:
    """Return a record's entry as it was written, packed; None where it was not kept."""
    query = select(record.c.entry).where(record.c.record_id == record_id)
    return connection.execute(query).scalar_one_or_none()


_RECORDS = (
    select(*_WITHOUT_ENTRY, library.c.known_as)
    .join(library, library.c.library_id == record.c.library_id)
    .order_by(record.c.record_id)
)
_THESE_RECORDS = _RECORDS.where(record.c.record_id.in_(THESE))


def _read_records(rows: Iterable[Any]) -> list[RecordSeen]:
    return [
        RecordSeen(row.record_id, row.export_id, row.run_id, row.known_as or "", read_record(row))
        for row in rows
    ]


def state_of_item(connection: Connection, record_id: int) -> str | None:
    """Return how the item that a record became stands: present, trashed, deleted; or None."""
    query = (
        select(item.c.state)
        .join(record, (record.c.item_key == item.c.item_key))
        .where(record.c.record_id == record_id, record.c.library_id == item.c.library_id)
    )
    return connection.execute(query).scalar_one_or_none()


def count_questions(connection: Connection) -> dict[str, int]:
    """Return how many questions are open, by their reason."""
    return {row.reason: row.times for row in connection.execute(_REASONS)}


_REASONS = (
    select(hold.c.reason, _TIMES)
    .where(hold.c.answer.is_(None))
    .group_by(hold.c.reason)
    .order_by(_TIMES.desc())
)


def questions(
    connection: Connection,
    *,
    after: int = 0,
    reason: str | None = None,
    file: str | None = None,
    without: Collection[int] = (),
    limit: int = PAGE,
) -> list[QuestionSeen]:
    """Return open questions, the oldest first, that came after the one of this number.

    `without` are some that are not to be shown.
    """
    chosen = [*_about(reason, file), hold.c.hold_id > after]
    query = _QUESTIONS.where(*chosen).limit(limit + len(without))
    found = (row for row in connection.execute(query) if row.hold_id not in without)
    return [_question(row) for row in islice(found, limit)]


def question_before(
    connection: Connection, number: int, *, without: Collection[int] = ()
) -> int | None:
    """Return the number of the open question before this one."""
    query = (
        select(hold.c.hold_id)
        .where(hold.c.answer.is_(None), hold.c.hold_id < number)
        .order_by(hold.c.hold_id.desc())
        .limit(1 + len(without))
    )
    found = connection.execute(query).scalars()
    return next((each for each in found if each not in without), None)


def find_questions(connection: Connection, numbers: Collection[int]) -> dict[int, QuestionSeen]:
    """Return those of the questions of these numbers that are open."""
    return {
        row.hold_id: _question(row)
        for part in chunks(sorted(set(numbers)))
        for row in connection.execute(_THESE_QUESTIONS, {THESE.key: part})
    }


def find_marks(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """Return by what those of these questions that are open are known to stand as they do."""
    return {
        row.hold_id: mark_of(row.kind, row.reason, row.payload)
        for part in chunks(sorted(set(numbers)))
        for row in connection.execute(_MARKED, {THESE.key: part})
    }


_MARKED = select(hold.c.hold_id, hold.c.kind, hold.c.reason, hold.c.payload).where(
    hold.c.answer.is_(None), hold.c.hold_id.in_(THESE)
)


def number_questions(
    connection: Connection, *, reason: str | None = None, file: str | None = None
) -> list[int]:
    """Return the numbers of all open questions of a reason or file."""
    query = select(hold.c.hold_id).where(hold.c.answer.is_(None)).order_by(hold.c.hold_id)
    if file is not None:
        query = query.join(record, record.c.record_id == hold.c.record_id)
    return list(connection.execute(query.where(*_about(reason, file))).scalars())


def _about(reason: str | None, file: str | None) -> list[ColumnElement[bool]]:
    chosen = []
    if reason is not None:
        chosen.append(hold.c.reason == reason)
    if file is not None:
        chosen.append(record.c.file == file)
    return chosen


_QUESTIONS = (
    select(
        hold,
        record.c.file,
        record.c.line,
        record.c.title.label("record_title"),
        library.c.known_as,
    )
    .join(record, record.c.record_id == hold.c.record_id)
    .join(library, library.c.library_id == hold.c.library_id)
    .where(hold.c.answer.is_(None))
    .order_by(hold.c.hold_id)
)
_THESE_QUESTIONS = _QUESTIONS.where(hold.c.hold_id.in_(THESE))


def _question(row: Any) -> QuestionSeen:
    payload = json.loads(row.payload)
    data = payload.get("data") or {}
    return QuestionSeen(
        row.hold_id,
        row.library_id,
        row.known_as or "",
        row.kind,
        row.reason,
        row.held_at,
        row.file,
        row.line,
        row.record_title or str(data.get("title") or ""),
        mark_of(row.kind, row.reason, row.payload),
        len(payload.get("candidates", ())),
        list(payload.get("fields", ())),
    )


def runs(connection: Connection, *, before: int | None = None, limit: int = PAGE) -> list[RunSeen]:
    """Return runs, the newest first, that came before the one of this number."""
    query = (
        select(run, library.c.known_as)
        .join(library, library.c.library_id == run.c.library_id)
        .order_by(run.c.run_id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(run.c.run_id < before)
    return [
        RunSeen(
            row.run_id,
            row.known_as or "",
            row.reason,
            row.started_at,
            row.ended_at,
            json.loads(row.counts),
        )
        for row in connection.execute(query)
    ]


def taken_back(connection: Connection) -> dict[int, int]:
    """Return the runs that are taken back now, each with the run that did so."""
    return glance.taken_back(lambda asked: map(dict, connection.execute(text(asked)).mappings()))


def works_added(connection: Connection) -> list[tuple[str, str, int]]:
    """Return (library, day, change): how many works runs have added, less those they took back.

    What a run decided is counted where it decided about records, and else what it did: an undo.
    """
    query = (
        select(library.c.known_as, run.c.ended_at, run.c.counts)
        .join(library, library.c.library_id == run.c.library_id)
        .where(run.c.ended_at.is_not(None))
    )
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in connection.execute(query):
        counts = json.loads(row.counts)
        change = counts.get("create", 0) + counts.get("restore", 0) - counts.get("trash", 0)
        if change:
            found[row.known_as or "", row.ended_at[:10]] += change
    return [(known_as, day, change) for (known_as, day), change in found.items()]


def records_of_exports(connection: Connection, export_ids: Sequence[int]) -> list[PlannedRecord]:
    """Return every record of some exports, in the order of planning."""
    rows = connection.execute(_OF_EXPORTS, {THESE.key: list(export_ids)})
    return [read_record(row) for row in rows]


_OF_EXPORTS = (
    select(*_WITHOUT_ENTRY).where(record.c.export_id.in_(THESE)).order_by(record.c.record_id)
)
