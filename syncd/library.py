"""What syncd asks of a library, and nothing about how any library does it.

KEY        eight characters, minted by the plan before anything is sent, so that sending
           twice cannot create two items.
VERSION    a number the library raises with every change. An item's version is the library
           version at which it last changed.
EXPECTED   the library version a plan was made against. A library that has moved on since
           refuses the whole push and writes nothing.
OPERATION  one intended change; OUTCOME what became of it.
DATA       an item as the Zotero web API writes it (`itemType`, fields, `creators`, `tags`,
           `collections`, `extra`), without key, version and `deleted`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple, NewType, Protocol, runtime_checkable

from syncd.errors import Denial
from syncd.record import ItemKey
from syncd.schema import Schema

CollectionKey = NewType("CollectionKey", str)
ItemData = Mapping[str, Any]


class TextLimits(NamedTuple):
    """The longest texts a library takes: fields in bytes of UTF-8, the others in characters."""

    field: int = 65_535
    date: int = 65_524
    name: int = 255
    tag: int = 255
    note: int = 500_000


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Facts about a kind of library; nobody asks an adapter its name."""

    batch_size: int = 50
    takes_keys: bool = True
    """The library accepts a key that the caller minted."""
    reports_tombstones: bool = True
    """`changes_since` names items that were deleted for good."""
    keeps_trash: bool = True
    """Trashed items stay readable and can be restored."""
    only_takes_new: bool = False
    """The library takes new items and no more: nothing that is there can be changed, filed or
    trashed, nothing hangs below an item, and no collection is made."""
    text_limits: TextLimits | None = None
    """The longest texts the library takes; None where it takes any."""
    carries_identity: bool = False
    """The library knows itself who it is, wherever it lies, and that it is no copy."""
    only_here: bool = False
    """At its place there is only one such library: another one there is another database."""
    late_writes: timedelta = timedelta()
    """How long after its beginning a write whose answer was lost may still be carried out."""


class Description(NamedTuple):
    """Who a library is and what may be done there.

    `identity` partitions the ledger: it says what the library *is* (type and number, or what
    the library calls itself), never how it is called in a configuration.
    """

    identity: str
    title: str
    schema: Schema
    writable: bool = True
    takes_notes: bool = True
    access: str = ""
    """What the key may do, in words; empty where there is no key."""
    location: str = ""
    """Where the library is just now: the address or the folder by which it is reached."""
    denial: Denial | None = None
    """Why it may not be written to, where that is known."""
    takes_linked_files: bool = True
    """Whether an attachment may point to a file of this machine."""
    stores_files: bool = False
    """Whether attachments may hold files; then the library is `Storing`."""


class StoredItem(NamedTuple):
    """One thing in a library; notes and attachments are items with a `parentItem`."""

    key: ItemKey
    version: int
    data: ItemData
    trashed: bool = False


class StoredCollection(NamedTuple):
    """A Zotero folder; a trashed one keeps its place until it is restored."""

    key: CollectionKey
    name: str
    parent: CollectionKey | None = None
    trashed: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of what happened since a version.

    `to_version` is None on every page but the last: only then has the caller seen
    everything and may move its cursor. `left` is how many items later pages bring, as far as
    is known. `collections` names every collection there is, where some may have gone since:
    items leave a collection that is deleted without a version of their own. None: none has gone.
    `from_start` says that the library stands before the
    version that was asked about: it was put back to an older state, and all of it is shown.
    """

    items: Sequence[StoredItem] = ()
    deleted: Sequence[ItemKey] = ()
    to_version: int | None = None
    left: int = 0
    collections: frozenset[CollectionKey] | None = None
    from_start: bool = False


KnownVersions = Callable[[Collection[ItemKey]], Mapping[ItemKey, int]]
"""Which of these items the caller already holds, and at which version: they need not be read."""


FILE_FACTS = ("md5", "mtime")
"""What an attachment shows of the file that it holds."""


class FileToStore(NamedTuple):
    """A file below a drop folder as it was planned: what is sent must still be that.

    `path` is its place below `folder`, `mtime` in milliseconds, `md5` in hexadecimal digits.
    """

    folder: str
    path: str
    owner: int
    size: int
    mtime: int
    md5: str

    @property
    def name(self) -> str:
        """What it is called."""
        return PurePosixPath(self.path).name


class Create(NamedTuple):
    """Make an item (or, with `parentItem` in `data`, a note or attachment) under this key.

    `file` is what an attachment is to hold once it is there (see `StoreFile`); making it is
    nothing to do with that.
    """

    item_key: ItemKey
    data: ItemData
    file: FileToStore | None = None

    @property
    def parent(self) -> ItemKey | None:
        """The item that this one hangs below; None for a work."""
        return self.data.get("parentItem")


class Update(NamedTuple):
    """Set these properties of an item; those not named stay as they are.

    None takes a property away; a library that shows all properties of a type shows it empty then.
    `before` is what stood there at `base_version`, as far as the sender has looked.
    """

    item_key: ItemKey
    base_version: int
    data: ItemData
    before: ItemData | None = None


class AddToCollection(NamedTuple):
    """Put an item into collections and give it tags, keeping those it has.

    `before` holds the `collections` and `tags` at `base_version`, as far as the sender has looked;
    None stands for a property that is not there.
    """

    item_key: ItemKey
    base_version: int
    collections: tuple[CollectionKey, ...] = ()
    tags: tuple[str, ...] = ()
    before: ItemData | None = None


class Trash(NamedTuple):
    """Move an item to the library's trash."""

    item_key: ItemKey
    base_version: int


class Restore(NamedTuple):
    """Take an item out of the library's trash."""

    item_key: ItemKey
    base_version: int


class StoreFile(NamedTuple):
    """Let an attachment that is there hold this file; see `Storing`. It is never pushed."""

    item_key: ItemKey
    file: FileToStore


class CreateCollection(NamedTuple):
    """Make a collection under this key."""

    collection_key: CollectionKey
    name: str
    parent: CollectionKey | None = None


class TrashCollection(NamedTuple):
    """Move a collection to the library's trash; the items in it stay in the library."""

    collection_key: CollectionKey


class RestoreCollection(NamedTuple):
    """Take a collection out of the library's trash; what was in it is in it again."""

    collection_key: CollectionKey


OnCollection = CreateCollection | TrashCollection | RestoreCollection
"""Operations that are about a collection itself."""

Operation = Create | Update | AddToCollection | Trash | Restore | StoreFile | OnCollection


def key_of(operation: Operation) -> ItemKey | CollectionKey:
    """Return the key of the item or collection that an operation is about."""
    # It is what each of them says first, and is asked for a dozen times for each record.
    return operation[0]


class Refusal(Enum):
    """Why one operation was refused, by what the caller does next."""

    KEY_TAKEN = "key taken"
    """Something with this key exists: look at it, then it is done or the next key is due."""
    CHANGED = "changed"
    """The item is newer than the plan: plan again."""
    MISSING = "missing"
    """The item, parent or collection is not there: plan again."""
    INVALID = "invalid"
    """Never, as it is: hold it for a person."""
    TROUBLE = "trouble"
    """The library could not do it now, through no fault of the operation: try again later."""


class Accepted(NamedTuple):
    """The operation is done; `unchanged` when there was nothing to do.

    `key` is the key that the item or collection has now: the operation's own where the library
    takes keys, else the one that the library gave it. `before` holds those properties of the item
    that were changed, as they stood; None where there was no item, or it was not looked at.
    `item` is the whole item as it stands now, where the answer shows it: it need not be read.
    """

    key: str
    version: int
    unchanged: bool = False
    before: ItemData | None = None
    item: StoredItem | None = None


class Refused(NamedTuple):
    """The operation was not done; `message` is the library's own word on it."""

    key: str
    refusal: Refusal
    message: str


Outcome = Accepted | Refused


class Pushed(NamedTuple):
    """What became of a push: one outcome per operation, in their order.

    `library_version` is where the library stands if, and only if, nobody else can have
    written between `expected` and now; otherwise None, and the caller takes the changes.
    """

    outcomes: Sequence[Outcome]
    library_version: int | None


class Library(Protocol):
    """One library. Any method may raise `UnavailableError` or `AccessDeniedError`."""

    @property
    def capabilities(self) -> Capabilities: ...

    def describe(self) -> Description:
        """Say who the library is and what may be done; also the test that a key works."""
        ...

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        """Yield everything that changed after `version`, trashed items included, in pages.

        From 0, the whole library. Versions seen are consistent: nothing that happened before
        the last page's `to_version` is missing. A listing that fails part-way raises; it never
        ends early as if it were complete. A library that stands at an earlier version than
        `version` was put back to an older state, and is listed from 0.
        """
        ...

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        """Read these items, trashed ones included; those that do not exist are left out."""
        ...

    def collections(self) -> list[StoredCollection]:
        """List every collection that is not in the trash."""
        ...

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """Attempt each operation in order; answer each.

        At most `capabilities.batch_size` operations. `expected` None asks for no guard.
        Raises only when no operation can be answered for: `ConflictError`, `UnavailableError`,
        `AccessDeniedError` or `RejectedError` if nothing was written, `OutcomeUnknownError` if
        that cannot be known.
        """
        ...

    def finish(self) -> None:
        """A run is over: bring up to date what is derived from the items, if anything is.

        Where run follows run, that may wait until the runs have ended, or until `close`.
        """
        ...

    def close(self) -> None:
        """Let go of connections and locks."""
        ...


@runtime_checkable
class Recognisable(Protocol):
    """What a library may be beside: one whose options alone say who it is.

    Then syncd knows what its ledger says of the library even while it cannot be reached.
    """

    @property
    def identity(self) -> str:
        """The `identity` that `describe` gives, found out without reaching the library."""
        ...

    @property
    def location(self) -> str:
        """The `location` that `describe` gives, found out likewise."""
        ...


@runtime_checkable
class Renewable(Protocol):
    """What a library may be beside: one that carries its identity and may be copied with it."""

    def renew_identity(self) -> None:
        """Make this a library of its own, as a copy has to be while its original is there."""
        ...


@runtime_checkable
class Remembering(Protocol):
    """What a library may be beside: one that knows where items are filed that were just read."""

    def find_filed(
        self, keys: Sequence[ItemKey], expected: int | None
    ) -> Mapping[ItemKey, StoredItem]:
        """Return those of these items whose collections and tags are known, if nothing has changed.

        Nothing has if the library is at version `expected`, which the write that follows makes
        sure of. Their data is `collections` and `tags`, and no more.
        """
        ...


@runtime_checkable
class Tracing(Protocol):
    """What a library may be beside: one that gives its own keys, and finds what it was sent.

    It cannot be asked for what a lost answer made under a key, so what it takes to find that is
    written down before a batch is sent.
    """

    def prepare(self, operations: Sequence[Operation]) -> str:
        """Return what must be kept until the push of these operations, the next, has its outcome.

        Raises as `push` does where nothing was written.
        """
        ...

    def trace(self, operations: Sequence[Operation], note: str) -> Sequence[Accepted | None]:
        """Say what a push made of which `note` was kept, and whose answer was lost.

        What was made is accepted under the key that it was given. None stands for what was not
        made and cannot be any more, and for whatever makes nothing. Raises `UnsettledError` while
        the library may still be at work on it; then nothing else may be sent.
        """
        ...


@runtime_checkable
class Storing(Protocol):
    """What a library may be beside: one that keeps files in its attachments."""

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        """Let an attachment hold a file, and show its `md5` and `mtime`; answer as `push` does.

        `content` is read once, to its end and piece by piece; it raises `InputError` there, or
        earlier, where it is not the file that was planned, and then nothing is stored. An
        attachment that holds that very file is left as it is, so that asking twice stores once;
        one that holds another is `CHANGED`. A file that may not be stored, or that finds no room,
        is `INVALID`. Raises as `push` does, and what `content` raises.
        """
        ...


@runtime_checkable
class Counting(Protocol):
    """What a library may be beside: one that is asked over a network, and counts how often."""

    def take_requests(self) -> Mapping[str, int]:
        """Return how many requests were answered with which status since the last call.

        What was not answered counts as `none`.
        """
        ...


@runtime_checkable
class Noticing(Protocol):
    """What a library may be beside: one that has something to tell people, and works all the same.

    What keeps it from working it raises.
    """

    def notices(self) -> Sequence[str]:
        """Return what people should know of the library as it stands, each as a sentence or two.

        Asked when a run or a look is over, and shown in `syncd status` and by `once` until it is
        asked again: what is said stays said for as long as it is so, and is left out then.
        """
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an adapter is given beside its own options."""

    name: str
    """The library's name in the configuration, for messages only."""
    cache: Path | None = None
    """A directory for what can be fetched again; None: keep nothing."""
    find_key: Callable[[], str | None] = field(default=lambda: None)
    """Look the library's key up, afresh at every call."""
    goes_on: bool = False
    """Run follows run, as in the daemon: what is derived from the items may wait a little."""


@runtime_checkable
class Consenting(Protocol):
    """What an adapter may be beside: one whose library itself asks a person for its key."""

    @property
    def consent_words(self) -> str:
        """What a person is to be told before the library asks."""
        ...

    def ask_consent(self, options: Mapping[str, object]) -> str:
        """Let the library ask, wait for the answer, and return the key.

        Raises `AccessDeniedError` where the answer is no, `UnavailableError` where there is none.
        """
        ...


@runtime_checkable
class ConsentingAtTimes(Consenting, Protocol):
    """What a `Consenting` adapter may be beside: one whose options decide whether it asks."""

    def asks_consent(self, options: Mapping[str, object]) -> bool:
        """Say whether a library with these options has anything to be allowed."""
        ...


@runtime_checkable
class Keyed(Protocol):
    """What an adapter may be beside: one whose library is opened with a key that a person makes.

    Then `syncd init` says where it is made and where it will be kept, and offers to store it.
    """

    def key_words(self, options: Mapping[str, object]) -> str:
        """Say, in a sentence, where the key of a library with these options is made."""
        ...


OptionValue = str | int | float | bool | list[str]


class Option(NamedTuple):
    """One key of an adapter's own in the configuration.

    A value is of the kind that `example` is. `default` is what holds where the key is not given,
    for people to read: the adapter itself puts it in.
    """

    name: str
    sentence: str
    example: OptionValue
    default: OptionValue | None = None
    required: bool = False
    choices: tuple[str, ...] = ()


@runtime_checkable
class Configurable(Protocol):
    """What an adapter may be beside: one that says which keys it takes.

    Then they are explained in what `syncd init` asks and writes, in `syncd check` and in the JSON
    Schema, and looked at before the adapter is asked: unknown and missing ones, and the wrong kind.
    """

    @property
    def options(self) -> Sequence[Option]:
        """Every key that the adapter takes, beside those of all libraries."""
        ...


class Adapter(Protocol):
    """A kind of library: what the table in `adapters` and the entry points name."""

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        """Say what is wrong with the adapter's own keys: key → sentence; empty if they will do."""
        ...

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Library:
        """Make the library; nothing is read or sent yet."""
        ...
