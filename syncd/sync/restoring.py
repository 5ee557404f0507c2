"""The door in a tombstone: something that was removed comes back because a person says so.

TRASHED  it is taken out of the library's trash
DELETED  it is made again, from what the ledger kept of it, with the notes that syncd gave it
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from syncd import formats
from syncd.errors import InputError, UnsettledError
from syncd.item.reading import citation_of
from syncd.ledger import history, journal, knowledge, naming, outbox
from syncd.ledger.answered import told_apart
from syncd.ledger.journal import KeptRecord
from syncd.ledger.store import LibraryLedger
from syncd.ledger.transaction import Transaction
from syncd.library import FILE_FACTS, Create, ItemData, Library, Operation, Restore
from syncd.matching import fingerprint
from syncd.plan import (
    Decision,
    Intent,
    KnownItem,
    PlannedOperation,
    PlannedRecord,
    Pointer,
    create_below,
    with_file,
)
from syncd.record import Citation, ItemKey
from syncd.sync.commit import decide_again
from syncd.sync.filing import Placement, placements_of
from syncd.sync.keys import KeyMinter, LedgerKeys
from syncd.sync.making import MadeItem, Tools, note_data, take_in
from syncd.sync.wanted import find_wanted
from syncd.system.packing import unpack

RESTORE = "restore"
"""The reason of a run that lets something come back."""


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What came back: the item as it was named, how it was removed, and under which key it is."""

    library: str
    run: int
    item_key: str
    was: str
    is_now: str
    waiting: UnsettledError | None = None


class _Kept(NamedTuple):
    """What the ledger kept of an item: enough to make it again."""

    record: KeptRecord
    data: ItemData
    children: Sequence[ItemData]
    citation: Citation


class Restorer:
    """Lets works come back into one library that has been followed."""

    def __init__(self, library: Library, ledger: LibraryLedger, tools: Tools) -> None:
        self._library = library
        self._ledger = ledger
        self._tools = tools
        self._minter = KeyMinter(ledger.identity)

    def promise(self, what: str) -> tuple[int, str, str]:
        """Write down what lets it come back; return the run, the key, and how it was removed.

        Raises `InputError` when nothing or more than one thing is meant, when it is there, when
        too little is known of it, and for what is in the trash of a library that only takes new
        items; `UnsettledError` while it is coming back already.
        """
        with self._ledger.read() as tx:
            key, item = _choose(what, find_wanted(tx, what))
            _expect_nothing_promised(tx, key)
            _expect_absent(tx, key)
            kept = self._find_kept(tx, key) if item.state == "deleted" else None
        if kept is None:
            if self._library.capabilities.only_takes_new:
                raise InputError(
                    f"{key} is in the trash, and syncd may only add to this library: take it out "
                    "of the trash there"
                )
            return self._promise_restore(key, item), key, item.state
        existing = {each.key for each in self._library.collections()}
        return self._promise_again(key, kept, existing), key, item.state

    def is_now(self, run_id: int) -> str | None:
        """Return the key under which what a run let come back is in the library."""
        with self._ledger.read() as tx:
            done = history.done_in_run(tx.connection, run_id)
        keys = [each.item_key for each in done if not _is_child(each.operation)]
        return keys[0] if keys else None

    # Out of the trash

    def _promise_restore(self, key: str, item: KnownItem) -> int:
        operation = Restore(ItemKey(key), item.version)
        with self._ledger.write() as tx:
            run_id = journal.begin_run(tx, RESTORE)
            planned = [(None, "a person lets it come back", PlannedOperation(operation))]
            outbox.add_operations(tx, run_id, planned, self._ledger.row().cursor)
        return run_id

    # Made again

    def _promise_again(self, key: str, kept: _Kept, existing: Collection[str]) -> int:
        only_new = self._library.capabilities.only_takes_new
        held = () if only_new else kept.data.get("collections", ())
        collections = [each for each in held if each in existing]
        data = {**kept.data, "collections": collections}
        with self._ledger.write() as tx:
            run_id = journal.begin_run(tx, RESTORE)
            book = LedgerKeys(tx)
            told = fingerprint(kept.citation)
            new, ordinal, _ = self._minter.choose(kept.citation, told, book, again=key)
            operations = [PlannedOperation(Create(new, data), ordinal)]
            for number, child in enumerate(() if only_new else kept.children):
                child_key = self._minter.choose_child(new, number, book)
                operations.append(PlannedOperation(create_below(new, child_key, child)))
            planned = PlannedRecord(
                origin=kept.record.planned.origin,
                decision=Decision.CREATE,
                reason=f"a person lets {key} come back; it is made again from what was kept",
                # What it is made in view of is no reason to leave it deleted.
                candidates=tuple(Pointer(item_key=each) for each in dict.fromkeys((key, new))),
                identity=kept.citation.identity,
                item_key=new,
            )
            record_id = journal.repeat_record(tx, kept.record.record_id, run_id, planned)
            intent = Intent(
                planned,
                operations=tuple(operations),
                placements=_places(data, collections),
                # What was kept may say less than the item did: it is found by all of it again.
                aliases=tuple(_own_names(tx, key)),
            )
            decide_again(tx, run_id, record_id, intent, self._ledger.row().cursor)
        return run_id

    def _find_kept(self, tx: Transaction, key: str) -> _Kept:
        records = journal.kept_records(tx, key)
        if not records:
            raise InputError(
                f"{key} was deleted, and syncd knows nothing of it but that; drop its export into"
                " a folder with readd = true"
            )
        record = records[-1]
        base = history.find_bases(tx, [key]).get(key)
        if base is not None:
            citation = citation_of(base.data, record.planned.identity)
            return _Kept(record, base.data, _children_of(tx, key), citation)
        made = self._read_entry(record)
        children = (*map(note_data, made.notes), *made.attachments)
        citation = citation_of(made.whole, made.record.identity)
        return _Kept(record, made.data, children, citation)

    def _read_entry(self, record: KeptRecord) -> MadeItem:
        """Make the item of a record anew, from the entry as it was written."""
        entry = unpack(record.entry or b"")
        try:
            reading = formats.read(BytesIO(entry), record.planned.origin.file)
            made = [each for _, each in take_in(reading, self._tools)]
        except InputError as error:
            raise InputError(f"the entry that was kept cannot be read: {error.message}") from error
        if len(made) != 1 or isinstance(made[0], InputError):
            raise InputError("the entry that was kept is no record; drop its export again")
        return made[0]


def _choose(what: str, found: dict[str, KnownItem]) -> tuple[str, KnownItem]:
    """Return the one item that is meant."""
    if not found:
        raise InputError(
            f"nothing that was removed is known as {what!r}; name a DOI, a Scopus number or an"
            " item key"
        )
    there = sorted(key for key, item in found.items() if item.state == "present")
    if there:
        raise InputError(f"{what} is in the library: {', '.join(there)}")
    trashed = {key: item for key, item in found.items() if item.state == "trashed"}
    meant = trashed or found
    if len(meant) > 1:
        raise InputError(f"{what} may be any of {', '.join(sorted(meant))}; name one by its key")
    return next(iter(meant.items()))


def _expect_nothing_promised(tx: Transaction, key: str) -> None:
    """Raise `UnsettledError` where it may be coming back already, under this key or another."""
    promised = [p for p in outbox.operations_on(tx, key) if p.record_id is None or p.makes_work]
    for pending in outbox.works_to_make(tx):
        record = journal.get_record(tx, pending.record_id)
        if any(pointer.item_key == key for pointer in record.candidates):
            promised.append(pending)
    if promised:
        raise UnsettledError(f"run {promised[0].run_id} lets {key} come back, and still waits")


def _own_names(tx: Transaction, key: str) -> list[tuple[str, str]]:
    """Return the identifiers of an item, without those that are known to name several works."""
    names = naming.find_names(tx, key)
    shared = knowledge.find_shared_dois(tx, [value for kind, value in names if kind == "doi"])
    return [(kind, value) for kind, value in names if value not in shared]


def _expect_absent(tx: Transaction, key: str) -> None:
    bearers = naming.find_bearers(tx, _own_names(tx, key))
    present = [each for each, item in bearers.items() if item.state == "present"]
    apart = told_apart(tx, {(key, each) for each in present})
    there = sorted(each for each in present if (key, each) not in apart)
    if there:
        raise InputError(f"the work of {key} is in the library: {', '.join(there)}")


def _children_of(tx: Transaction, key: str) -> list[ItemData]:
    """Return the notes and links that syncd hung below an item, as it last wrote them."""
    children = history.children_made(tx, key)
    bases = history.find_bases(tx, [each.item_key for each in children])
    return [
        _made_again(each.operation, bases[each.item_key].data)
        for each in children
        if each.item_key in bases
    ]


def _made_again(made: Operation, base: ItemData) -> ItemData:
    """Return a child as it was last written; the file that it held is stored anew."""
    file = made.file if isinstance(made, Create) else None
    left_out = {"parentItem", *(FILE_FACTS if file else ())}
    return with_file({n: v for n, v in base.items() if n not in left_out}, file)


def _places(data: ItemData, collections: Sequence[str]) -> tuple[Placement, ...]:
    return placements_of(collections, [tag["tag"] for tag in data.get("tags", ())])


def _is_child(operation: Operation) -> bool:
    return isinstance(operation, Create) and operation.parent is not None
