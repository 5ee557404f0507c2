"""Fields that syncd and a person both changed: asked about, and decided by the person.

MINE    what stands in the library stays     THEIRS  what the export says is written

One question holds all fields of an item that are in doubt; it is closed when each is answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from syncd.errors import InputError
from syncd.item.bases import as_if_written, part_of
from syncd.item.merging import Conflict, FieldChange
from syncd.item.newer_notes import merge_note
from syncd.item.status import revealed
from syncd.ledger import history, holds, journal, outbox, sources
from syncd.ledger.holds import HoldRow
from syncd.ledger.outbox import Pending
from syncd.ledger.transaction import Transaction
from syncd.library import StoredItem, Update
from syncd.plan import (
    ASKED_ABOUT,
    FIELDS,
    Decision,
    HeldQuestion,
    Incoming,
    Intent,
    Offer,
    OfferMode,
    PlannedOperation,
    Pointer,
)
from syncd.record import ItemKey, Provenance
from syncd.sync.commit import decide_again
from syncd.sync.three_way import ThreeWay, Weighed

_LATE = "this export is older than what was last written into the item"
_LONGEST = 80
"""How much of a value a line of evidence shows."""


# Asking


def with_update(intent: Intent, weighed: Weighed, record: Incoming) -> Intent:
    """Return a decision about an item that is there, with what the record changes of it."""
    planned = intent.planned
    found, item = weighed.merge, weighed.item
    operation = weighed.operation
    news = revealed(weighed.there, {**weighed.there, **found.data}, record.fate)
    intent = replace(intent, confirmed=found.confirmed)
    notes = weighed.notes
    if not (operation or notes or news or found.late or (item and found.conflicts)):
        return intent
    if item is None and not notes:
        words = [*news, planned.reason, *([_LATE] if found.late else [])]
        return replace(intent, planned=replace(planned, reason="; ".join(words)))
    changes, conflicts = (found.changes, found.conflicts) if item else ((), ())
    changes += tuple(change for note in notes for change in changes_of_note(note))
    words = [*_words_for(changes, conflicts), *news, planned.reason]
    decision = planned.decision
    if operation or notes:
        decision = Decision.UPDATE
    elif conflicts and decision is Decision.SKIP:
        decision = Decision.HOLD
    evidence = (*planned.evidence, *evidence_of(changes, conflicts))
    planned = replace(planned, decision=decision, reason="; ".join(words), evidence=evidence)
    question = question_about_fields(item.key, weighed, record.provenance) if item else None
    # Before it is filed: what is filed keeps the tags that the item has by then.
    operations = (*((operation,) if operation else ()), *notes, *intent.operations)
    return replace(intent, planned=planned, operations=operations, question=question)


def changes_of_note(note: PlannedOperation) -> tuple[FieldChange, ...]:
    """Return what is changed of a note, in words."""
    if note.offer is None:
        return ()
    return merge_note(note.offer.before, note.offer.before, note.offer.ours).changes


def _words_for(changes: Sequence[FieldChange], conflicts: Sequence[Conflict]) -> list[str]:
    words = []
    if changes:
        fields = ", ".join(dict.fromkeys(each.field for each in changes))
        words.append(f"to be brought up to date: {fields}")
    if conflicts:
        words.append(f"{ASKED_ABOUT} {', '.join(each.field for each in conflicts)}")
    return words


def evidence_of(changes: Sequence[FieldChange], conflicts: Sequence[Conflict]) -> list[str]:
    """Return, field by field, what is changed and what is asked."""
    changed = [
        f"{each.field}: {_short(each.before) or '(empty)'} → {_short(each.after)}"
        for each in changes
    ]
    asked = [
        f"{each.field}: the library has {_short(each.theirs) or '(nothing)'}, "
        f"the export {_short(each.ours)}"
        for each in conflicts
    ]
    return changed + asked


def _short(value: Any) -> str:
    if isinstance(value, list):
        value = "; ".join(map(_name, value))
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _name(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    parts = (value.get(part) for part in ("lastName", "firstName", "name"))
    return ", ".join(part for part in parts if part)


def question_about_fields(key: str, weighed: Weighed, who: Provenance) -> HeldQuestion | None:
    """Put fields that are in doubt into a question; None where there are none."""
    conflicts = weighed.merge.conflicts
    if not conflicts:
        return None
    fields = {
        each.field: {
            "base": each.base,
            "mine": each.theirs,
            "theirs": each.ours,
            "data": part_of(weighed.offer.ours, [each.field]),
            "said": list(who),
        }
        for each in conflicts
    }
    return HeldQuestion(f"fields of {key}", {"candidates": [key], "fields": fields}, FIELDS)


# Deciding again


def rewrite_update(
    tx: Transaction, three_way: ThreeWay, pending: Pending, item: StoredItem, planned_version: int
) -> None:
    """Decide an update again from what stands in the item now."""
    if pending.record_id is None or pending.offer is None:
        return
    who = journal.find_provenances(tx, [pending.record_id])[pending.record_id]
    [sides] = three_way.read_again(tx, [item]).values()
    weighed = three_way.weigh(sides, pending.offer, who)
    outbox.remove(tx, [pending.operation_id])
    record = journal.get_record(tx, pending.record_id)
    others = outbox.operations_of_record(tx, pending.record_id)
    done = history.was_anything_done(tx, pending.record_id)
    operation, conflicts = weighed.operation, weighed.merge.conflicts
    if operation is not None or any(isinstance(each.operation, Update) for each in others):
        decision, outcome = Decision.UPDATE, "pending"
    elif others or done:
        decision, outcome = Decision.COLLECT, "pending" if others else "accepted"
    elif conflicts:
        decision, outcome = Decision.HOLD, None
    else:
        decision, outcome = Decision.SKIP, "unchanged"
    words = _words_for(weighed.merge.changes, conflicts) or ["its fields are left as they are"]
    if pending.offer.mode is not OfferMode.CHOSEN:
        # What a person chose is looked at here in any case, edited or not.
        words.append("it was edited meanwhile")
    decided = replace(
        record,
        decision=decision,
        reason="; ".join([*words, record.reason]),
        evidence=(*record.evidence, *evidence_of(weighed.merge.changes, conflicts)),
    )
    intent = Intent(
        decided,
        operations=(operation,) if operation else (),
        question=question_about_fields(item.key, weighed, who),
    )
    decide_again(tx, pending.run_id, pending.record_id, intent, planned_version)
    journal.settle_records(tx, [pending.record_id], outcome, record.error)


# Answering


def fields_of(row: HoldRow) -> Mapping[str, Any]:
    """Return the fields that a question is about, with their sides; none for other kinds."""
    fields: Mapping[str, Any] = row.payload.get("fields", {}) if row.kind == FIELDS else {}
    return fields


def answer_fields(tx: Transaction, row: HoldRow, wanted: str | None, *, take_theirs: bool) -> bool:
    """Carry out what a person said about fields; say whether the question is answered by it.

    `wanted` names one field, else all that are left are meant. Raises `InputError` where the
    question is not about that one.
    """
    fields = fields_of(row)
    chosen = list(fields) if wanted is None else [_find_field(row, fields, wanted)]
    if take_theirs:
        _write_theirs(tx, row, chosen)
    else:
        _keep_mine(tx, row, chosen)
    left = {name: sides for name, sides in fields.items() if name not in chosen}
    if left:
        holds.change_payload(tx, row.hold_id, {**row.payload, "fields": left})
    return not left


def _find_field(row: HoldRow, fields: Mapping[str, Any], wanted: str) -> str:
    for name in fields:
        if name.casefold() == wanted.casefold():
            return name
    known = ", ".join(fields)
    raise InputError(f"question {row.hold_id} is not about {wanted}; it is about {known}")


def _write_theirs(tx: Transaction, row: HoldRow, chosen: Sequence[str]) -> None:
    """Promise to write fields; what stands there by then is looked at before it is sent."""
    key = _key_of(row)
    record = journal.get_record(tx, row.record_id)
    seen = {name: row.payload["fields"][name]["mine"] for name in chosen}
    offer = Offer(OfferMode.CHOSEN, _data_of(row, chosen), tuple(chosen), seen=seen)
    decided = replace(
        record,
        decision=Decision.UPDATE,
        reason=f"a person wants what the export says: {', '.join(chosen)}; {record.reason}",
        duplicate_of=Pointer(item_key=key),
        item_key=key,
    )
    operation = PlannedOperation(Update(key, 0, {}), offer=offer)
    intent = Intent(decided, operations=(operation,))
    run_id = journal.begin_run(tx, "review")
    decide_again(tx, run_id, row.record_id, intent, outbox.DECIDE_AGAIN)


def _keep_mine(tx: Transaction, row: HoldRow, chosen: Sequence[str]) -> None:
    """Take what the export says as known, so that it is not asked about again."""
    key = _key_of(row)
    known = history.find_bases(tx, [key]).get(key)
    if known is not None:
        data = as_if_written(known.data, _data_of(row, chosen), chosen)
        history.set_bases(tx, [known._replace(data=data)])
    said = {name: Provenance(*row.payload["fields"][name]["said"]) for name in chosen}
    sources.add_sources(tx, {key: said})
    record = journal.get_record(tx, row.record_id)
    if record.decision is Decision.HOLD:
        decided = replace(
            record,
            decision=Decision.SKIP,
            reason=f"a person keeps what the library says; {record.reason}",
            outcome="unchanged",
        )
        journal.change_decision(tx, row.record_id, decided)


def _key_of(row: HoldRow) -> ItemKey:
    return ItemKey(row.payload["candidates"][0])


def _data_of(row: HoldRow, chosen: Sequence[str]) -> dict[str, Any]:
    """Return what exports say under names, as item data."""
    parts = [row.payload["fields"][name]["data"] for name in chosen]
    lines = [part["extra"] for part in parts if "extra" in part]
    data = {name: value for part in parts for name, value in part.items()}
    return {**data, "extra": "\n".join(lines)} if lines else data
