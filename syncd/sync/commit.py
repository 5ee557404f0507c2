"""A plan is written down: from then on its operations are promised, whatever happens next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from syncd.ledger import holds, index, journal, knowledge, outbox
from syncd.ledger.journal import ExportFacts
from syncd.ledger.store import Ledger, LibraryRow
from syncd.plan import Decision, Intent
from syncd.sync.intake import Delivery, Intake
from syncd.sync.lookup import CollectionBook


def promise(
    ledger: Ledger,
    row: LibraryRow,
    deliveries: Sequence[Delivery],
    reading: Intake,
    intents: Sequence[Intent],
    book: CollectionBook,
    reason: str,
) -> int:
    """Write the whole plan down at once and return the number of its run.

    Decisions, operations, questions and deliveries are all in the ledger afterwards, or none.
    """
    now = ledger.now()
    with ledger.write() as connection:
        run_id = journal.begin_run(connection, row.library_id, reason, now)
        exports = [journal.get_export(connection, _facts(delivery), now) for delivery in deliveries]
        marked = [_with_outcome(intent) for intent in intents]
        record_ids = journal.add_records(connection, row.library_id, run_id, marked, exports)
        writer = _PlanWriter(connection, row, run_id, now)
        writer.add_operations(intents, record_ids, book)
        writer.add_knowledge(intents)
        writer.add_questions(intents, record_ids)
        for number, delivery in enumerate(deliveries):
            if number not in reading.changed:
                writer.add_delivery(exports[number], delivery)
    return run_id


class _PlanWriter(NamedTuple):
    """Writes one plan into the ledger, inside one transaction."""

    connection: Connection
    row: LibraryRow
    run_id: int
    now: str

    def add_operations(
        self, intents: Sequence[Intent], record_ids: Sequence[int], book: CollectionBook
    ) -> None:
        wanted = [key for intent in intents for key in _collections_of(intent)]
        planned = [(None, "asked for by a folder", each) for each in book.made_for(wanted)]
        of_records = [
            (record_id, intent.planned.reason, operation)
            for intent, record_id in zip(intents, record_ids, strict=True)
            for operation in intent.operations
        ]
        outbox.add_operations(
            self.connection,
            self.row.library_id,
            self.run_id,
            [*planned, *of_records],
            self.row.cursor,
        )

    def add_knowledge(self, intents: Sequence[Intent]) -> None:
        """Remember aliases, shared DOIs, and where items are put."""
        library_id = self.row.library_id
        keyed = [(intent, intent.planned.item_key) for intent in intents]
        index.add_identifiers(
            self.connection,
            library_id,
            [(kind, value, key) for intent, key in keyed if key for kind, value in intent.aliases],
            alias=True,
        )
        knowledge.add_members(
            self.connection,
            library_id,
            [(key, intent.member) for intent, key in keyed if key and intent.member],
        )
        knowledge.add_shared_dois(
            self.connection, library_id, {doi for intent in intents for doi in intent.shared}
        )
        knowledge.add_placements(
            self.connection,
            library_id,
            [
                (key, kind, value)
                for intent, key in keyed
                if key
                for kind, value in intent.placements
            ],
            self.run_id,
        )

    def add_questions(self, intents: Sequence[Intent], record_ids: Sequence[int]) -> None:
        for intent, record_id in zip(intents, record_ids, strict=True):
            if intent.question is not None:
                holds.add_hold(
                    self.connection,
                    self.row.library_id,
                    record_id,
                    kind="identity",
                    question=intent.question.name,
                    reason=intent.planned.reason,
                    payload=intent.question.payload,
                    now=self.now,
                )

    def add_delivery(self, export_id: int, delivery: Delivery) -> None:
        folder = delivery.place.folder
        sha256 = delivery.export.sha256
        known = journal.is_delivered(self.connection, self.row.library_id, sha256, folder)
        # A file that a person names by hand is read again as often as they like.
        if not known:
            journal.add_delivery(
                self.connection, export_id, self.row.library_id, folder, self.run_id, self.now
            )


def _collections_of(intent: Intent) -> Iterator[str]:
    """Yield the collections that something goes into, or may once a person has answered."""
    for operation in intent.operations:
        yield from operation.payload.get("collections", ())
    if intent.question is not None:
        yield from intent.question.payload["collections"]


def _with_outcome(intent: Intent) -> Intent:
    outcome = {
        Decision.CREATE: "pending",
        Decision.COLLECT: "pending",
        Decision.UPDATE: "pending",
        Decision.SKIP: "unchanged",
    }.get(intent.planned.decision)
    return replace(intent, planned=replace(intent.planned, outcome=outcome))


def _facts(delivery: Delivery) -> ExportFacts:
    export = delivery.export
    return ExportFacts(
        export.sha256, export.size, bytes(export.name.name, "utf-8", "surrogateescape")
    )
