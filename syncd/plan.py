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
from types import MappingProxyType
from typing import Any, NamedTuple

from syncd.library import Create, FileToStore, ItemData, Operation
from syncd.record import NO_IDENTITY, CarriedKey, Citation, Identity, ItemKey, Origin, Provenance
from syncd.settings import (
    MAX_UPLOAD,
    Attachments,
    ByMetadata,
    DuplicateSettings,
    FolderSettings,
    LookAlikes,
    WhenFound,
)

IDENTITY = "identity"
"""The kind of question whether a record is the work of an item."""
UNFINISHED = "unfinished"
"""The kind of question whether an item is made of a record that its export cuts off."""
FIELDS = "fields"
"""The kind of question what fields of an item shall say that a person and an export changed."""

ASKED_ABOUT = "you are asked about"
"""How a reason begins to say which fields a question is about; see `PlannedRecord.asks`."""

STAYS_DELETED = "this work was deleted from the library, and stays deleted"
"""Why no item is made of a record whose key tells that somebody deleted what it was."""


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
    library: str | None = None
    """The name of the library that it goes to; None where there is none."""
    run: int | None = None
    """The run that carries it out; None where nothing is to be changed."""

    @property
    def asks(self) -> bool:
        """Whether a person is asked: about the record, or about fields while others are written."""
        return self.decision is Decision.HOLD or ASKED_ABOUT in self.reason


class MetGuard(NamedTuple):
    """A guard that a run meets: the key of its limit, and what the run would do so often."""

    name: str
    limit: int
    times: int
    verb: str

    @property
    def message(self) -> str:
        """What stops the run, in words."""
        return f"one run would {self.verb} {self.times} items, and {self.name} is {self.limit}"


@dataclass(slots=True)
class Plan:
    """Decisions in the order of the exports; without `runs` where nothing was to be changed.

    `guards` are those that would stop the run before anything is sent.
    """

    records: list[PlannedRecord] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    """Every run that is told of, those without a record included."""
    guards: Sequence[MetGuard] = ()

    @property
    def run(self) -> int | None:
        """The number of the run, where it is only one."""
        return self.runs[0] if len(self.runs) == 1 else None

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
    by_metadata: ByMetadata = ByMetadata.DECIDE
    attachments: Attachments = Attachments.LINK
    max_upload: int = MAX_UPLOAD


def place_of(folder: FolderSettings) -> Place:
    """Return what a drop folder asks for, as planning takes it."""
    return Place(
        folder=bytes(folder.path),
        collection=folder.collection,
        tags=folder.tags,
        readd=folder.readd,
        when_found=folder.duplicates.when_found,
        look_alikes=folder.duplicates.look_alikes,
        by_metadata=folder.duplicates.by_metadata,
        attachments=folder.attachments,
        max_upload=folder.max_upload,
    )


def place_without_folder(duplicates: DuplicateSettings) -> Place:
    """Return what is asked for files that lie in no drop folder."""
    return Place(
        when_found=duplicates.when_found,
        look_alikes=duplicates.look_alikes,
        by_metadata=duplicates.by_metadata,
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
    fingerprint: str
    """What its work is known by where it has no identifier."""
    data: Mapping[str, Any]
    children: tuple[Mapping[str, Any], ...]
    """Notes and attachments, as item data without `parentItem`; see `with_file`."""
    place: Place
    export: int
    """Which export of the plan it came from, counting from 0."""
    entry: bytes = b""
    """The entry as written, packed; kept in the ledger."""
    cuts: tuple[Cut, ...] = ()
    """Texts longer than the library takes; the data holds what fits."""
    is_unfinished: bool = False
    """Whether the export ends inside the entry, so that a person says what becomes of it."""
    exported_at: str = ""
    """Of when the export is; see `record.Provenance`."""
    tags: tuple[str, ...] = ()
    """What the operator wants its item to be tagged with, for what a screening decided."""
    fate_tag: str = ""
    """The same for what became of the work."""
    fate: frozenset[str] = frozenset()
    """What the record says became of the work, in words: retracted, corrected, in press."""
    carried: CarriedKey | None = None
    """The item key that it carries, because it was exported from a library."""
    features: bytes | None = None
    """What its item would be compared by, dumped, where that is what the record is compared by."""

    @property
    def own_tags(self) -> tuple[str, ...]:
        """What its item is tagged with for what the record says of itself."""
        return (*self.tags, self.fate_tag) if self.fate_tag else self.tags

    @property
    def provenance(self) -> Provenance:
        """Which source says it, and of when its export is."""
        return Provenance(self.origin.source, self.exported_at)


_FILE = "syncd:file"
"""No property of an item has such a name."""


def with_file(data: ItemData, file: FileToStore | None) -> ItemData:
    """Return the data of an attachment together with the file that it is to hold, as one value."""
    return data if file is None else {**data, _FILE: file._asdict()}


def split_file(data: ItemData) -> tuple[ItemData, FileToStore | None]:
    """Return the data of an attachment, and the file that it is to hold."""
    if _FILE not in data:
        return data, None
    kept = {name: value for name, value in data.items() if name != _FILE}
    return kept, FileToStore(**data[_FILE])


def create_below(parent: ItemKey, key: ItemKey, child: ItemData) -> Create:
    """Return what makes a note or an attachment below an item."""
    data, file = split_file(child)
    return Create(key, {**data, "parentItem": parent}, file)


class OfferMode(StrEnum):
    """How an update came about, and so how it is decided again."""

    SYNC = "sync"
    FILL = "fill"
    CHOSEN = "chosen"
    """A person wants the fields to say so."""
    NOTE = "note"
    """A note of syncd's is to say what a newer export does."""


class Offer(NamedTuple):
    """What an update was decided from: what the record says, and what stood in the item.

    `fields` are those that it writes, `before` the properties that it changes, as they stood.
    `seen` is what a person saw in the fields that they chose for: should it have changed since, it
    stays.
    """

    mode: OfferMode
    ours: Mapping[str, Any]
    fields: tuple[str, ...] = ()
    before: Mapping[str, Any] = MappingProxyType({})
    seen: Mapping[str, Any] = MappingProxyType({})


class PlannedOperation(NamedTuple):
    """One operation before it is written down; `ordinal` says which key of its series it has.

    `features` is what the work that it makes is compared by, dumped, where that is known.
    """

    operation: Operation
    ordinal: int = 0
    offer: Offer | None = None
    features: bytes | None = None


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
    member_of: str | None = None
    """The item that it was found to be, where people have merged that into the record's item."""
    shared: tuple[str, ...] = ()
    question: HeldQuestion | None = None
    exported_at: str = ""
    """Of when the record's export is; see `record.Provenance`."""
    confirmed: frozenset[str] = frozenset()
    """Fields of the item of which the record says once more what its source said before."""


class HeldQuestion(NamedTuple):
    """What a person is asked about a record, with all that is needed to act on the answer.

    `name` is the same whenever the same record meets the same candidates again. `kind` is
    `identity`, or `fields` where the question is what an item shall say.
    """

    name: str
    payload: Mapping[str, Any]
    kind: str = IDENTITY


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
