"""What would be done with each record and why: a plan is data, and harmless to compute.

A plan is made of rulings (`matching`: the same work as what?) and of what each drop folder asks
for. It names operations with their keys and exact payloads; nothing here sends anything.

PLACE    what a drop folder wants for its records: collection, tags, and how to treat what is
         already there
INTENT   one record's decision together with the operations that carry it out
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from syncd.library import Operation
from syncd.record import NO_IDENTITY, Citation, Identity, Origin
from syncd.settings import FolderSettings, LookAlikes, WhenFound


class Decision(StrEnum):
    """What becomes of a record; the words are those of the JSON documents."""

    CREATE = "create"
    SKIP = "skip"
    COLLECT = "collect"
    UPDATE = "update"
    HOLD = "hold"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Another record or item: by its key where it is in the library, else by file and index."""

    item_key: str | None = None
    file: str | None = None
    index: int | None = None
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedRecord:
    """The decision on one record, as reports show it and the ledger remembers it."""

    origin: Origin
    decision: Decision
    reason: str
    evidence: tuple[str, ...] = ()
    duplicate_of: Pointer | None = None
    candidates: tuple[Pointer, ...] = ()
    identity: Identity = NO_IDENTITY
    item_key: str | None = None
    outcome: str | None = None
    error: str | None = None


@dataclass(slots=True)
class Plan:
    """Decisions in the order of the exports; `run` is None where nothing was to be changed."""

    records: list[PlannedRecord] = field(default_factory=list)
    run: int | None = None

    def counts(self) -> dict[str, int]:
        """Return how many records there are of each decision, zeros included."""
        found = Counter(record.decision for record in self.records)
        return {decision.value: found[decision] for decision in Decision}


@dataclass(frozen=True, slots=True)
class Place:
    """What a drop folder asks for; `folder` is its path in bytes, empty for files given by hand."""

    folder: bytes = b""
    collection: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    readd: bool = False
    when_found: WhenFound = WhenFound.SYNC
    look_alikes: LookAlikes = LookAlikes.HOLD


def place_of(folder: FolderSettings) -> Place:
    """Return what a drop folder asks for, as planning takes it."""
    return Place(
        folder=bytes(folder.path),
        collection=folder.collection,
        tags=folder.tags,
        readd=folder.readd,
        when_found=folder.duplicates.when_found,
        look_alikes=folder.duplicates.look_alikes,
    )


class Cut(NamedTuple):
    """A text that was too long. `where` is a path such as `creators[3].lastName`."""

    where: str
    full: str
    falsifies: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way: what it would send and what it is compared by."""

    origin: Origin
    citation: Citation
    data: Mapping[str, Any]
    children: tuple[Mapping[str, Any], ...]
    """Notes and linked attachments, as item data without `parentItem`."""
    place: Place
    export: int
    """Which export of the plan it came from, counting from 0."""
    entry: bytes = b""
    """The entry as written, deflated; kept in the ledger."""
    cuts: tuple[Cut, ...] = ()
    """Texts longer than the library takes; the data holds what fits."""


class PlannedOperation(NamedTuple):
    """One operation before it is written down; `ordinal` says which key of its series it has."""

    operation: Operation
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Intent:
    """A record's decision and the operations that carry it out, parents before children."""

    planned: PlannedRecord
    export: int = 0
    entry: bytes = b""
    operations: tuple[PlannedOperation, ...] = ()
    placements: tuple[tuple[str, str], ...] = ()
    """Where this run puts the item: (collection | tag, value)."""
    aliases: tuple[tuple[str, str], ...] = ()
    member: Citation | None = None
    """The record's citation where it is the work of an item or of an earlier record."""
    shared: tuple[str, ...] = ()
    question: HeldQuestion | None = None


@dataclass(frozen=True, slots=True)
class HeldQuestion:
    """What a person is asked about a record, with all that is needed to act on the answer.

    `name` is the same whenever the same record meets the same candidates again.
    """

    name: str
    payload: Mapping[str, Any]


def question_about(
    fingerprint: str,
    candidates: Collection[str],
    data: Mapping[str, Any],
    children: Sequence[Mapping[str, Any]],
    placements: Mapping[str, Sequence[str]],
) -> HeldQuestion:
    """Put a doubt into a question: is this record one of these, or a work of its own?

    `candidates` are item keys, or fingerprints of works that have none; `placements` holds the
    `collections` and `tags` that the record's folder asks for.
    """
    names = sorted(candidates)
    payload = {
        "fingerprint": fingerprint,
        "candidates": names,
        "data": dict(data),
        "children": [dict(child) for child in children],
        "collections": list(placements["collections"]),
        "tags": list(placements["tags"]),
    }
    return HeldQuestion(" ".join([fingerprint, *names]), payload)


class KnownItem(NamedTuple):
    """What the mirror says of one key; `state` is present, trashed or deleted."""

    state: str
    version: int
    collections: frozenset[str]
    seen: bool
    """Whether its content was ever read; a key can be known to be deleted and no more."""
    removed_at: datetime | None = None
    """Since when it is in the trash or gone, as far as that is known."""

    @property
    def is_free(self) -> bool:
        """Whether a work may get this key: a tombstone with a content keeps its own work away."""
        return self.state == "deleted" and not self.seen
