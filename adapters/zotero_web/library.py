"""The contract of `syncd.library`, kept with the help of Zotero's web API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, BinaryIO, TypeVar

import httpx2

from adapters.answers import Report
from adapters.item_schema import SchemaCache
from adapters.rules import is_key
from adapters.storage import expect_stored, upload
from adapters.transport import Transport
from adapters.zotero_web.access import (
    Access,
    KeyGate,
    no_member,
    read_access,
    restrict_files,
    restrict_to_admins,
)
from adapters.zotero_web.client import READ_AT_ONCE, Client, Page, Versions
from adapters.zotero_web.filed import FiledItems
from adapters.zotero_web.options import Options
from adapters.zotero_web.writing import (
    Held,
    WriteDraft,
    draft,
    needs_look,
    read_outcomes,
    requests,
    stored_item,
    version_after,
)
from syncd.errors import (
    AccessDeniedError,
    ConflictError,
    LibraryError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
)
from syncd.item.limits import ZOTERO
from syncd.library import (
    Accepted,
    AddToCollection,
    Capabilities,
    Changes,
    CollectionKey,
    Description,
    KnownVersions,
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
    Update,
    key_of,
)
from syncd.record import ItemKey
from syncd.system.clock import Clock, SystemClock

_T = TypeVar("_T")


LATE_WRITES = timedelta(minutes=5)
"""A request whose client has gone runs on to its end; the longest that was seen took 144 s."""


class ZoteroWebLibrary:
    """A user's or a group's library on a Zotero server. Not thread-safe: one worker owns it."""

    def __init__(
        self,
        options: Options,
        surroundings: Surroundings,
        *,
        clock: Clock | None = None,
        inner: httpx2.BaseTransport | None = None,
        late_writes: timedelta = LATE_WRITES,
    ) -> None:
        clock = clock or SystemClock()
        self.capabilities = Capabilities(batch_size=50, text_limits=ZOTERO, late_writes=late_writes)
        self._options = options
        self._transport = Transport(options.url, clock=clock, inner=inner)
        self._client = Client(options, self._transport)
        self._gate = KeyGate(surroundings.find_key, options.words, clock)
        self._schemas = SchemaCache(surroundings.cache)
        self._filed = FiledItems()

    @property
    def identity(self) -> str:
        """Who the library is, as the options tell. See `Recognisable`."""
        return self._options.identity

    @property
    def location(self) -> str:
        """The server by which it is reached. See `Recognisable`."""
        return self._options.url

    def describe(self) -> Description:
        """Ask whose key it is and what it opens. See `Library`."""
        self._respect_patience()
        # Whoever calls this wants to know how it is now, and does not do so without a pause.
        self._gate.forget_refusal()
        access, title = self._ask(self._look_at_key)
        schema = self._schemas.get(self._transport.schema_version, self._client.schema_document)
        return Description(
            self.identity,
            title,
            schema,
            writable=access.writable,
            takes_notes=access.takes_notes,
            access=access.words,
            location=self.location,
            denial=access.denial,
            takes_linked_files=self._options.path.startswith("users/"),
            stores_files=access.stores_files,
        )

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        """Yield what changed after `version`. See `Library`.

        The list of versions is one consistent look; what is read after it can only be newer, and
        will be listed again next time. Deletions are read last, so that an item which vanished
        between the two looks is among them.
        """
        self._respect_patience()
        listed = self._ask(lambda: self._client.item_versions(version))
        if listed.library_version < version:
            self._expect_set_back(version)
            listed = self._ask(lambda: self._client.item_versions(0))
            # An equal version does not mean an equal item now.
            yield from self._listed_changes(0, listed, None, from_start=True)
        elif listed.library_version == version and not listed.versions:
            yield Changes(to_version=version)
        else:
            yield from self._listed_changes(version, listed, known)

    def _expect_set_back(self, version: int) -> None:
        """Raise `UnavailableError` unless the library itself stands before `version`.

        A server may read from a copy of its database that lags behind, but it writes to the one
        that counts. Where the key may not write, what is read has to do.
        """
        try:
            written = self._ask(self._client.written_version)
        except AccessDeniedError:
            return
        if written is None or written >= version:
            raise UnavailableError("the server shows the library as it was some time ago")

    def _listed_changes(
        self,
        version: int,
        listed: Versions,
        known: KnownVersions | None,
        *,
        from_start: bool = False,
    ) -> Iterator[Changes]:
        wanted = _not_held(listed.versions, known)
        self._filed.begin(version, listed.versions)
        unseen: set[ItemKey] = set()
        # What has been read is let go of: the listing of a large library takes much room.
        wanted.reverse()
        while wanted:
            page = wanted[: -READ_AT_ONCE - 1 : -1]
            del wanted[-READ_AT_ONCE:]
            found = self._read_listed(page, listed)
            self._filed.see(found)
            unseen.update(set(page) - {item.key for item in found})
            for key in page:
                del listed.versions[key]
            yield Changes(items=found, left=len(wanted), from_start=from_start)
            if wanted:
                self._respect_patience()
        last = self._last_page(version, listed, unseen)
        yield replace(last, from_start=from_start)

    def _last_page(self, version: int, listed: Versions, unseen: Collection[ItemKey]) -> Changes:
        """Read what was deleted; `unseen` was listed and then not shown, so it has to be there."""
        gone = self._ask(lambda: self._client.deleted(version))
        deleted = [ItemKey(key) for key in gone.items]
        if gone.library_version < listed.library_version or not set(deleted).issuperset(unseen):
            raise UnavailableError("the server listed items that it neither shows nor has deleted")
        collections = None
        if gone.collections:
            # Those inside them are gone as well, unnamed, and items left them without a version.
            keys = self._ask(self._client.collection_keys)
            collections = frozenset(CollectionKey(key) for key in keys)
            self._filed.forget_all()
        self._filed.complete(listed.library_version, deleted)
        return Changes(deleted=deleted, to_version=listed.library_version, collections=collections)

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        """Read these items. See `Library`."""
        self._respect_patience()
        return [item for page in self._pages(keys) for item in _stored_items(page)]

    def find_filed(
        self, keys: Sequence[ItemKey], expected: int | None
    ) -> Mapping[ItemKey, StoredItem]:
        """Return what is remembered of where these items are filed. See `Remembering`."""
        return {ItemKey(key): item for key, item in self._filed.find(keys, expected).items()}

    def collections(self) -> list[StoredCollection]:
        """List every collection but those in the trash. See `Library`."""
        self._respect_patience()
        return [
            _stored_collection(found)
            for found in self._ask(self._client.collections)
            if not found["data"].get("deleted")
        ]

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """Attempt each operation. See `Library`."""
        if not operations:
            return Pushed((), expected)
        if len(operations) > self.capabilities.batch_size:
            raise RejectedError(
                f"at most {self.capabilities.batch_size} operations at a time", too_large=True
            )
        self._respect_patience()
        held = Held(self._read_changed(operations, expected), self._read_moved(operations))
        drafts = [draft(place, one, held) for place, one in enumerate(operations)]
        outcomes: dict[int, Outcome] = {
            one.place: one.outcome for one in drafts if one.outcome is not None
        }
        version = expected
        for number, sent in enumerate(requests(drafts)):
            if number and expected is not None and version is None:
                outcomes |= _overtaken(sent, "somebody else wrote during this push")
                continue
            version = self._send(sent, version, outcomes, first=not number)
        return Pushed([outcomes[place] for place in range(len(operations))], version)

    def store_file(self, operation: StoreFile, content: BinaryIO) -> Outcome:
        """Ask where the file is to go, send it there, and say that it is there. See `Storing`."""
        self._respect_patience()
        self._transport.key = self._gate.key()
        try:
            post = partial(self._client.post_file, operation.item_key)
            refused = upload(operation, content, post)
        except AccessDeniedError as error:
            return self._denied(operation, error)
        return refused or expect_stored(operation, self.get([operation.item_key]))

    def finish(self) -> None:
        """Nothing is derived from the items."""

    def take_requests(self) -> Mapping[str, int]:
        """Return how many requests were answered with which status. See `Counting`."""
        return self._transport.take_requests()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _denied(self, operation: StoreFile, error: AccessDeniedError) -> Outcome:
        """Tell a key that is no good from one that may do anything but store this file."""
        access, _ = self._ask(self._look_at_key)
        if not access.writable:
            raise error
        key, file = operation
        if error.status == HTTPStatus.NOT_FOUND:
            return Refused(key, Refusal.MISSING, str(error))
        return Refused(key, Refusal.INVALID, f"{file.path} may not be stored: {error}")

    # One request, or a few that belong together

    def _respect_patience(self) -> None:
        """Raise while the server wants to be left alone. Work that has begun is finished."""
        left = self._transport.patience.left()
        if left is not None:
            raise UnavailableError("the server asked for a pause", retry_after=left)

    def _ask(self, request: Callable[[], _T]) -> _T:
        """Make requests with the key that there is, and learn whether it is good."""
        self._transport.key = self._gate.key()
        try:
            answer = request()
        except AccessDeniedError as error:
            raise self._gate.refuse(error) from error
        self._gate.accept()
        return answer

    def _look_at_key(self) -> tuple[Access, str]:
        info = self._client.key_info()
        access = read_access(info, self._options)
        if self._options.kind == "user":
            return access, str(info.get("displayName") or info.get("username") or "")
        # A key says nothing about membership; and only the group knows whether members may write.
        try:
            group = self._client.group()
        except AccessDeniedError as error:
            raise no_member(self._options, self._groups_of(info)) from error
        access = restrict_files(access, group, info.get("userID"))
        return restrict_to_admins(access, group, info.get("userID")), str(group.get("name", ""))

    def _groups_of(self, info: Mapping[str, Any]) -> Mapping[int, str]:
        """Return the groups that the key's owner and the key see; none if that cannot be asked."""
        try:
            return self._client.groups_of(int(str(info.get("userID"))))
        except (LibraryError, ValueError):
            # What is told is why the group cannot be used; this would only have helped.
            return {}

    def _pages(self, keys: Sequence[ItemKey]) -> Iterator[Page]:
        asked = [key for key in dict.fromkeys(keys) if is_key(key)]
        for start in range(0, len(asked), READ_AT_ONCE):
            chunk = asked[start : start + READ_AT_ONCE]
            yield self._ask(partial(self._client.items, chunk))

    def _read_listed(self, keys: Sequence[ItemKey], listed: Versions) -> list[StoredItem]:
        """Read items that were listed; one may be missing only if the library moved since."""
        page = self._ask(lambda: self._client.items(keys))
        found = _stored_items(page)
        if len(found) < len(keys) and page.library_version == listed.library_version:
            raise UnavailableError("the server listed items that it does not show")
        if any(item.version < listed.versions.get(item.key, 0) for item in found):
            raise UnavailableError("the server shows items as they were before it listed them")
        return found

    def _read_changed(
        self, operations: Sequence[Operation], expected: int | None
    ) -> Mapping[str, StoredItem]:
        """Return the items to be changed of which nobody has read yet what stands there.

        Where an item is filed may be known already. Raises `ConflictError`.
        """
        keys = [ItemKey(key_of(one)) for one in operations if needs_look(one)]
        filing = {one.item_key for one in operations if isinstance(one, AddToCollection)}
        written = {one.item_key for one in operations if isinstance(one, Update)}
        held = self._filed.find([key for key in keys if key in filing - written], expected)
        for page in self._pages([key for key in keys if key not in held]):
            if expected is not None and page.library_version > expected:
                raise ConflictError(
                    f"the library is at version {page.library_version}, not {expected}"
                )
            held |= {item.key: item for item in _stored_items(page)}
        return held

    def _read_moved(self, operations: Sequence[Operation]) -> Mapping[str, Mapping[str, Any]]:
        """Read the collections that go into the trash or out of it."""
        keys = [
            one.collection_key
            for one in operations
            if isinstance(one, TrashCollection | RestoreCollection) and is_key(one.collection_key)
        ]
        found = self._ask(partial(self._client.some_collections, keys)) if keys else ()
        return {str(each["key"]): each for each in found}

    def _send(
        self,
        sent: Sequence[WriteDraft],
        guard: int | None,
        outcomes: dict[int, Outcome],
        *,
        first: bool,
    ) -> int | None:
        """Send what goes together; return where the library stands, if that is certain.

        Once a part has been written, a later part that is not cannot raise as if nothing were.
        """
        try:
            report = self._ask(lambda: self._write(sent, guard))
        except ConflictError as error:
            if first:
                raise
            outcomes |= _overtaken(sent, str(error))
            return None
        except (UnavailableError, RejectedError) as error:
            if first:
                raise
            raise OutcomeUnknownError(f"only a part was written: {error}") from error
        answered = read_outcomes(sent, report)
        outcomes |= {one.place: outcome for one, outcome in zip(sent, answered, strict=True)}
        version = version_after(guard, sent, report)
        shown = [one.item for one in answered if isinstance(one, Accepted) and one.item]
        self._filed.write(shown, guard, version)
        return version

    def _write(self, sent: Sequence[WriteDraft], guard: int | None) -> Report:
        objects = [one.to_send for one in sent if one.to_send is not None]
        if sent[0].is_collection:
            return self._client.write_collections(objects, guard)
        return self._client.write_items(objects, guard)


def _not_held(versions: Mapping[str, int], known: KnownVersions | None) -> list[ItemKey]:
    """Return the keys that must be read, oldest change first."""
    keys = [ItemKey(key) for key in sorted(versions, key=lambda key: (versions[key], key))]
    held = known(keys) if known and keys else {}
    return [key for key in keys if held.get(key) != versions[key]]


def _overtaken(sent: Sequence[WriteDraft], message: str) -> dict[int, Outcome]:
    """Pushed for operations that were not sent because the library moved during the push."""
    return {one.place: Refused(key_of(one.operation), Refusal.CHANGED, message) for one in sent}


def _stored_items(page: Page) -> list[StoredItem]:
    return [stored_item(found) for found in page.objects]


def _stored_collection(found: Mapping[str, Any]) -> StoredCollection:
    parent = found["data"].get("parentCollection")
    return StoredCollection(
        CollectionKey(str(found["key"])),
        str(found["data"].get("name", "")),
        CollectionKey(str(parent)) if parent else None,
    )
