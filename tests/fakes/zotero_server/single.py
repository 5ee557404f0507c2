"""Writing one object by its own address: PUT, PATCH and DELETE, and deleting several."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from tests.fakes.zotero_server.answers import ObjectError, Request, RequestError, Response
from tests.fakes.zotero_server.kinds import ITEMS, Kind
from tests.fakes.zotero_server.library import Item, Library, Stored, is_key
from tests.fakes.zotero_server.php_json import read_json
from tests.fakes.zotero_server.settings import Settings
from tests.fakes.zotero_server.writes import header_version, object_version

_RESET_BY_PUT = {"deleted": False, "parentItem": False}


class SingleWrite:
    """One request about one object."""

    def __init__(self, library: Library, kind: Kind, settings: Settings) -> None:
        self._library = library
        self._kind = kind
        self._settings = settings

    def write(self, key: str, request: Request) -> Response:
        """Carry out a PUT or PATCH."""
        json = _read_object(request)
        if json.get("key", key) != key:
            raise RequestError(409, "Item key in JSON does not match item key in URL")
        with self._transaction():
            base = self._kind.find(self._library, key)
            self._check_write(key, base, request, json)
            self._let_others_slip_in()
            return self._commit(key, request, json)

    def delete(self, key: str, request: Request) -> Response:
        """Carry out a DELETE of one object."""
        version = header_version(request)
        with self._transaction():
            base = self._kind.find(self._library, key)
            if version is None:
                raise RequestError(428, "If-Unmodified-Since-Version not provided")
            if base is None and version > 0:
                raise self._not_found(version)
            if base is not None and base.version > version:
                raise self._stale(base, version)
            self._let_others_slip_in()
            return self._delete([key])

    def delete_many(self, keys: list[str], request: Request) -> Response:
        """Carry out a DELETE of several objects; keys that nobody knows are let pass."""
        version = header_version(request)
        with self._library.lock:
            if version is not None and self._library.version > version:
                raise RequestError(
                    412,
                    "Library has been modified since specified version "
                    f"(expected {version}, found {self._library.version})",
                )
            return self._delete(keys)

    def _transaction(self) -> AbstractContextManager[Any]:
        """Hold the library, unless this server's isolation lets racing writes both pass."""
        return nullcontext() if self._settings.lost_updates else self._library.lock

    def _let_others_slip_in(self) -> None:
        """Keep the transaction open between its check and its write for a moment."""
        if self._settings.lost_updates:
            time.sleep(self._settings.race_seconds)

    def _check_write(
        self, key: str, base: Stored | None, request: Request, json: Mapping[str, Any]
    ) -> None:
        if not is_key(key):
            raise RequestError(404, "Not found")
        version = self._asked_version(request, json)
        if base is None:
            self._check_absent(version, request)
        elif version is None:
            raise RequestError(
                428,
                "Either If-Unmodified-Since-Version or object version property must be provided "
                "for key-based writes",
            )
        elif base.version > version:
            raise self._stale(base, version)
        if request.method == "PUT" and base is not None:
            _require_whole(self._kind, base, json)

    def _asked_version(self, request: Request, json: Mapping[str, Any]) -> int | None:
        header = header_version(request)
        try:
            own = object_version(json)
        except ObjectError as error:
            raise RequestError(error.code, error.message) from None
        if header is not None and own is not None and header != own:
            raise RequestError(
                400, "If-Unmodified-Since-Version value does not match 'version' property"
            )
        return own if header is None else header

    def _check_absent(self, version: int | None, request: Request) -> None:
        if version is None and request.method == "PATCH":
            raise RequestError(404, f"{self._kind.name.capitalize()} does not exist")
        if version:
            raise self._not_found(version)

    def _commit(self, key: str, request: Request, json: dict[str, Any]) -> Response:
        with self._library.lock:
            base = self._kind.find(self._library, key)
            if request.method == "PUT" and self._kind is ITEMS:
                json = _RESET_BY_PUT | json
            try:
                thing, changed = self._kind.written(self._library, key, json, base)
            except ObjectError as error:
                raise RequestError(error.code, error.message) from None
            version = self._library.bump()
            if not changed and base is not None:
                return Response(204).with_version(base.version)
            self._library.put(thing, version)
            return Response(204).with_version(version)

    def _delete(self, keys: list[str]) -> Response:
        with self._library.lock:
            version = self._library.bump()
            if self._kind is ITEMS:
                self._library.delete_items(keys, version)
            else:
                self._library.delete_collections(keys, version)
            return Response(204).with_version(version)

    def _stale(self, base: Stored, version: int) -> RequestError:
        noun = self._kind.name.capitalize()
        return RequestError(
            412,
            f"{noun} has been modified since specified version "
            f"(expected {version}, found {base.version})",
            headers={"Last-Modified-Version": str(base.version)},
        )

    def _not_found(self, version: int) -> RequestError:
        noun = self._kind.name.capitalize()
        return RequestError(412, f"{noun} not found (expected version {version})")


def _read_object(request: Request) -> dict[str, Any]:
    body = request.content()
    if not body:
        raise RequestError(400, f"{request.method} data not provided")
    json = read_json(body)
    if not isinstance(json, dict):
        raise RequestError(400, "Uploaded data must be a JSON object")
    return json["data"] if isinstance(json.get("data"), dict) else json


def _require_whole(kind: Kind, base: Stored, json: Mapping[str, Any]) -> None:
    """A PUT must name the properties that are not fields, although it clears no fields."""
    required = ["itemType", "tags", "relations"] if kind is ITEMS else ["name"]
    if isinstance(base, Item) and not base.parent:
        required.append("collections")
    for name in required:
        if name not in json:
            raise RequestError(400, f"'{name}' property not provided")
