"""Files beside exports: read where they will be sent, and sent where one is still missing.

A record names its files each time that it comes, and most of those times its item is there and
holds them. So they are known by an outline until something is made of the record.

A ledger that was lost knew which attachments were still to get their files. They are told by what
they are: ours by their key (by what they say, where the library gives the keys), empty, and nothing
that this ledger has had to do with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from syncd.errors import InputError
from syncd.inbox.exports import ChangedError
from syncd.inbox.sending import measure
from syncd.ledger import history, mirror, outbox
from syncd.ledger.store import LibraryLedger
from syncd.library import ItemData, Library, StoredItem, StoreFile
from syncd.matching import Ruling, RulingKind
from syncd.plan import Incoming, Intent, PlannedOperation, split_file, with_file
from syncd.record import ItemKey
from syncd.sync.intake import MOST_PROBLEMS, Intake
from syncd.sync.keys import KeyMinter

_MOST_CHILDREN = 64
"""So many first keys of what hangs below an item are known for ours."""


class Empty(NamedTuple):
    """An attachment that is there without the file which a record names for it.

    `child` is the place of the file among what hangs below the record's item.
    """

    record: int
    child: int
    key: ItemKey


# Empty attachments


def find_empty(
    library: Library,
    ledger: LibraryLedger,
    incoming: Sequence[Incoming],
    rulings: Sequence[Ruling],
) -> list[Empty]:
    """Return the attachments below items that are there which wait for a file of these records."""
    there = {
        number: ruling.known.ref
        for number, (record, ruling) in enumerate(zip(incoming, rulings, strict=True))
        if ruling.kind is RulingKind.SAME and ruling.known and ruling.known.removed is None
        if any(_files_of(record))
    }
    below = _children_of_others(ledger, set(there.values())) if there else {}
    if library.capabilities.takes_keys:
        below = _under_own_keys(below, KeyMinter(ledger.identity))
    keys = sorted({key for children in below.values() for key in children})
    found = {item.key: item for item in library.get(keys)} if keys else {}
    empty: list[Empty] = []
    given: set[ItemKey] = set()
    for number, parent in there.items():
        for child, data in _files_of(incoming[number]):
            fit = [
                k for k in below.get(parent, ()) if k not in given and _waits(found.get(k), data)
            ]
            if fit:
                empty.append(Empty(number, child, fit[0]))
                given.add(fit[0])
    return empty


def _files_of(record: Incoming) -> Iterator[tuple[int, ItemData]]:
    """Yield the attachments of a record that are to hold files, by their numbers."""
    for number, child in enumerate(record.children):
        data, file = split_file(child)
        if file is not None:
            yield number, data


def _children_of_others(
    ledger: LibraryLedger, parents: Collection[str]
) -> Mapping[str, Sequence[ItemKey]]:
    """Return what hangs below items, without what this ledger has had to do with."""
    with ledger.read() as tx:
        below = mirror.find_children(tx, parents)
        every = {key for children in below.values() for key in children}
        met = mirror.find_own(tx, every) | history.find_met(tx, every)
        met |= outbox.find_files(tx, every - met)
    return {
        parent: [ItemKey(key) for key in sorted(children) if key not in met]
        for parent, children in below.items()
    }


def _under_own_keys(
    below: Mapping[str, Sequence[ItemKey]], minter: KeyMinter
) -> Mapping[str, Sequence[ItemKey]]:
    own: defaultdict[str, list[ItemKey]] = defaultdict(list)
    for parent, children in below.items():
        if children:
            minted = {minter.first_child(ItemKey(parent), n) for n in range(_MOST_CHILDREN)}
            own[parent] = [key for key in children if key in minted]
    return own


_OWN = ("itemType", "linkMode", "filename", "contentType")


def _waits(item: StoredItem | None, data: ItemData) -> bool:
    """Say whether an item is this attachment, and holds nothing."""
    if item is None or item.trashed or item.data.get("md5"):
        return False
    return all(item.data.get(name) == data[name] for name in _OWN)


# Files


class FileReader:
    """Reads the files that will be sent, for one plan.

    `changed` are the exports beside which a file changes just now: they are to be read again later.
    A file that cannot be sent is told with the problems of the reading.
    """

    def __init__(self, reading: Intake) -> None:
        self._reading = reading
        self.changed: set[int] = set()
        self._left_out = 0

    def read_for_new(self, rulings: Sequence[Ruling]) -> None:
        """Read the files of records of which something may be made, now or by an answer."""
        incoming = self._reading.incoming
        for number, (record, ruling) in enumerate(zip(incoming, rulings, strict=True)):
            if any(_files_of(record)) and _may_be_made(record, ruling):
                read = [self._read(record, child) for child in record.children]
                children = tuple(child for child in read if child is not None)
                incoming[number] = replace(record, children=children)

    def read_for(self, empty: Sequence[Empty]) -> Mapping[int, Sequence[StoreFile]]:
        """Return, by its number, what stores files of each record in attachments that are empty."""
        wanted: defaultdict[int, list[StoreFile]] = defaultdict(list)
        for number, child, key in empty:
            record = self._reading.incoming[number]
            read = self._read(record, record.children[child])
            if read is not None and (file := split_file(read)[1]) is not None:
                wanted[number].append(StoreFile(key, file))
        return wanted

    def _read(self, record: Incoming, child: ItemData) -> ItemData | None:
        """Return a child with its file as it is known when that was read; None: it goes without."""
        data, file = split_file(child)
        if file is None:
            return child
        try:
            return with_file(data, measure(file))
        except ChangedError:
            self.changed.add(record.export)
        except InputError as error:
            self._left_out += 1
            if self._left_out > MOST_PROBLEMS:
                return None
            told = f"{file.path} is not attached: {error.message}"
            path, line = Path(record.origin.file), record.origin.line
            self._reading.problems.append(InputError(told, path=path, line=line))
        return None


def _may_be_made(record: Incoming, ruling: Ruling) -> bool:
    """Say whether an item may be made of a record: at once, or when a person says so."""
    if ruling.kind is not RulingKind.SAME:
        return True
    return ruling.known is not None and bool(ruling.known.removed) and record.place.readd


def with_files(
    intents: Sequence[Intent], wanted: Mapping[int, Sequence[StoreFile]]
) -> list[Intent]:
    """Return decisions about records, with the files that their items are still without."""
    return [
        _with_files(intent, wanted[number]) if number in wanted else intent
        for number, intent in enumerate(intents)
    ]


def _with_files(intent: Intent, files: Sequence[StoreFile]) -> Intent:
    names = ", ".join(each.file.path for each in files)
    reason = f"{names} is stored, for which its attachment still waits; {intent.planned.reason}"
    operations = (*intent.operations, *map(PlannedOperation, files))
    return replace(intent, planned=replace(intent.planned, reason=reason), operations=operations)
