"""The only place that knows pyzotero: one method per request, and its traps end here.

What is done about them:

* It holds no key: the transport puts the key on each request, so `key_info` cannot put the key
  into an address (it asks for "the current one"), and no message of pyzotero can contain it.
  What people are to read of an answer (names, reasons) is scrubbed of it.
* Answers that are not successes never reach it: the transport raises. So nothing is taken for
  success that was none, and nothing sleeps.
* Parameters of one call leak into the next when it fails; they are dropped before and after.
* `create_items` is the only write: it alone shows what became of each object. `update_items`
  throws the reports away.
* `key` filters are never empty: with no valid key in them the server returns the whole library.
* Its uploads hold the whole file in memory and swallow what goes wrong; files are sent by
  `adapters.storage`.
* `follow` and `everything` are not used; nor are its cached templates, which break after an hour.
* Nothing here is thread-safe. One worker owns the client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx2
from pyzotero.zotero import Zotero
from pyzotero.zotero_errors import PyZoteroError

from adapters.answers import (
    UNREADABLE,
    Report,
    envelopes_in,
    not_understood,
    object_in,
    objects_in,
    report_in,
    version_in,
    versions_in,
)
from adapters.transport import Transport, open_client
from adapters.zotero_web.options import Options
from syncd.errors import LibraryError, OutcomeUnknownError, UnavailableError

READ_AT_ONCE = 100
"""So many items the server returns for a list of keys."""

_COLLECTIONS_AT_ONCE = 50

_CURRENT = "current"
"""The key by which the server means the one that the request was made with."""


class Versions(NamedTuple):
    """A consistent look at what changed: keys with their versions, at one library version."""

    versions: dict[str, int]
    library_version: int


class Deletions(NamedTuple):
    """What was deleted for good, as told at one library version."""

    items: Sequence[str]
    collections: Sequence[str]
    library_version: int


class Page(NamedTuple):
    """Objects as the server shows them, at one library version."""

    objects: Sequence[Mapping[str, Any]]
    library_version: int


class Client:
    """One library at one server. Every method may raise what the transport raises."""

    def __init__(self, options: Options, transport: Transport) -> None:
        self._url = options.url
        self._number = options.number
        self._library = f"/{options.kind}s/{options.number}"
        self._scrub = transport.scrub
        self._http = open_client(transport)
        self._zotero = Zotero(options.number, options.kind, _CURRENT, client=self._http)
        self._zotero.endpoint = options.url

    def key_info(self) -> Mapping[str, Any]:
        """Return whose key it is and what it opens."""
        return object_in(self._scrub(self._read(self._zotero.key_info)))

    def group(self) -> Mapping[str, Any]:
        """Return what is known about the group whose library this is."""
        document = self._get(f"/groups/{self._number}")
        return object_in(self._scrub(object_in(document).get("data")))

    def groups_of(self, user: int) -> Mapping[int, str]:
        """Return the names of the groups that a user and this key see, by their numbers."""
        found = self._scrub(self._get(f"/users/{user}/groups"))
        named = [
            (each.get("id"), str(each["data"].get("name", ""))) for each in envelopes_in(found)
        ]
        return {number: name for number, name in named if isinstance(number, int)}

    def schema_document(self) -> Mapping[str, Any]:
        """Return the server's item schema."""
        return object_in(self._get("/schema"))

    def item_versions(self, since: int) -> Versions:
        """Return every item that changed after a version, trashed ones included.

        Not on the condition that something has: the server would say that nothing has, and no
        more, of a library that was put back to an older state as well (observed).
        """
        found = self._read(self._zotero.item_versions, since=since, includeTrashed=1)
        return Versions(versions_in(found), self._library_version())

    def written_version(self) -> int | None:
        """Return the version at which the library may be written to, by writing nothing.

        What is read may come from a copy that lags behind. None where the answer does not tell.
        """
        return self.write_items([], None).library_version

    def items(self, keys: Sequence[str]) -> Page:
        """Return those of these items that exist; at most `READ_AT_ONCE` keys, at least one."""
        found = self._read(
            self._zotero.items, itemKey=",".join(keys), includeTrashed=1, limit=READ_AT_ONCE
        )
        return Page(objects_in(found), self._library_version())

    def deleted(self, since: int) -> Deletions:
        """Return the keys of what was deleted for good after a version.

        Of collections only those that were named: the ones inside them go without a word.
        """
        found = object_in(self._read(self._zotero.deleted, since=since))
        items, collections = found.get("items"), found.get("collections")
        if not isinstance(items, list) or not isinstance(collections, list):
            raise not_understood("a list of deletions without items or collections")
        return Deletions(
            [str(key) for key in items],
            [str(key) for key in collections],
            self._library_version(),
        )

    def collection_keys(self) -> Sequence[str]:
        """Return the keys of every collection, in one consistent look."""
        return list(versions_in(self._read(self._zotero.collection_versions)))

    def collections(self) -> Sequence[Mapping[str, Any]]:
        """Return every collection.

        Not page by page: pages shift when somebody writes in between.
        """
        return self.some_collections(self.collection_keys())

    def some_collections(self, keys: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Return those of these collections that exist, trashed ones included."""
        found: list[Mapping[str, Any]] = []
        for start in range(0, len(keys), _COLLECTIONS_AT_ONCE):
            chunk = ",".join(keys[start : start + _COLLECTIONS_AT_ONCE])
            found += objects_in(
                self._read(
                    self._zotero.collections,
                    collectionKey=chunk,
                    includeTrashed=1,
                    limit=_COLLECTIONS_AT_ONCE,
                )
            )
        return found

    def write_items(self, objects: Sequence[Mapping[str, Any]], guard: int | None) -> Report:
        """Create and change items; `guard` is the library version that must still hold."""
        return self._write(
            lambda: self._zotero.create_items([dict(o) for o in objects], last_modified=guard)
        )

    def write_collections(self, objects: Sequence[Mapping[str, Any]], guard: int | None) -> Report:
        """Create collections."""
        return self._write(
            lambda: self._zotero.create_collections([dict(o) for o in objects], guard)
        )

    def post_file(
        self, key: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> httpx2.Response:
        """Send a form to the address of an attachment's file."""
        address = f"{self._url}{self._library}/items/{key}/file"
        return self._http.post(address, data=dict(form), headers=dict(headers))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _read(self, call: Callable[..., Any], **parameters: Any) -> Any:
        with self._without_leaks(UnavailableError):
            return call(**parameters)

    def _write(self, call: Callable[[], Any]) -> Report:
        with self._without_leaks(OutcomeUnknownError):
            answer = call()
            version = self._header_version()
        report = report_in(answer, version)
        return report._replace(failed=self._scrub(report.failed))

    def _get(self, path: str) -> Any:
        """Read something for which pyzotero has no method."""
        with self._without_leaks(UnavailableError):
            return self._fetch(path, {}, {}).json()

    def _fetch(
        self, path: str, parameters: Mapping[str, Any], headers: Mapping[str, str]
    ) -> httpx2.Response:
        asked = {"Zotero-API-Version": "3", **headers}
        return self._http.get(self._url + path, params=parameters, headers=asked)

    @contextmanager
    def _without_leaks(self, kind: type[LibraryError]) -> Iterator[None]:
        """Keep pyzotero's parameters within one call, and its bafflement within ours."""
        self._zotero.url_params = None
        try:
            yield
        except (PyZoteroError, *UNREADABLE) as error:
            told = f"the answer could not be understood ({type(error).__name__})"
            raise kind(told) from error
        finally:
            self._zotero.url_params = None

    def _library_version(self) -> int:
        return _known_version(self._header_version())

    def _header_version(self) -> int | None:
        return version_in(self._zotero.request)


def _known_version(version: int | None) -> int:
    if version is None:
        raise not_understood("a listing without a library version")
    return version
