"""What became of operations, sorted by what is to be done about it.

LANDED   what stands in the library under the operation's key is what the operation meant: our
         write arrived, or another syncd was faster; either way it is done
TAKEN    the library says that the key exists, so somebody has to look
STRAY    a child that went below an item which is not its record's
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from syncd.item import citation_of
from syncd.ledger.outbox import Pending
from syncd.library import Accepted, Pushed, Refusal, Refused, StoredItem
from syncd.matching import Verdict, features_of, judge
from syncd.plan import OperationKind

Landed = tuple[Pending, Accepted]


class Answered(NamedTuple):
    """A library's answer, sorted; the order within each list is that of sending."""

    landed: list[Landed]
    taken: list[Pending]
    refused: list[tuple[Pending, Refused]]


class Looked(NamedTuple):
    """What a look into the library found; `others` have not landed, `strays` are among them."""

    landed: list[Landed]
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
    """Sort operations of unknown fate by what the library holds under their keys."""
    looked = Looked([], [], [])
    astray: set[int | None] = set()
    for pending in operations:
        item = items.get(pending.item_key)
        version = _landed_version(pending, item, collections)
        if version is None:
            looked.others.append(pending)
            if item is not None and pending.is_main:
                astray.add(pending.record_id)
        elif item is not None and not pending.is_main and pending.record_id in astray:
            looked.others.append(pending)
            looked.strays.append(item)
        else:
            looked.landed.append((pending, Accepted(pending.item_key, version)))
    return looked


def _landed_version(
    pending: Pending, item: StoredItem | None, collections: Collection[str]
) -> int | None:
    """Return the version at which the operation has landed, or None if it has not."""
    if pending.kind is OperationKind.CREATE_COLLECTION:
        # A collection under our key is ours even if a person has renamed it since.
        return 0 if pending.item_key in collections else None
    if item is None or not _has_landed(pending, item):
        return None
    return item.version


def _has_landed(pending: Pending, item: StoredItem) -> bool:
    match pending.kind:
        case OperationKind.RESTORE:
            return not item.trashed
        case OperationKind.TRASH:
            return item.trashed
        case OperationKind.COLLECT:
            tags = {tag["tag"] for tag in item.data.get("tags", ())}
            filed = set(item.data.get("collections", ()))
            return tags >= set(pending.payload["tags"]) and filed >= set(
                pending.payload["collections"]
            )
        case _:
            return _is_meant(pending, item)


def _is_meant(pending: Pending, item: StoredItem) -> bool:
    if not pending.is_main:
        return bool(item.data.get("parentItem") == pending.payload["parentItem"])
    if item.data.get("parentItem"):
        return False
    meant, there = (features_of(citation_of(data)) for data in (pending.payload, item.data))
    return judge(meant, there).verdict is Verdict.SAME
