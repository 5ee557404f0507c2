"""The contract of `syncd.library`, kept by the Zotero that runs on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, BinaryIO, TypeVar

import httpx2

from adapters.answers import Report
from adapters.item_schema import SchemaCache
from adapters.storage import expect_stored, upload
from adapters.zotero_desktop.attempts import Attempt, Watch
from adapters.zotero_desktop.client import READ_AT_ONCE, Client
from adapters.zotero_desktop.door import Door
from adapters.zotero_desktop.marking import draft_marked, find_made, outcomes_of
from adapters.zotero_desktop.options import Options
from adapters.zotero_desktop.wire import LocalTransport
from adapters.zotero_web.writing import Held, WriteDraft, requests
from syncd.errors import (
    AccessDeniedError,
    ConflictError,
    Denial,
    KeyLookupError,
    LibraryError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
    UnsettledError,
)
from syncd.item.limits import ZOTERO
from syncd.library import (
    Accepted,
    Capabilities,
    Changes,
    CollectionKey,
    Create,
    CreateCollection,
    Description,
    KnownVersions,
    OnCollection,
    Operation,
    Outcome,
    Pushed,
    Refusal,
    Refused,
    RestoreCollection,
    StoredCollection,
    StoredItem,
    StoreFile,
    Surroundings,
    TrashCollection,
    key_of,
)
from syncd.record import ItemKey
from syncd.schema import Schema
from syncd.system.clock import Clock, SystemClock

_ENVELOPE_ONLY = ("key", "version", "deleted")
_FEW = 200
"""So many changed items are read in one answer, with whatever else has changed."""

_T = TypeVar("_T")


class ZoteroDesktopLibrary:
    """A library of the running Zotero. Not thread-safe, and one request at a time."""

    def __init__(
        self,
        options: Options,
        surroundings: Surroundings,
        *,
        clock: Clock | None = None,
        inner: httpx2.BaseTransport | None = None,
    ) -> None:
        clock = clock or SystemClock()
        inner = inner or httpx2.HTTPTransport(trust_env=False)
        self.capabilities = Capabilities(
            # More at a time are no faster, and fewer are in doubt after a lost answer.
            batch_size=5,
            takes_keys=False,
            reports_tombstones=False,
            text_limits=ZOTERO,
            only_here=True,
        )
        self._options = options
        self._find_key = surroundings.find_key
        self._transport = LocalTransport(options.url, clock, inner)
        self._client = Client(options, self._transport)
        self._door = Door(options.url, clock, inner)
        self._watch = Watch(self._client, clock)
        self._schemas = SchemaCache(surroundings.cache)
        self._prepared: tuple[Sequence[Operation], Attempt] | None = None

    def describe(self) -> Description:
        """Ask which database is open, and whether syncd may write. See `Library`."""
        self._transport.server_id = None
        self._ask(self._client.greet)
        server_id = self._transport.server_id = self._transport.answering_id
        if server_id is None:
            raise AccessDeniedError(
                "this Zotero is too old: other programs may only read it. Zotero 8 or newer "
                "with a local API that takes writes is needed; zotero-web works with any, and "
                'write_through = "connector" with limits',
                denial=Denial.TOO_OLD,
            )
        title = self._title()
        writable = self._is_writable()
        access = (
            "may read and change the library"
            if writable
            else "whoever is logged in to this Zotero may read the group, but not change it"
        )
        return Description(
            f"zotero-desktop:{server_id}/{self._options.path}",
            title,
            self._schema(),
            writable=writable,
            access=access,
            location=f"{self._options.url}/{self._options.path}",
            denial=None if writable else Denial.ADMINS_ONLY,
            takes_linked_files=self._options.kind == "user",
            stores_files=writable,
        )

    def _title(self) -> str:
        """Return what the library is called. Raises `AccessDeniedError` for a group not there."""
        if self._options.kind == "user":
            return self._options.words
        groups = self._ask(self._client.groups)
        if self._options.number not in groups:
            named = ", ".join(f"{number} ({name})" for number, name in sorted(groups.items()))
            raise AccessDeniedError(
                f"this Zotero has no group {self._options.number}; "
                + (f"it has group {named}" if named else "it has no group at all"),
                denial=Denial.NO_MEMBER,
            )
        return groups[self._options.number]

    def _schema(self) -> Schema:
        version = self._transport.schema_version
        return self._schemas.get(version, lambda: self._ask(self._client.schema_document))

    def _is_writable(self) -> bool:
        try:
            self._ask(self._watch.canary)
        except AccessDeniedError as error:
            if error.status != httpx2.codes.FORBIDDEN:
                raise
            return False
        return True

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        """Yield what changed after `version`. See `Library`.

        What was erased is not told. A library that stands before `version` was put back to an
        older state, and is shown whole.
        """
        counter = self._ask(self._client.counter)
        if counter == version:
            yield Changes(to_version=counter)
            return
        set_back = counter < version
        listed = self._ask(lambda: self._client.item_versions(0 if set_back else version))
        # After an older state was put back, an equal version does not mean an equal item.
        wanted = not_held(listed.versions, None if set_back else known)
        if wanted and version and not set_back and len(listed.versions) <= _FEW:
            found = self._ask(lambda: self._client.items_since(version))
            yield Changes(
                items=[i for each in found.objects if (i := stored_item(each)).key in wanted]
            )
        else:
            for start in range(0, len(wanted), READ_AT_ONCE):
                chunk = wanted[start : start + READ_AT_ONCE]
                yield Changes(items=self._read(chunk), from_start=set_back)
        yield Changes(to_version=listed.library_version, from_start=set_back)

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        """Read these items. See `Library`."""
        asked = list(dict.fromkeys(keys))
        return [
            item
            for start in range(0, len(asked), READ_AT_ONCE)
            for item in self._read(asked[start : start + READ_AT_ONCE])
        ]

    def _read(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        return [stored_item(each) for each in self._ask(lambda: self._client.items(keys))]

    def collections(self) -> list[StoredCollection]:
        """List every collection but those in the trash. See `Library`."""
        found = self._ask(self._client.collections)
        return [_collection(each) for each in found if not each["data"].get("deleted")]

    # Writing

    def prepare(self, operations: Sequence[Operation]) -> str:
        """Return what must be kept to find these operations again. See `Tracing`."""
        counter = self._ask(self._client.counter)
        tokens = len(list(groupby(operations, key=_is_on_collection)))
        made = [each.item_key for each in operations if isinstance(each, Create)]
        attempt = self._ask(lambda: self._watch.note(self._known_server(), counter, tokens, made))
        self._prepared = operations, attempt
        return attempt.dump()

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """Attempt each operation. See `Library`.

        Zotero's own guards are not atomic, so the counter is looked at here; what comes between
        that look and the write shows in the versions of the answer.
        """
        if not operations:
            return Pushed((), expected)
        if len(operations) > self.capabilities.batch_size:
            raise RejectedError(
                f"at most {self.capabilities.batch_size} operations at a time", too_large=True
            )
        attempt = self._take_prepared(operations)
        if expected is not None and attempt.counter != expected:
            raise ConflictError(f"the library is at version {attempt.counter}, not {expected}")
        held, schema = self._read_held(operations), self._schema()
        drafts = [
            draft_marked(place, each, held, attempt.marks, schema)
            for place, each in enumerate(operations)
        ]
        outcomes: dict[int, Outcome] = {
            each.place: each.outcome for each in drafts if each.outcome is not None
        }
        version: int | None = attempt.counter
        for token, sent in zip(attempt.tokens, requests(drafts), strict=False):
            report = self._send(token, sent, first=token == attempt.tokens[0])
            for each, outcome in zip(sent, outcomes_of(sent, report), strict=True):
                outcomes[each.place] = outcome
            version = _version_after(version, report)
        places = range(len(operations))
        known = version if expected is not None else None
        return Pushed([outcomes[place] for place in places], known)

    def _take_prepared(self, operations: Sequence[Operation]) -> Attempt:
        prepared, self._prepared = self._prepared, None
        if prepared is None or prepared[0] != operations:
            return Attempt.load(self._note_anew(operations))
        return prepared[1]

    def _note_anew(self, operations: Sequence[Operation]) -> str:
        note = self.prepare(operations)
        self._prepared = None
        return note

    def _read_held(self, operations: Sequence[Operation]) -> Held:
        """Read what is to be changed: items, and collections that are trashed or restored."""
        keys = [
            ItemKey(key_of(each))
            for each in operations
            if not isinstance(each, Create | OnCollection)
        ]
        moved = {
            each.collection_key
            for each in operations
            if isinstance(each, TrashCollection | RestoreCollection)
        }
        found = self._ask(self._client.collections) if moved else ()
        return Held(
            {item.key: item for item in self.get(keys)},
            {each["key"]: each for each in found if each["key"] in moved},
        )

    def _send(self, token: str, sent: Sequence[WriteDraft], *, first: bool) -> Report:
        """Send what goes together. Raises as `Library.push` does."""
        objects = [each.to_send for each in sent if each.to_send is not None]
        write = self._client.write_items
        if sent[0].is_collection:
            write = self._client.write_collections
        self._watch.begin(token)
        try:
            return self._ask(lambda: write(objects, token))
        except OutcomeUnknownError:
            raise
        except LibraryError as error:
            self._watch.not_sent(token)
            if first:
                raise
            raise OutcomeUnknownError(f"only a part was written: {error}") from error

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        """Send a file to the program, which puts it into its storage. See `Storing`."""
        key, file = operation
        post = partial(self._client.post_file, key)
        try:
            refused = self._ask(lambda: upload(operation, content, post))
        except AccessDeniedError as error:
            if error.status == httpx2.codes.NOT_FOUND:
                return Refused(key, Refusal.MISSING, str(error))
            if error.status == httpx2.codes.FORBIDDEN:
                return Refused(key, Refusal.INVALID, f"{file.path} may not be stored: {error}")
            raise
        return refused or expect_stored(operation, self.get([key]))

    def trace(self, operations: Sequence[Operation], note: str) -> Sequence[Accepted | None]:
        """Say what a noted push made whose answer was lost. See `Tracing`."""
        attempt = Attempt.load(note)
        if attempt.server_id != self._known_server():
            raise UnsettledError("what was sent to another Zotero database is looked for there")
        if not self._ask(lambda: self._watch.has_ended(attempt)):
            raise UnsettledError(
                "Zotero is still at work on what it was sent, or shows a dialog that waits for an "
                "answer; nothing is sent before that has ended"
            )
        found = self._ask(lambda: self._client.items_since(attempt.counter))
        items = [stored_item(each) for each in found.objects]
        fresh = self._collections_after(attempt.counter, operations)
        named: set[CollectionKey] = set()
        return [find_made(each, attempt.marks, items, fresh, named) for each in operations]

    def _collections_after(
        self, counter: int, operations: Sequence[Operation]
    ) -> list[StoredCollection]:
        if not any(isinstance(each, CreateCollection) for each in operations):
            return []
        found = self._ask(self._client.collections)
        return [_collection(each) for each in found if int(each["version"]) > counter]

    def finish(self) -> None:
        """Nothing is derived from the items."""

    def take_requests(self) -> Mapping[str, int]:
        """Return how many requests were answered with which status. See `Counting`."""
        return self._transport.take_requests()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    # One request, or a few that belong together

    def _known_server(self) -> str:
        if self._transport.server_id is None:
            self._ask(self._client.greet)
            self._transport.server_id = self._transport.answering_id
        return self._transport.server_id or ""

    def _ask(self, request: Callable[[], _T]) -> _T:
        """Make requests with the key that there is, once Zotero is known to have started."""
        self._door.expect_open()
        self._transport.key = self._key()
        try:
            answer = request()
        except (UnavailableError, OutcomeUnknownError) as error:
            if error.status is not None:
                raise
            told = f"{error}; {self._door.note_silence()}"
            raise type(error)(told) from error
        self._door.note_answer()
        return answer

    def _key(self) -> str | None:
        try:
            key = self._find_key()
        except KeyLookupError as error:
            kind = UnavailableError if error.passing else AccessDeniedError
            raise kind(str(error)) from error
        if key is None:
            raise AccessDeniedError(
                "Zotero has not been asked yet whether syncd may write", denial=Denial.NOT_ALLOWED
            )
        return key


def _is_on_collection(operation: Operation) -> bool:
    return isinstance(operation, OnCollection)


def not_held(versions: Mapping[str, int], known: KnownVersions | None) -> list[ItemKey]:
    """Return the keys that must be read, oldest change first."""
    keys = [ItemKey(key) for key in sorted(versions, key=lambda key: (versions[key], key))]
    held = known(keys) if known and keys else {}
    return [key for key in keys if held.get(key) != versions[key]]


def _version_after(before: int | None, report: Report) -> int | None:
    """Return where the library stands if nobody else has written since `before`, or None.

    Each object takes a version of its own, so a gap is somebody else's.
    """
    if before is None or report.library_version is None:
        return None
    versions = sorted(int(each["version"]) for each in report.successful.values())
    alone = list(range(before + 1, before + 1 + len(versions)))
    return (
        report.library_version
        if [*alone] == versions and report.library_version == (alone[-1] if alone else before)
        else None
    )


def stored_item(found: Mapping[str, Any]) -> StoredItem:
    data = found["data"]
    return StoredItem(
        ItemKey(str(found["key"])),
        int(found["version"]),
        {name: value for name, value in data.items() if name not in _ENVELOPE_ONLY},
        trashed=bool(data.get("deleted")),
    )


def _collection(found: Mapping[str, Any]) -> StoredCollection:
    parent = found["data"].get("parentCollection")
    return StoredCollection(
        CollectionKey(str(found["key"])),
        str(found["data"].get("name", "")),
        CollectionKey(str(parent)) if parent else None,
    )
