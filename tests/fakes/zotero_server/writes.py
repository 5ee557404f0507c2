"""Writing many objects in one request: each in its own transaction, each with its own answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tests.fakes.zotero_server.answers import (
    CrashError,
    ObjectError,
    Request,
    RequestError,
    Response,
    json_response,
)
from tests.fakes.zotero_server.kinds import Kind
from tests.fakes.zotero_server.library import Library, Stored, Versions, is_key
from tests.fakes.zotero_server.php_json import read_json
from tests.fakes.zotero_server.settings import Settings

MAX_OBJECTS = 50

Report = dict[str, dict[str, Any]]


def read_objects(request: Request, kind: Kind) -> list[Any]:
    """Return the array in the body, or raise what the server says about the whole request."""
    body = request.content()
    if not body:
        raise RequestError(400, "POST data not provided")
    objects = read_json(body)
    if not isinstance(objects, list):
        raise RequestError(400, "Uploaded data must be a JSON array")
    if len(objects) > MAX_OBJECTS:
        raise RequestError(413, f"Cannot add more than {MAX_OBJECTS} {kind.plural} at a time")
    return objects


def header_version(request: Request) -> int | None:
    """Return the `If-Unmodified-Since-Version` header."""
    text = request.headers.get("if-unmodified-since-version")
    if text is None:
        return None
    if not text.isdecimal():
        raise RequestError(400, "Invalid If-Unmodified-Since-Version value")
    return int(text)


def object_version(json: Mapping[str, Any]) -> int | None:
    """Return an object's `version` property; numbers in strings pass, null counts as absent."""
    value = json.get("version")
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        try:
            return int(float(value))
        except ValueError:
            pass
    raise ObjectError(400, "'version' must be an integer")


class BatchWrite:
    """One multi-object write, from the first object to the report."""

    def __init__(
        self, library: Library, kind: Kind, settings: Settings, url: str, guard: int | None
    ) -> None:
        self._library = library
        self._kind = kind
        self._settings = settings
        self._url = url
        self._guard = guard
        self._versions = Versions(library, once=settings.one_version_per_batch)
        self._version_after = library.version
        self.report: Report = {"successful": {}, "success": {}, "unchanged": {}, "failed": {}}
        self.last_failed = False

    def run(self, objects: list[Any], crash_after: int | None = None) -> Response:
        """Write the objects in order; `crash_after` so many, fall over."""
        pause = self._settings.delay_per_batch / len(objects) if objects else 0
        with self._versions.whole():
            for index, json in enumerate(objects):
                if index == crash_after:
                    raise CrashError("in the middle of a batch, as armed")
                if pause:
                    time.sleep(pause)
                self._write_one(index, json)
        return json_response(self.report).with_version(self._version_after)

    def _write_one(self, index: int, json: Any) -> None:
        with self._library.lock:
            if index == 0:
                self._check_guard()
            try:
                self._commit(str(index), json, index)
            except ObjectError as error:
                self.report["failed"][str(index)] = error.notice()
                self.last_failed = True
            else:
                self._version_after = self._library.version
                self.last_failed = False

    def _check_guard(self) -> None:
        """Compare the header with the library version; only the first object does."""
        self._version_after = self._library.version
        if self._guard is not None and self._library.version > self._guard:
            raise RequestError(
                412,
                "Library has been modified since specified version "
                f"(expected {self._guard}, found {self._library.version})",
            )

    def _commit(self, place: str, json: Any, index: int) -> None:
        if not isinstance(json, dict):
            raise ObjectError(
                400,
                f"Invalid value for index {index} in uploaded data; "
                f"expected JSON {self._kind.name} object",
            )
        properties = _unwrapped(json)
        key, base = self._addressed(properties)
        thing, changed = self._kind.written(self._library, key, properties, base)
        version = self._versions.next()
        if not changed:
            self.report["unchanged"][place] = key
            return
        kept = self._library.put(thing, version)
        self.report["successful"][place] = self._kind.envelope(kept, self._library, self._url)
        self.report["success"][place] = key

    def _addressed(self, json: Mapping[str, Any]) -> tuple[str, Stored | None]:
        """Return which object is meant, after its preconditions."""
        key, version = json.get("key"), object_version(json)
        if key is None:
            if version:
                raise ObjectError(
                    400, f"'version' is valid only if {self._kind.name} key is provided"
                )
            return self._library.new_key(), None
        if not isinstance(key, str):
            raise ObjectError(400, "'key' must be a string")
        if not is_key(key):
            raise ObjectError(400, f"'{key}' is not a valid {self._kind.name} key")
        base = self._kind.find(self._library, key)
        self._check_version(version, base)
        return key, base

    def _check_version(self, version: int | None, base: Stored | None) -> None:
        noun = self._kind.name.capitalize()
        if version is None:
            if self._guard is None:
                raise ObjectError(
                    428,
                    "Either If-Unmodified-Since-Version or 'version' property must be provided "
                    "for 'key'-based writes",
                )
        elif base is None and version > 0:
            raise ObjectError(
                404, f"{noun} doesn't exist (expected version {version}; use 0 instead)"
            )
        elif base is not None and base.version > version:
            raise ObjectError(
                412,
                f"{noun} has been modified since specified version "
                f"(expected {version}, found {base.version})",
            )


def _unwrapped(json: dict[str, Any]) -> dict[str, Any]:
    """Take the data out of the envelope in which GET shows an object."""
    inner = json.get("data")
    if not isinstance(inner, dict):
        return json
    outer: dict[str, Any] = {name: json[name] for name in ("key", "version") if name in json}
    return outer | inner


class WriteTokens:
    """The tokens of finished writes, per API key."""

    def __init__(self) -> None:
        self._used: set[tuple[str, str]] = set()

    def check(self, secret: str, request: Request) -> str | None:
        """Return the request's token, or raise: malformed, or used before."""
        token = request.headers.get("zotero-write-token")
        if token is None:
            return None
        if not 5 <= len(token) <= 32:
            raise RequestError(400, "Write token must be 5-32 characters in length")
        if (secret, token) in self._used:
            raise RequestError(412, "Write token already used")
        return token

    def record(self, secret: str, token: str | None) -> None:
        """Remember a finished write. It happens last: what runs at the same time is not seen."""
        if token is not None:
            self._used.add((secret, token))
