"""The only place that knows pyzotero in local mode, and the addresses of the local API.

Its traps end here. Lists of keys never show trashed items and show children unasked. Answers have
no length, so one that breaks off is JSON that cannot be read; after a write that means an unknown
outcome. `update_items` hides what failed and `delete_item` erases, so neither is used.
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
from adapters.transport import open_client
from adapters.zotero_desktop.options import Options
from adapters.zotero_desktop.wire import LocalTransport
from adapters.zotero_web.client import Versions
from syncd.errors import (
    AccessDeniedError,
    LibraryError,
    OutcomeUnknownError,
    UnavailableError,
    UnreadError,
)

READ_AT_ONCE = 50
_LATEST_AT_ONCE = 100

_BY_TRANSPORT = "set by the transport"
"""What pyzotero takes for its key; the transport puts the right one on each request."""


class Objects(NamedTuple):
    """Objects as Zotero shows them, and the library's counter at that moment."""

    objects: Sequence[Mapping[str, Any]]
    counter: int


class Client:
    """One library in the running Zotero. Every method may raise what the transport raises."""

    def __init__(self, options: Options, transport: LocalTransport) -> None:
        self._api = f"{options.url}/api"
        self._path = options.path
        self._transport = transport
        self._http = open_client(transport)
        self._zotero = Zotero(
            options.number,
            options.kind,
            local=True,
            client=self._http,
            local_api_key=_BY_TRANSPORT,
        )
        self._zotero.endpoint = self._api

    def greet(self) -> None:
        """Ask for nothing; the transport learns which database answers, and in which version."""
        self._get("/", parse=False)

    def groups(self) -> Mapping[int, str]:
        """Return the groups that the program has, by number, with their names."""
        found = envelopes_in(self._get("/users/0/groups"))
        named = [(each.get("id"), str(each["data"].get("name", ""))) for each in found]
        return {number: name for number, name in named if isinstance(number, int)}

    def schema_document(self) -> Mapping[str, Any]:
        """Return the program's item schema."""
        return object_in(self._get("/schema"))

    def counter(self) -> int:
        """Return the library's counter: what costs least of all that tells it (observed)."""
        self._read(self._zotero.collection_versions)
        return self._counter()

    def item_versions(self, since: int) -> Versions:
        """Return every item that changed after a version, trashed ones included."""
        found = self._read(self._zotero.item_versions, since=since, includeTrashed=1)
        return Versions(versions_in(found), self._counter())

    def items_since(self, since: int) -> Objects:
        """Return every item that changed after a version, trashed ones included."""
        found = self._get(f"/{self._path}/items?since={since}&includeTrashed=1")
        return Objects(objects_in(found), self._counter())

    def latest_items(self, since: str) -> Sequence[Mapping[str, Any]]:
        """Return the items that were added at this second or later, trashed ones included."""
        order = f"sort=dateAdded&direction=desc&includeTrashed=1&limit={_LATEST_AT_ONCE}"
        found: list[Mapping[str, Any]] = []
        while True:
            page = objects_in(self._get(f"/{self._path}/items?{order}&start={len(found)}"))
            found += page
            if len(page) < _LATEST_AT_ONCE or str(page[-1]["data"].get("dateAdded", "")) < since:
                return [each for each in found if str(each["data"].get("dateAdded", "")) >= since]

    def items(self, keys: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Return those of these items that exist, trashed ones included."""
        listed = self._read(self._zotero.items, itemKey=",".join(keys), limit=None)
        found = {each["key"]: each for each in objects_in(listed) if each["key"] in keys}
        for key in keys:
            if key not in found and (item := self._find_item(key)) is not None:
                found[key] = item
        return list(found.values())

    def _find_item(self, key: str) -> Mapping[str, Any] | None:
        try:
            [item] = objects_in([self._get(f"/{self._path}/items/{key}")])
        except AccessDeniedError as error:
            if error.status != 404:
                raise
            return None
        return item

    def collections(self) -> Sequence[Mapping[str, Any]]:
        """Return every collection."""
        return objects_in(self._get(f"/{self._path}/collections"))

    # Writing

    def write_items(self, objects: Sequence[Mapping[str, Any]], token: str) -> Report:
        """Create and change items, in a write of this token."""
        return self._write(self._zotero.create_items, objects, token)

    def write_collections(self, objects: Sequence[Mapping[str, Any]], token: str) -> Report:
        """Create and change collections, in a write of this token."""
        return self._write(self._zotero.create_collections, objects, token)

    def post_file(
        self, key: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> httpx2.Response:
        """Send a form to the address of an attachment's file."""
        address = f"{self._api}/{self._path}/items/{key}/file"
        return self._http.post(address, data=dict(form), headers=dict(headers))

    def knows_token(self, token: str) -> bool:
        """Say whether a write with this token has ended in the process that runs now.

        Writes nothing: what is sent is no list of objects (observed). Raises `AccessDeniedError`
        where the key does not permit writing.
        """
        try:
            self._post({}, token)
        except UnreadError:
            return False
        except OutcomeUnknownError as error:
            if error.status == 412:
                return True
            raise UnavailableError(str(error), status=error.status) from error
        raise not_understood("an answer to a write of nothing")

    def leave_token(self, token: str) -> None:
        """Let the process that runs now know a token. One entry fails, and nothing is written."""
        try:
            self._post([None], token)
        except OutcomeUnknownError as error:
            raise UnavailableError(str(error), status=error.status) from error

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _post(self, document: Any, token: str) -> None:
        with self._with_token(token):
            self._http.post(f"{self._api}/{self._path}/items", json=document)

    def _write(
        self, call: Callable[..., Any], objects: Sequence[Mapping[str, Any]], token: str
    ) -> Report:
        with self._without_leaks(OutcomeUnknownError), self._with_token(token):
            answer = call([dict(each) for each in objects])
            counter = self._header_counter()
        report = report_in(answer, counter)
        return report._replace(failed=self._transport.scrub(report.failed))

    @contextmanager
    def _with_token(self, token: str) -> Iterator[None]:
        self._transport.token = token
        try:
            yield
        finally:
            self._transport.token = None

    # Reading

    def _read(self, call: Callable[..., Any], **parameters: Any) -> Any:
        with self._without_leaks(UnavailableError):
            return call(**parameters)

    def _get(self, path: str, *, parse: bool = True) -> Any:
        """Read something for which pyzotero has no method that shows all of it."""
        with self._without_leaks(UnavailableError):
            response = self._http.get(self._api + path, headers={"Zotero-API-Version": "3"})
            self._zotero.request = response
            return response.json() if parse else None

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

    def _counter(self) -> int:
        counter = self._header_counter()
        if counter is None:
            raise not_understood("a listing without a version")
        return counter

    def _header_counter(self) -> int | None:
        return version_in(self._zotero.request)
