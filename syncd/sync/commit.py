"""Decisions are written down: from then on their operations are promised, whatever happens next."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from syncd.errors import Problem
from syncd.ledger import asked, holds, index, journal, knowledge, outbox, sources
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.library import AddToCollection, Create
from syncd.plan import Decision, Intent, PlannedOperation
from syncd.record import Provenance
from syncd.sync.intake import Delivery, Intake


class RunPlan(NamedTuple):
    """A whole plan: its decisions, and what makes the collections that they need."""

    intents: Sequence[Intent]
    collections: Sequence[PlannedOperation]
    asked: Mapping[tuple[str, ...], str]
    """Which collections answer to the paths that folders ask for."""


def promise(
    ledger: LibraryLedger,
    cursor: int,
    deliveries: Sequence[Delivery],
    reading: Intake,
    plan: RunPlan,
    reason: str,
) -> int:
    """Write the whole plan down at once and return the number of its run.

    `cursor` is the library version it was made against. Decisions, operations, questions and
    deliveries are all in the ledger afterwards, or none.
    """
    with ledger.write() as tx:
        run_id = journal.begin_run(tx, reason)
        exports = [journal.get_export(tx, _facts(delivery)) for delivery in deliveries]
        record_ids = journal.add_records(tx, run_id, plan.intents, exports, _OUTCOMES)
        needed = [(None, "asked for by a folder", each) for each in plan.collections]
        outbox.add_operations(tx, run_id, needed, cursor)
        asked.remember_collections(tx, plan.asked)
        _add_all(tx, run_id, list(zip(record_ids, plan.intents, strict=True)), cursor)
        for number, delivery in enumerate(deliveries):
            if number not in reading.changed:
                why = reading.unusable.get(number)
                folder = delivery.place.folder
                unusable = why.message if why else None
                place = os.fsencode(delivery.export.dropped_as.parent)
                journal.add_delivery(
                    tx,
                    exports[number],
                    folder,
                    run_id,
                    unusable=unusable,
                    place=place,
                    problems=_problems_of(delivery, reading),
                )
    return run_id


def _problems_of(delivery: Delivery, reading: Intake) -> list[Problem]:
    """Return what was odd about one export that could be used all the same."""
    path = delivery.export.dropped_as
    return [Problem(each.message, each.line) for each in reading.problems if each.path == path]


def decide_again(
    tx: Transaction, run_id: int, record_id: int, intent: Intent, planned_version: int
) -> None:
    """Write one record's new decision in place of the one before; `run_id` carries it out."""
    planned = intent.planned
    journal.change_decision(
        tx, record_id, replace(planned, outcome=_OUTCOMES.get(planned.decision))
    )
    _add_all(tx, run_id, [(record_id, intent)], planned_version)


def collections_of(intents: Iterable[Intent]) -> Iterator[str]:
    """Yield the collections that something goes into, or may once a person has answered."""
    for intent in intents:
        for operation in map(_operation, intent.operations):
            if isinstance(operation, AddToCollection):
                yield from operation.collections
            elif isinstance(operation, Create):
                yield from operation.data.get("collections", ())
        if intent.question is not None:
            yield from intent.question.payload.get("collections", ())


def _operation(planned: PlannedOperation) -> object:
    return planned.operation


def _add_all(
    tx: Transaction, run_id: int, decided: Sequence[tuple[int, Intent]], planned_version: int
) -> None:
    """Write down what follows from decisions: operations, what is learnt, and questions."""
    operations = [
        (record_id, intent.planned.reason, operation)
        for record_id, intent in decided
        for operation in intent.operations
    ]
    outbox.add_operations(tx, run_id, operations, planned_version)
    _add_knowledge(tx, run_id, [intent for _, intent in decided])
    for record_id, intent in decided:
        if intent.question is not None:
            holds.add_hold(
                tx,
                record_id,
                kind=intent.question.kind,
                question=intent.question.name,
                reason=intent.planned.reason,
                payload=intent.question.payload,
            )


def _add_knowledge(tx: Transaction, run_id: int, intents: Sequence[Intent]) -> None:
    """Remember aliases, shared DOIs, and where items are put."""
    keyed = [(intent, intent.planned.item_key) for intent in intents]
    aliases = [(kind, value, key) for intent, key in keyed if key for kind, value in intent.aliases]
    index.add_identifiers(tx, aliases, alias=True)
    knowledge.add_members(
        tx,
        [
            (intent.member_of or key, intent.member)
            for intent, key in keyed
            if key and intent.member
        ],
    )
    knowledge.add_shared_dois(tx, {doi for intent in intents for doi in intent.shared})
    placements = [
        (key, kind, value) for intent, key in keyed if key for kind, value in intent.placements
    ]
    knowledge.add_placements(tx, placements, run_id)
    confirmed: defaultdict[str, dict[str, Provenance]] = defaultdict(dict)
    for intent, key in keyed:
        if key and intent.confirmed:
            who = Provenance(intent.planned.origin.source, intent.exported_at)
            confirmed[key].update(dict.fromkeys(intent.confirmed, who))
    sources.add_sources(tx, {key: said for key, said in confirmed.items() if said})


_OUTCOMES: Mapping[Decision, str] = {
    Decision.CREATE: "pending",
    Decision.COLLECT: "pending",
    Decision.UPDATE: "pending",
    Decision.SKIP: "unchanged",
}
"""What becomes of a record by its decision, before anything is sent."""


def _facts(delivery: Delivery) -> ExportFacts:
    export = delivery.export
    return ExportFacts(
        export.sha256, export.size, bytes(export.name.name, "utf-8", "surrogateescape")
    )
