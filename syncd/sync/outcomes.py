"""What became of operations, sorted by what is to be done about it.

LANDED   what stands in the library under the operation's key is what the operation meant
TAKEN    the library says that the key exists, so somebody has to look
UNSURE   it was sent, no answer came, and the library shows no trace of it (yet)
STRAY    a child that went below an item which is not its record's
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from syncd.item.equality import find_differences, is_as_written, is_half_as_written
from syncd.item.fields import TITLES
from syncd.item.reading import citation_of
from syncd.ledger.outbox import Pending
from syncd.library import (
    Accepted,
    AddToCollection,
    Create,
    CreateCollection,
    OnCollection,
    Pushed,
    Refusal,
    Refused,
    Restore,
    RestoreCollection,
    StoredItem,
    StoreFile,
    Trash,
    TrashCollection,
    Update,
)
from syncd.matching import Verdict, features_of, judge
from syncd.plan import Offer
from syncd.sync.effects import Place, places_in

_TITLE_AND_TYPE = frozenset({"itemType", *TITLES})

Landed = tuple[Pending, Accepted]


class Answered(NamedTuple):
    """A library's answer, sorted; the order within each list is that of sending."""

    landed: list[Landed]
    taken: list[Pending]
    refused: list[tuple[Pending, Refused]]


class Looked(NamedTuple):
    """What a look into the library found.

    `unsure` are those of which there is no trace, `others` those that were to make something
    under a key which something else has;
    `strays` are among the items of the latter.
    """

    landed: list[Landed]
    unsure: list[Pending]
    others: list[Pending]
    strays: list[StoredItem]


def sort_answer(operations: Sequence[Pending], answer: Pushed) -> Answered:
    """Sort what a push came to."""
    pairs = list(zip(operations, answer.outcomes, strict=True))
    # What went below a key that is taken may have gone below somebody else's item.
    doubtful = {
        pending.record_id
        for pending, outcome in pairs
        if isinstance(outcome, Refused) and outcome.refusal is Refusal.KEY_TAKEN and pending.is_main
    }
    sorted_ = Answered([], [], [])
    for pending, outcome in pairs:
        if isinstance(outcome, Refused):
            if outcome.refusal is Refusal.KEY_TAKEN:
                sorted_.taken.append(pending)
            else:
                sorted_.refused.append((pending, outcome))
        elif pending.record_id in doubtful and not pending.is_main:
            sorted_.taken.append(pending)
        else:
            sorted_.landed.append((pending, outcome))
    return sorted_


def sort_looked(
    operations: Sequence[Pending],
    items: Mapping[str, StoredItem],
    collections: Collection[str],
) -> Looked:
    """Sort operations by what the library holds under their keys.

    What stands under the key of one that was sent is most likely our own; where the library has
    only refused the key, it may be anybody's.
    """
    looked = Looked([], [], [], [])
    astray: set[int | None] = set()
    for pending in operations:
        item = items.get(pending.item_key)
        version = _landed_version(pending, item, collections)
        if version is not None and not (pending.record_id in astray and not pending.is_main):
            looked.landed.append((pending, Accepted(pending.item_key, version)))
        elif item is None or not isinstance(pending.operation, Create):
            looked.unsure.append(pending)
        else:
            looked.others.append(pending)
            if version is not None:
                looked.strays.append(item)
            elif pending.is_main:
                astray.add(pending.record_id)
    return looked


def _landed_version(
    pending: Pending, item: StoredItem | None, collections: Collection[str]
) -> int | None:
    """Return the version at which the operation has landed, or None if it has not."""
    if isinstance(pending.operation, OnCollection):
        # A collection under our key is ours even if a person has renamed it since.
        is_listed = pending.item_key in collections
        return 0 if is_listed != isinstance(pending.operation, TrashCollection) else None
    if item is None or not _has_landed(pending, item):
        return None
    return item.version


def _has_landed(pending: Pending, item: StoredItem) -> bool:
    match pending.operation:
        case Restore():
            return not item.trashed
        case Trash():
            return item.trashed
        case AddToCollection(_, _, collections, tags):
            there = {tag["tag"] for tag in item.data.get("tags", ())}
            filed = set(item.data.get("collections", ()))
            return there.issuperset(tags) and filed.issuperset(collections)
        case StoreFile(_, file):
            return item.data.get("md5") == file.md5
        case Update() as update:
            written = _is_written(update, pending.offer, item)
            return written and not _taken_off(update) & places_in(item.data).keys()
        case Create() as create:
            return _is_meant(create, item, sent=pending.sent_at is not None)
        case CreateCollection() | TrashCollection() | RestoreCollection():
            return False


def _is_written(update: Update, offer: Offer | None, item: StoredItem) -> bool:
    """Say whether an item carries what was written.

    A person may have edited it once more since. What an update writes arrives together: one
    property that was not there before says that all of them were.
    """
    if is_as_written({**item.data, **update.data}, item.data):
        return True
    if offer is None or item.version <= update.base_version:
        return False
    return any(
        is_as_written({name: value}, {name: item.data.get(name)})
        and not is_as_written({name: value}, {name: offer.before.get(name)})
        for name, value in update.data.items()
    )


def _taken_off(update: Update) -> set[Place]:
    """Return the collections and tags that an update takes off, as far as is known."""
    before = update.before or {}
    named = {name: before[name] for name in before if name in update.data}
    return places_in(named).keys() - places_in(update.data).keys()


def _is_meant(create: Create, item: StoredItem, *, sent: bool) -> bool:
    """Say whether the item under a creation's key is what was to be created.

    One that is as it was written needs no likeness: a record may say too little to be told from
    any other. What was sent is ours, too, after a person's edits: where nothing but its title
    differs, or half of it still stands. Otherwise likeness decides, ours in doubt.
    """
    if item.data.get("parentItem") != create.parent:
        return False
    if create.parent or is_as_written(create.data, item.data):
        return True
    if sent and (_is_retitled(create, item) or is_half_as_written(create.data, item.data)):
        return True
    meant, there = (features_of(citation_of(data)) for data in (create.data, item.data))
    verdict = judge(meant, there).verdict
    return verdict is Verdict.SAME or (sent and verdict is Verdict.UNDECIDED)


def _is_retitled(create: Create, item: StoredItem) -> bool:
    """Say whether an item is as it was written but for its title, and perhaps its type."""
    return _TITLE_AND_TYPE.issuperset(find_differences(create.data, item.data))
