"""Writing through the address at which browsers save, for a Zotero whose local API only reads.

It takes new items and nothing else, puts them where the person in front of it has selected, and
does not say under which keys. So a save is found again by what it made: items that were added
since it was noted and say what was sent. What is not found may still come for as long as Zotero may
be at work on it; then nothing else is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self

import httpx2

from adapters.rules import expect_push, find_fault
from adapters.transport import open_client
from adapters.zotero_desktop.attempts import new_token
from adapters.zotero_desktop.client import READ_AT_ONCE
from adapters.zotero_desktop.library import ZoteroDesktopLibrary, not_held, stored_item
from adapters.zotero_desktop.options import Options
from syncd.errors import (
    LibraryError,
    OutcomeUnknownError,
    UnavailableError,
    UnsettledError,
)
from syncd.item.equality import is_same
from syncd.item.limits import ZOTERO
from syncd.library import (
    Accepted,
    Capabilities,
    Changes,
    Create,
    Description,
    KnownVersions,
    Operation,
    Outcome,
    Pushed,
    Refusal,
    Refused,
    StoredItem,
    Surroundings,
    key_of,
)
from syncd.system.clock import Clock, SystemClock

_BATCH_SIZE = 5
_MY_LIBRARY = 1
"""The number that Zotero itself gives to the user's library."""

_ENDED_AFTER = timedelta(minutes=10)
"""So long after it was noted, a save that left no trace was never made."""

_LEEWAY = timedelta(seconds=2)
"""Zotero tells when an item was added in whole seconds."""

_TELLING = ("DOI", "ISBN", "date", "volume", "issue", "pages", "url")
"""Where two items both have one of these, it tells them apart."""

_ONLY_NEW = (
    'this Zotero takes new items only, because of write_through = "connector": what is there '
    "cannot be changed, filed or removed by syncd"
)


class Save(NamedTuple):
    """One save as it was noted: when, its session, and what had been added just before."""

    noted_at: datetime
    counter: int
    session: str
    before: Sequence[str]

    def dump(self) -> str:
        """Return the text that `load` takes."""
        return json.dumps(self._asdict() | {"noted_at": self.noted_at.isoformat()})

    @classmethod
    def load(cls, text: str) -> Self:
        """Return the save that was noted with this text."""
        document = json.loads(text)
        return cls(**document | {"noted_at": datetime.fromisoformat(document["noted_at"])})


class ConnectorLibrary(ZoteroDesktopLibrary):
    """My Library in a Zotero that is read through its local API and written to beside it."""

    def __init__(
        self,
        options: Options,
        surroundings: Surroundings,
        *,
        clock: Clock | None = None,
        inner: httpx2.BaseTransport | None = None,
    ) -> None:
        super().__init__(options, surroundings, clock=clock, inner=inner)
        self.capabilities = Capabilities(
            batch_size=_BATCH_SIZE,
            takes_keys=False,
            reports_tombstones=False,
            keeps_trash=False,
            only_takes_new=True,
            text_limits=ZOTERO,
            only_here=True,
        )
        self._clock = clock or SystemClock()
        self._http = open_client(self._transport)
        self._address = f"{options.url}/connector"
        self._noted: tuple[Sequence[Operation], Save] | None = None
        self._sessions: dict[str, bool] = {}
        """The saves that this process noted, and whether each was sent."""

    def _key(self) -> str | None:
        return None

    def describe(self) -> Description:
        """Ask which database is open, as far as this Zotero tells. See `Library`."""
        self._transport.server_id = None
        self._ask(self._client.greet)
        server_id = self._transport.server_id = self._transport.answering_id
        return Description(
            f"zotero-desktop:{server_id or 'older'}/{self._options.path}",
            self._options.words,
            self._schema(),
            access="takes new items, into what is selected in its window, and no changes",
            location=f"{self._options.url}/{self._options.path}",
        )

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        """Yield what changed after `version`. See `Library`.

        An older Zotero counts what is synced and not what is added here, so all of it is listed,
        and what the caller does not hold is read.
        """
        if self._known_server():
            yield from super().changes_since(version, known=known)
            return
        listed = self._ask(lambda: self._client.item_versions(0))
        wanted = [
            key
            for key in not_held(listed.versions, known)
            if known is not None or listed.versions[key] > version
        ]
        for start in range(0, len(wanted), READ_AT_ONCE):
            yield Changes(items=self._read(wanted[start : start + READ_AT_ONCE]))
        yield Changes(to_version=listed.library_version)

    # Writing

    def prepare(self, operations: Sequence[Operation]) -> str:
        """Return what must be kept to find these operations again. See `Tracing`."""
        save = Save(self._clock.now(), self._ask(self._client.counter), new_token(), ())
        save = save._replace(before=[item.key for item in self._added(save)])
        self._noted = operations, save
        self._sessions[save.session] = False
        return save.dump()

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        """Save each new item; refuse everything else. See `Library`."""
        if not operations:
            return Pushed((), expected)
        save = self._take_noted(operations)
        expect_push(
            operations,
            batch_size=self.capabilities.batch_size,
            expected=expected,
            version=save.counter,
        )
        schema = self._schema()
        outcomes: dict[int, Outcome] = {
            place: refused
            for place, operation in enumerate(operations)
            if (refused := _refused(operation, find_fault(_data(operation), schema)))
        }
        sent = [place for place in range(len(operations)) if place not in outcomes]
        if sent:
            chosen = [operations[place] for place in sent]
            self._save(save, [_data(operation) for operation in chosen])
            for place, made in zip(sent, self._find_made(save, chosen), strict=True):
                if made is None:
                    raise OutcomeUnknownError("Zotero has taken items that are not to be seen yet")
                outcomes[place] = made
        return Pushed([outcomes[place] for place in range(len(operations))], None)

    def _take_noted(self, operations: Sequence[Operation]) -> Save:
        noted, self._noted = self._noted, None
        if noted is None or noted[0] != operations:
            note = self.prepare(operations)
            self._noted = None
            return Save.load(note)
        return noted[1]

    def _save(self, save: Save, items: Sequence[Mapping[str, Any]]) -> None:
        """Have Zotero save these. Raises as `Library.push` does."""
        self._expect_selected()
        document = {
            "sessionID": save.session,
            "uri": self._options.url,
            "items": [_translated(number, data) for number, data in enumerate(items)],
        }
        self._sessions[save.session] = True
        try:
            self._ask(lambda: self._http.post(f"{self._address}/saveItems", json=document))
        except OutcomeUnknownError:
            raise
        except LibraryError as error:
            if error.status == httpx2.codes.CONFLICT:
                told = "Zotero knows this save already, and does not say what became of it"
                raise OutcomeUnknownError(told, status=error.status) from error
            self._sessions[save.session] = False
            raise

    def _expect_selected(self) -> None:
        """Raise `UnavailableError` unless what is selected in the window is in My Library."""
        address = f"{self._address}/getSelectedCollection"
        try:
            selected = self._ask(lambda: self._http.post(address, json={})).json()
        except OutcomeUnknownError as error:
            raise UnavailableError(str(error), status=error.status) from error
        except ValueError as error:
            raise UnavailableError("Zotero's answer could not be understood") from error
        if not isinstance(selected, dict) or selected.get("libraryID") != _MY_LIBRARY:
            raise UnavailableError(
                "something else than My Library is selected in Zotero's window, where it saves "
                "to: select My Library, or a collection in it"
            )

    # Finding again

    def trace(self, operations: Sequence[Operation], note: str) -> Sequence[Accepted | None]:
        """Say what a noted push made whose answer was lost. See `Tracing`."""
        save = Save.load(note)
        if self._sessions.get(save.session) is False:
            return [None for _ in operations]  # It was never sent.
        # Whether it can still come is asked before, as what comes in between is seen then.
        is_over = self._is_over(save)
        made = self._find_made(save, operations)
        expected = [_refused(each, None) is None for each in operations]
        if not is_over and any(
            wanted and found is None for wanted, found in zip(expected, made, strict=True)
        ):
            raise UnsettledError(
                "Zotero may still be at work on what it was sent; nothing is sent before that is "
                "found, or can come no more"
            )
        return made

    def _is_over(self, save: Save) -> bool:
        gone_at = self._door.gone_at
        if gone_at is not None and gone_at > save.noted_at:
            return True
        return self._clock.now() - save.noted_at >= _ENDED_AFTER

    def _find_made(self, save: Save, operations: Sequence[Operation]) -> list[Accepted | None]:
        """Return what was made of each, among what was added since the save was noted."""
        added = [item for item in self._added(save) if item.key not in save.before]
        made: list[Accepted | None] = []
        for operation in operations:
            found = next((each for each in added if _says(each, operation)), None)
            if found is not None:
                added.remove(found)
            made.append(Accepted(found.key, found.version, item=found) if found else None)
        return made

    def _added(self, save: Save) -> list[StoredItem]:
        """Return what was added since a save was noted, and perhaps just before."""
        since = (save.noted_at - _LEEWAY).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if self._known_server():
            found = self._ask(lambda: self._client.items_since(save.counter)).objects
        else:
            found = self._ask(lambda: self._client.latest_items(since))
        items = map(stored_item, found)
        return [each for each in items if str(each.data.get("dateAdded", "")) >= since]


def _data(operation: Operation) -> Mapping[str, Any]:
    return operation.data if isinstance(operation, Create) else {}


def _refused(operation: Operation, fault: str | None) -> Refused | None:
    """Return why an operation is none for a connector; None where it makes an item."""
    key = key_of(operation)
    if not isinstance(operation, Create):
        return Refused(key, Refusal.INVALID, _ONLY_NEW)
    if operation.parent is not None or operation.data.get("collections"):
        return Refused(key, Refusal.INVALID, _ONLY_NEW)
    return Refused(key, Refusal.INVALID, fault) if fault else None


def _translated(number: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return item data as a browser would send it."""
    creators = [
        {"creatorType": each["creatorType"], "lastName": each["name"], "fieldMode": 1}
        if "name" in each
        else dict(each)
        for each in data.get("creators", ())
    ]
    left_out = ("collections", "dateAdded", "dateModified")
    kept = {name: value for name, value in data.items() if name not in left_out and value != ""}
    return {**kept, "id": str(number), "creators": creators, "attachments": [], "notes": []}


def _says(item: StoredItem, operation: Operation) -> bool:
    """Say whether an item is what was sent to be made."""
    sent, there = _data(operation), item.data
    if not isinstance(operation, Create) or there.get("parentItem"):
        return False
    if there.get("itemType") != sent.get("itemType"):
        return False
    if not is_same(sent.get("title") or "", there.get("title") or ""):
        return False
    both = [name for name in _TELLING if sent.get(name) and there.get(name)]
    return all(is_same(sent[name], there[name]) for name in both)
