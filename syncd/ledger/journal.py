"""What was dropped, what was decided about each record of it, and what became of that."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from syncd.errors import Problem
from syncd.ledger import searching
from syncd.ledger.statements import chunks
from syncd.ledger.tables import delivery, export, hold, outbox, record, run
from syncd.ledger.transaction import Transaction
from syncd.plan import Decision, Intent, PlannedRecord, Pointer
from syncd.record import Doi, Eid, Identity, Origin, Provenance
from syncd.system.packing import decode, encode_text


class ExportFacts(NamedTuple):
    """A dropped file as the ledger knows it; `name` in the bytes of the disk."""

    sha256: str
    size: int
    name: bytes


# Exports


def get_export(tx: Transaction, facts: ExportFacts) -> int:
    """Return the number of the export with this content, noting it down if it is new."""
    # Another process may note it down at this very moment; its number is then the one.
    row = {**facts._asdict(), "first_seen_at": tx.now}
    tx.execute(tx.insert(export).on_conflict_do_nothing(), [row])
    query = select(export.c.export_id).where(export.c.sha256 == facts.sha256)
    return int(tx.execute(query).scalar_one())


def find_ages(tx: Transaction, hashes: Collection[str]) -> dict[str, str]:
    """Return of when exports are that were read before, by what was known of them then."""
    found: dict[str, str] = {}
    for part in chunks(hashes):
        rows = tx.execute(
            select(export.c.sha256, func.min(record.c.exported_at).label("age"))
            .join(export)
            .where(export.c.sha256.in_(tx.listed(part)), record.c.exported_at.is_not(None))
            .group_by(export.c.sha256)
        )
        found.update((row.sha256, row.age) for row in rows)
    return found


def add_delivery(
    tx: Transaction,
    export_id: int,
    folder: bytes,
    run_id: int,
    *,
    unusable: str | None = None,
    place: bytes | None = None,
    problems: Sequence[Problem] = (),
) -> None:
    """Note that all records of this export from this folder are decided and written down.

    `unusable` says why there are none, where nothing of it could be used; `place` is the directory
    that it lay in, where that is not the folder itself. `problems` are what was odd about it.
    """
    row = {
        "export_id": export_id,
        "folder": folder,
        "run_id": run_id,
        "delivered_at": tx.now,
        "unusable": unusable and _storable(unusable),
        "place": None if place == folder else place,
        "problems": encode_text([(p.line, _storable(p.message)) for p in problems])
        if problems
        else None,
    }
    # A file that a person names by hand is read again as often as they like.
    tx.add_missing(delivery, [row])


def is_delivered(tx: Transaction, sha256: str, folder: bytes) -> bool:
    """Say whether this content from this folder was delivered to this library before."""
    found = tx.execute(
        select(delivery.c.run_id)
        .join(export)
        .where(
            export.c.sha256 == sha256,
            delivery.c.library_id == tx.library_id,
            delivery.c.folder == folder,
        )
    ).first()
    return found is not None


def is_read(tx: Transaction, sha256: str) -> bool:
    """Say whether records of this content were ever decided for this library."""
    found = tx.execute(
        select(record.c.record_id)
        .join(export)
        .where(export.c.sha256 == sha256, record.c.library_id == tx.library_id)
        .limit(1)
    ).first()
    return found is not None


# Runs


def begin_run(tx: Transaction, reason: str, undoes: int | None = None) -> int:
    """Open a run and return its number; `undoes` is the run that it takes back."""
    values = {
        "library_id": tx.library_id,
        "reason": reason,
        "started_at": tx.now,
        "counts": "{}",
        "undoes": undoes,
    }
    statement = insert(run).values(**values).returning(run.c.run_id)
    return int(tx.execute(statement).scalar_one())


def end_run(tx: Transaction, run_id: int, counts: Mapping[str, int]) -> None:
    """Close a run: each of its operations has an outcome."""
    tx.execute(
        update(run).where(run.c.run_id == run_id).values(ended_at=tx.now, counts=json.dumps(counts))
    )


def open_runs(tx: Transaction) -> list[int]:
    """Return the runs that have not ended and of which nothing is promised any more."""
    promised = select(outbox.c.run_id).where(outbox.c.run_id == run.c.run_id)
    rows = tx.execute(
        select(run.c.run_id).where(
            run.c.library_id == tx.library_id, run.c.ended_at.is_(None), ~promised.exists()
        )
    )
    return list(rows.scalars())


def count_decisions(tx: Transaction, run_id: int) -> dict[str, int]:
    """Return how many records of a run met each decision."""
    rows = tx.execute(
        select(record.c.decision, func.count().label("times"))
        .where(record.c.run_id == run_id)
        .group_by(record.c.decision)
    )
    return {row.decision: row.times for row in rows}


# Records

_NO_OUTCOMES: Mapping[Decision, str] = {}


def add_records(
    tx: Transaction,
    run_id: int,
    intents: Sequence[Intent],
    export_ids: Sequence[int],
    outcomes: Mapping[Decision, str] = _NO_OUTCOMES,
) -> list[int]:
    """Write down what was decided about each record; return their numbers in order.

    `outcomes` says what has become of records by their decision, where they do not say it.
    """
    if not intents:
        return []
    rows = [
        {
            "run_id": run_id,
            "export_id": export_ids[intent.export],
            "entry": intent.entry or None,
            "exported_at": intent.exported_at or None,
            **_columns(intent.planned),
            "outcome": intent.planned.outcome or outcomes.get(intent.planned.decision),
        }
        for intent in intents
    ]
    tx.add(record, rows)
    # The newest of the run are these: numbers rise in the order of insertion.
    newest = select(record.c.record_id).where(record.c.run_id == run_id)
    newest = newest.order_by(record.c.record_id.desc()).limit(len(rows))
    record_ids = list(tx.execute(newest).scalars())[::-1]
    searching.add_texts(
        tx,
        [
            (record_id, row["title"], intent.planned.identity)
            for record_id, row, intent in zip(record_ids, rows, intents, strict=True)
        ],
    )
    return record_ids


def _columns(planned: PlannedRecord) -> dict[str, Any]:
    origin = planned.origin
    return {
        # A name that is no UTF-8 cannot be stored as text; its bytes are kept with the export.
        "file": _storable(origin.file),
        "position": origin.index,
        "line": origin.line,
        "source_id": origin.source_id,
        "source": origin.source,
        "title": origin.title and _storable(origin.title),
        "decision": planned.decision.value,
        "reason": planned.reason,
        "evidence": encode_text(planned.evidence),
        "pointers": _pointers(planned),
        "identity": encode_text({k: v for k, v in planned.identity._asdict().items() if v}),
        "item_key": planned.item_key,
        "outcome": planned.outcome,
        "error": planned.error,
    }


def _storable(text: str) -> str:
    """Return a text in what any database takes as one."""
    return text.replace("\0", "\\0").encode("utf-8", "backslashreplace").decode()


def _pointers(planned: PlannedRecord) -> str:
    if not planned.duplicate_of and not planned.candidates:
        return _NO_POINTERS
    said = {
        "duplicate_of": asdict(planned.duplicate_of) if planned.duplicate_of else None,
        "candidates": [asdict(pointer) for pointer in planned.candidates],
    }
    return json.dumps(said)


_NO_POINTERS = json.dumps({"duplicate_of": None, "candidates": []})
"""What most records have; it is asked for by its words, blanks included."""


def settle_records(
    tx: Transaction, record_ids: Collection[int], outcome: str | None, error: str | None = None
) -> None:
    """Note what became of records."""
    for part in chunks(record_ids):
        tx.execute(
            update(record)
            .where(record.c.record_id.in_(tx.listed(part)))
            .values(outcome=outcome, error=error)
        )


def note_error(tx: Transaction, record_id: int, error: str) -> None:
    """Note that a part of a record (a note, a link) could not be added."""
    tx.execute(update(record).where(record.c.record_id == record_id).values(error=error))


def change_decision(tx: Transaction, record_id: int, planned: PlannedRecord) -> None:
    """Note that a record was decided again, because the library moved on before it was sent."""
    columns = _columns(planned)
    wanted = ("decision", "reason", "evidence", "pointers", "item_key", "outcome", "error")
    tx.execute(
        update(record)
        .where(record.c.record_id == record_id)
        .values({name: columns[name] for name in wanted})
    )


def records_of_item(
    tx: Transaction, item_key: str, run_id: int, record_id: int | None
) -> list[tuple[int, PlannedRecord]]:
    """Return, with their numbers, the records that go under a key promised by this run.

    Those of later runs count, as they saw the promise; those of earlier ones were about another
    item, unless it is the record itself that a person's answer had made.
    """
    rows = tx.execute(
        select(record)
        .where(
            record.c.library_id == tx.library_id,
            record.c.item_key == item_key,
            or_(record.c.run_id >= run_id, record.c.record_id == record_id),
        )
        .order_by(record.c.record_id)
    )
    return [(row.record_id, read_record(row)) for row in rows]


def records_of_run(
    connection: Connection, run_id: int, library: str | None = None
) -> list[PlannedRecord]:
    """Return every record of a run, of whichever library, in the order of planning.

    `library` is what its library is called in reports, which name the run as well.
    """
    rows = connection.execute(
        select(*_TOLD).where(record.c.run_id == run_id).order_by(record.c.record_id)
    )
    told = None if library is None else run_id
    return [_read_told(row, library, told) for part in rows.partitions(_AT_ONCE) for row in part]


_TOLD = tuple(
    record.c[name]
    for name in (
        *("file", "position", "line", "source_id", "source", "title", "decision", "reason"),
        *("evidence", "pointers", "identity", "item_key", "outcome", "error"),
    )
)
"""The columns that a record is told from, in the order in which `_read_told` takes them."""

_AT_ONCE = 500
"""Rows that are read at a time of what may be a whole large export."""


def unusable_of_run(connection: Connection, run_id: int) -> list[tuple[Path, str]]:
    """Return the files of which a run could use nothing, and why."""
    rows = connection.execute(
        select(
            func.coalesce(delivery.c.place, delivery.c.folder).label("place"),
            export.c.name,
            delivery.c.unusable,
        )
        .join(export)
        .where(delivery.c.run_id == run_id, delivery.c.unusable.is_not(None))
        .order_by(delivery.c.export_id)
    )
    return [(Path(os.fsdecode(row.place), os.fsdecode(row.name)), row.unusable) for row in rows]


def get_record(tx: Transaction, record_id: int | None) -> PlannedRecord:
    """Return what was decided about a record."""
    return read_record(tx.execute(select(record).where(record.c.record_id == record_id)).one())


def find_entries(tx: Transaction, record_ids: Collection[int]) -> dict[int, bytes]:
    """Return the entries of records as they are kept."""
    found: dict[int, bytes] = {}
    for part in chunks(record_ids):
        rows = tx.execute(
            select(record.c.record_id, record.c.entry).where(
                record.c.record_id.in_(tx.listed(part))
            )
        )
        found.update((row.record_id, row.entry) for row in rows)
    return found


def entries_of_items(tx: Transaction, keys: Collection[str]) -> list[tuple[str, bytes]]:
    """Return (item key, entry) of the records that these items were made of, or that they are."""
    found: list[tuple[str, bytes]] = []
    for part in chunks(keys):
        found += _entries(tx, record.c.item_key.in_(tx.listed(part)))
    return found


def settled_entries_of_items(tx: Transaction, keys: Collection[str]) -> list[tuple[str, bytes]]:
    """Return (item key, entry) of records that these items are, of which nothing is asked now."""
    found: list[tuple[str, bytes]] = []
    asking = select(hold.c.record_id).where(hold.c.answer.is_(None))
    for part in chunks(keys):
        is_settled = and_(record.c.item_key.in_(tx.listed(part)), record.c.record_id.not_in(asking))
        found += _entries(tx, is_settled)
    return found


def entries_at(tx: Transaction, origin: Origin) -> list[tuple[str, bytes]]:
    """Return (item key, entry) of the records that stood in this place of a file before."""
    file = _storable(origin.file)
    return _entries(tx, and_(record.c.file == file, record.c.position == origin.index))


def _entries(tx: Transaction, chosen: ColumnElement[bool]) -> list[tuple[str, bytes]]:
    rows = tx.execute(
        select(record.c.item_key, record.c.entry)
        .where(
            record.c.library_id == tx.library_id,
            record.c.item_key.is_not(None),
            record.c.entry.is_not(None),
            chosen,
        )
        .order_by(record.c.record_id.desc())
    )
    return [(row.item_key, row.entry) for row in rows]


def find_provenances(tx: Transaction, record_ids: Collection[int]) -> dict[int, Provenance]:
    """Return which source wrote each record, and of when its export is."""
    found: dict[int, Provenance] = {}
    for part in chunks(record_ids):
        rows = tx.execute(
            select(record.c.record_id, record.c.source, record.c.exported_at).where(
                record.c.record_id.in_(tx.listed(part))
            )
        )
        for row in rows.all():
            found[row.record_id] = _provenance(row.source, row.exported_at or "")
    return found


# Most records of an export have it in common.
_provenance = lru_cache(maxsize=64)(Provenance)


class KeptRecord(NamedTuple):
    """A record with its number and its entry as written, packed."""

    record_id: int
    planned: PlannedRecord
    entry: bytes | None


def kept_records(tx: Transaction, item_key: str) -> list[KeptRecord]:
    """Return the records that are known to be an item's work, oldest first."""
    rows = tx.execute(
        select(record)
        .where(record.c.library_id == tx.library_id, record.c.item_key == item_key)
        .order_by(record.c.record_id)
    )
    return [KeptRecord(row.record_id, read_record(row), row.entry) for row in rows]


def repeat_record(tx: Transaction, record_id: int, run_id: int, planned: PlannedRecord) -> int:
    """Write down that a run decides anew about a record of an earlier one; return its number."""
    old = tx.execute(select(record).where(record.c.record_id == record_id)).mappings().one()
    row = {name: value for name, value in old.items() if name != "record_id"}
    statement = insert(record).returning(record.c.record_id)
    values = {**row, **_columns(planned), "run_id": run_id}
    number = int(tx.execute(statement.values(**values)).scalar_one())
    searching.add_texts(tx, [(number, values["title"], planned.identity)])
    return number


def get_run_of(tx: Transaction, record_id: int) -> int:
    """Return the run in which a record was decided."""
    return int(
        tx.execute(select(record.c.run_id).where(record.c.record_id == record_id)).scalar_one()
    )


def read_record(row: Any, library: str | None = None, run: int | None = None) -> PlannedRecord:
    """Return a row of `record` as the decision it holds, with what it is told to be part of."""
    return _read_told([getattr(row, column.name) for column in _TOLD], library, run)


def _read_told(row: Sequence[Any], library: str | None, run: int | None) -> PlannedRecord:
    """Read a row of the columns `_TOLD`: to ask for each by its name takes half of the time."""
    file, position, line, source_id, source, title, decision, reason, *rest = row
    evidence, pointers, identity, item_key, outcome, error = rest
    duplicate_of, candidates = _read_pointers(pointers)
    return PlannedRecord(
        origin=Origin(file, position, line, source_id, source, title),
        decision=Decision(decision),
        reason=reason,
        evidence=tuple(decode(evidence)),
        duplicate_of=duplicate_of,
        candidates=candidates,
        identity=read_identity(identity),
        item_key=item_key,
        outcome=outcome,
        error=error,
        library=library,
        run=run,
    )


def _read_pointers(text: str) -> tuple[Pointer | None, tuple[Pointer, ...]]:
    if text == _NO_POINTERS:
        return None, ()
    pointers = decode(text)
    first = pointers["duplicate_of"]
    candidates = tuple(Pointer(**pointer) for pointer in pointers["candidates"])
    return Pointer(**first) if first else None, candidates


def read_identity(text: str) -> Identity:
    """Return the identity that a row of `record` holds."""
    values = decode(text)
    for name in ("isbn", "issn"):
        values[name] = tuple(values.get(name, ()))
    return Identity(
        scopus=Eid(values.pop("scopus")) if values.get("scopus") else None,
        doi=Doi(values.pop("doi")) if values.get("doi") else None,
        **{key: value for key, value in values.items() if key not in ("scopus", "doi")},
    )
