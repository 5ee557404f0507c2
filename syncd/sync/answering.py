"""What an answer about a record in doubt comes to, inside the transaction that hears it.

Every record that asks the question is answered with it. What was said is remembered by the works'
names, and the works that these names stand for are kept with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from syncd.errors import InputError
from syncd.item.reading import citation_of
from syncd.ledger import answered, holds, journal, knowledge, mirror, outbox
from syncd.ledger.holds import HoldRow
from syncd.ledger.operations import OperationRow, load_offer, load_operation
from syncd.ledger.transaction import Transaction
from syncd.library import Create, Operation, StoreFile
from syncd.matching import Verdict
from syncd.plan import (
    UNFINISHED,
    Decision,
    Intent,
    PlannedOperation,
    PlannedRecord,
    Pointer,
    create_below,
)
from syncd.record import Citation, ItemKey
from syncd.sync.commit import decide_again
from syncd.sync.filing import file_item, placements_of
from syncd.sync.keys import KeyMinter, LedgerKeys

_OTHER = re.compile(r"q([0-9]{1,18})")
"""How another question is named, by its number."""


class _Joined(NamedTuple):
    """A record that asks the same question: its number, decision, fingerprint and citation."""

    record_id: int
    planned: PlannedRecord
    fingerprint: str
    citation: Citation


class Hearing(NamedTuple):
    """An answer as it is heard: to which question, and the word that was said with it."""

    tx: Transaction
    row: HoldRow
    minter: KeyMinter
    word: str | None = None


def accept(said: Hearing) -> None:
    """The record is the work of this candidate: an item, or a work that is held itself."""
    tx, row = said.tx, said.row
    key = _choose(tx, row, said.word)
    held = holds.find_named(tx, key)
    item = mirror.find_items(tx, [key]).get(key)
    if item is not None:
        be_item(tx, row, ItemKey(key), f"a person said it is {key}")
        for name, citation in _names(tx, row).items():
            remember(tx, (name, citation), key, Verdict.SAME)
    elif held is None:
        raise InputError(f"{key} is no item of the library")
    elif held.answer is None:
        _join_question(tx, row, held)
    elif held.answer == "skip":
        leave_out(said)
    else:
        raise InputError(f"question {held.hold_id}, which it was about, was answered; ask again")


def be_item(tx: Transaction, row: HoldRow, key: ItemKey, reason: str) -> None:
    """The records of a question are the work of this item, for this reason."""
    payload = row.payload
    record = journal.get_record(tx, row.record_id)
    item = mirror.find_items(tx, [key])[key]
    wanted = placements_of(payload["collections"], payload["tags"])
    placed = knowledge.find_placements(tx, [key]).get(key, frozenset())
    filed = file_item(key, item, wanted, placed)
    intent = Intent(
        _decided(record, filed.decision, reason, key),
        operations=tuple(map(PlannedOperation, filed.operations)),
        # It counts as put there even where it was already, so that it is not put back.
        placements=wanted,
        aliases=tuple(record.identity.pairs()),
        member=citation_of(payload["data"], record.identity),
    )
    _decide(tx, row.record_id, intent)
    for each in _joined(tx, row):
        skipped = _decided(each.planned, Decision.SKIP, reason, key)
        aliases = tuple(each.planned.identity.pairs())
        _decide(tx, each.record_id, Intent(skipped, aliases=aliases, member=each.citation))
    _rename_candidate(tx, row, key)


def create(said: Hearing) -> None:
    """The record is a work of its own."""
    tx, row, minter, _ = said
    payload = row.payload
    record = journal.get_record(tx, row.record_id)
    for name, citation in _names(tx, row).items():
        for candidate in payload["candidates"]:
            remember(tx, (name, citation), candidate, Verdict.DIFFERENT)
    book = LedgerKeys(tx)
    citation = citation_of(payload["data"], record.identity)
    key, ordinal, tombstone = minter.choose(citation, payload["fingerprint"], book)
    data = {**payload["data"], "collections": payload["collections"]}
    names = {tag["tag"] for tag in data.get("tags", ())}
    more = [{"tag": tag} for tag in payload["tags"] if tag not in names]
    data["tags"] = [*data.get("tags", ()), *more]
    operations = [PlannedOperation(Create(key, data), ordinal)]
    for number, child in enumerate(payload["children"]):
        child_key = minter.choose_child(key, number, book)
        operations.append(PlannedOperation(create_below(key, child_key, child)))
    reason = f"a person said it is a work of its own; {record.reason}"
    decided = replace(record, decision=Decision.CREATE, reason=reason, item_key=key)
    if tombstone:
        # They want it all the same: that its key was deleted before is no reason to leave it.
        decided = replace(decided, candidates=(*record.candidates, Pointer(item_key=key)))
    wanted = placements_of(payload["collections"], payload["tags"])
    _decide(tx, row.record_id, Intent(decided, operations=tuple(operations), placements=wanted))
    for each in _joined(tx, row):
        skipped = _decided(
            each.planned, Decision.SKIP, "a person said it is a work of its own", key
        )
        _decide(tx, each.record_id, Intent(skipped, member=each.citation))
        if each.fingerprint != payload["fingerprint"]:
            remember(tx, (each.fingerprint, each.citation), key, Verdict.SAME)
    _rename_candidate(tx, row, key)


def leave_out(said: Hearing) -> None:
    """The record is left out, now and whenever it comes again."""
    tx, row = said.tx, said.row
    # That a record was cut off says nothing about its work: a whole one of it is welcome.
    names = {} if row.kind == UNFINISHED else _names(tx, row)
    for name, citation in names.items():
        answered.leave_out(tx, name)
        answered.add_work(tx, name, citation)
    main = (row.record_id, journal.get_record(tx, row.record_id))
    for record_id, planned in (main, *((j.record_id, j.planned) for j in _joined(tx, row))):
        decided = replace(
            planned,
            decision=Decision.SKIP,
            reason=f"a person left it out; {planned.reason}",
            outcome="unchanged",
        )
        journal.change_decision(tx, record_id, decided)


def retry(said: Hearing) -> None:
    """What the library refused is sent once more."""
    tx, row = said.tx, said.row
    record = journal.get_record(tx, row.record_id)
    operations = [_read_operation(each) for each in row.payload["operations"]]
    run_id = journal.begin_run(tx, "review")
    reason = "answered by a person"
    outbox.add_operations(
        tx,
        run_id,
        [(row.record_id, reason, each) for each in operations],
        outbox.DECIDE_AGAIN,
    )
    # What was refused may be a note alone; then its item is there, and stays so.
    whole = any(not _is_below_one(each.operation) for each in operations)
    outcome = "pending" if whole else record.outcome
    journal.change_decision(tx, row.record_id, replace(record, outcome=outcome, error=None))


def _is_below_one(operation: Operation) -> bool:
    """Say whether an operation is about what hangs below an item."""
    return isinstance(operation, StoreFile) or (
        isinstance(operation, Create) and bool(operation.parent)
    )


def drop(_: Hearing) -> None:
    """Nothing more is done."""


def remember(tx: Transaction, work: tuple[str, Citation], other: str, verdict: Verdict) -> None:
    """Remember what was said of a work, by its name, and of an item or another named work."""
    name, citation = work
    if verdict is Verdict.DIFFERENT:
        name = answered.name_beside(tx, name, citation, other)
    knowledge.add_answer(tx, (name, other), verdict)
    answered.add_work(tx, name, citation)
    held = holds.find_named(tx, other)
    if held is not None:
        record = journal.get_record(tx, held.record_id)
        answered.add_work(tx, other, citation_of(held.payload["data"], record.identity))


def _join_question(tx: Transaction, row: HoldRow, held: HoldRow) -> None:
    """Both are one work, which is held: from now on they ask one question."""
    mine, theirs = row.payload, held.payload
    record = journal.get_record(tx, held.record_id)
    asks = [(row.record_id, journal.get_record(tx, row.record_id), mine["fingerprint"], mine)]
    asks += [(j.record_id, j.planned, j.fingerprint, mine) for j in _joined(tx, row)]
    pointer = Pointer(file=record.origin.file, index=record.origin.index)
    merged: dict[str, Any] = dict(theirs)
    for record_id, planned, fingerprint, asked in asks:
        data = _data_of(asked, fingerprint)
        merged = holds.join(merged, {"fingerprint": fingerprint, "data": data}, [record_id])
        decided = replace(
            planned,
            reason=f"a person said it is the work that question {held.hold_id} is about; "
            f"{planned.reason}",
            candidates=(pointer,),
        )
        journal.change_decision(tx, record_id, decided)
    for name in ("collections", "tags"):
        merged[name] = list(dict.fromkeys([*theirs[name], *mine[name]]))
    holds.put_payload(tx, held.hold_id, merged)
    for name, citation in _names(tx, row).items():
        remember(tx, (name, citation), theirs["fingerprint"], Verdict.SAME)


def _names(tx: Transaction, row: HoldRow) -> dict[str, Citation]:
    """Return what the work of a question is called, with what each name stands for."""
    record = journal.get_record(tx, row.record_id)
    names = {each.fingerprint: each.citation for each in _joined(tx, row)}
    names[row.payload["fingerprint"]] = citation_of(row.payload["data"], record.identity)
    return names


def _joined(tx: Transaction, row: HoldRow) -> Iterator[_Joined]:
    for entry in row.payload.get("joined", ()):
        data = _data_of(row.payload, entry["fingerprint"])
        for record_id in entry["records"]:
            planned = journal.get_record(tx, record_id)
            citation = citation_of(data, planned.identity)
            yield _Joined(record_id, planned, entry["fingerprint"], citation)


def _data_of(payload: Any, fingerprint: str) -> Any:
    """Return the item data of that one of the records which bears this name."""
    for entry in payload.get("joined", ()):
        if entry["fingerprint"] == fingerprint and "data" in entry:
            return entry["data"]
    return payload["data"]


def _rename_candidate(tx: Transaction, row: HoldRow, key: str) -> None:
    """Other questions may name the work by its fingerprint; it is an item now."""
    for name in _names(tx, row):
        for other in holds.holds_about(tx, name):
            candidates = [key if each == name else each for each in other.payload["candidates"]]
            payload = {**other.payload, "candidates": list(dict.fromkeys(candidates))}
            holds.put_payload(tx, other.hold_id, payload)


def candidates_of(row: HoldRow) -> list[str]:
    """Return what a question may be answered with: item keys, or names of works that are held."""
    if row.kind == "twin":
        return list(row.payload["twins"])
    return list(row.payload.get("candidates", ()))


def _choose(tx: Transaction, row: HoldRow, word: str | None) -> str:
    """Return the candidate that is meant; `q7` is the one that question 7 is about."""
    known = candidates_of(row)
    if word is not None and (named := _OTHER.fullmatch(word)):
        word = _work_of(tx, int(named[1]), known) or word
    if word is None and len(known) == 1:
        return known[0]
    if word in known:
        return str(word)
    choice = ", ".join(known) or "none"
    raise InputError(f"question {row.hold_id}: say which of its candidates is meant ({choice})")


def _work_of(tx: Transaction, hold_id: int, known: Sequence[str]) -> str | None:
    """Return which of the candidates a question is about: a work, or the item it became since."""
    other = holds.find_hold(tx, hold_id)
    if other is None:
        return None
    became = journal.get_record(tx, other.record_id).item_key
    names = (other.payload.get("fingerprint"), became)
    return next((name for name in names if name in known), None)


def _decided(record: PlannedRecord, decision: Decision, reason: str, key: str) -> PlannedRecord:
    return replace(
        record,
        decision=decision,
        reason=f"{reason}; {record.reason}",
        duplicate_of=Pointer(item_key=key),
        item_key=key,
    )


def _decide(tx: Transaction, record_id: int, intent: Intent) -> None:
    # The library may have moved on since the question: all is decided again before it is sent.
    begins = bool(intent.operations)
    run_id = journal.begin_run(tx, "review") if begins else journal.get_run_of(tx, record_id)
    decide_again(tx, run_id, record_id, intent, outbox.DECIDE_AGAIN)


def _read_operation(kept: Sequence[Any]) -> PlannedOperation:
    """Return an operation that was refused, as the question about it holds it.

    Older questions hold nothing of what an update was decided from.
    """
    key, kind, payload, base_version, *offer = kept
    operation = load_operation(OperationRow(kind, key, base_version, payload))
    return PlannedOperation(operation, offer=load_offer(offer[0] if offer else None))
