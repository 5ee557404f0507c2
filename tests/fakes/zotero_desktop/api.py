"""The addresses below `/api/`: reads for everybody, writes with consent."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.zotero_desktop.files import Files
from tests.fakes.zotero_desktop.items import EntryError, written
from tests.fakes.zotero_desktop.world import Library, World
from tests.fakes.zotero_server.schema import schema, schema_document

_MOST = 50


@dataclass
class Request:
    """What a client sent; `query` has the last value of each parameter."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Answer:
    """What goes back; `body` is JSON unless it is text already."""

    status: int
    body: Any = ""
    headers: dict[str, str] = field(default_factory=dict)


class Api:
    """Answers one request after the other; several may be at work at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.files = Files(world)

    def answer(self, request: Request) -> Answer:
        """Answer a request below `/api/`."""
        answer = self._route(request)
        if self._world.settings["older"]:
            return answer
        answer.headers |= {
            "Zotero-Server-ID": self._world.server_id,
            "Zotero-API-Version": "3",
            "Zotero-Schema-Version": str(schema().version),
        }
        return answer

    def _route(self, request: Request) -> Answer:
        if not self._world.settings["local_api"]:
            return Answer(403, "Local API is not enabled")
        claimed = request.headers.get("zotero-server-id")
        if claimed is not None and claimed != self._world.server_id:
            return Answer(412, "Zotero-Server-ID does not match")
        parts = [part for part in request.path.removeprefix("/api/").split("/") if part]
        match parts:
            case []:
                return Answer(200, "Nothing to see here.")
            case ["schema"]:
                return Answer(200, schema_document())
            case ["local", "authorize"]:
                return self._authorize(request)
            case ["local", "uploads", upload] if request.method == "POST":
                return Answer(*self.files.take(upload, request.body))
            case ["users", _, "groups"]:
                return Answer(200, self._groups())
            case [kind, number, *rest] if kind in ("users", "groups"):
                library = self._world.library(f"{kind}/{number}")
                if library is None:
                    return Answer(404 if kind == "groups" else 400, "Not found")
                return self._in_library(request, f"{kind}/{number}", library, rest)
        return Answer(404, "Not found")

    def _groups(self) -> list[dict[str, Any]]:
        return [
            {"id": int(name.split("/")[1]), "data": {"name": f"Group {name.split('/')[1]}"}}
            for name in self._world.libraries
            if name.startswith("groups/")
        ]

    def _in_library(self, request: Request, name: str, library: Library, rest: list[str]) -> Answer:
        if request.method == "GET":
            with self._world.lock:
                return _read(request, name, library, rest)
        if self._world.settings["older"]:
            return Answer(400, "Endpoint does not support method")
        if request.method == "POST" and rest in (["items"], ["collections"]):
            return self._write(request, name, library, rest[0])
        if request.method == "POST" and rest[::2] == ["items", "file"]:
            return self._store(request, name, library, rest[1])
        return Answer(405, "Method not allowed")

    # Writing

    def _store(self, request: Request, name: str, library: Library, key: str) -> Answer:
        if refusal := self._refusal(request):
            return refusal
        with self._world.lock:
            reply = self.files.post(name, library, key, request.headers, request.body)
            return Answer(*reply, _version(library))

    def _refusal(self, request: Request) -> Answer | None:
        if "zotero-server-id" not in request.headers:
            return Answer(428, "Zotero-Server-ID not provided")
        if not self._world.use_key(request.headers.get("zotero-api-key")):
            return Answer(401, "Local API key is not valid")
        return None

    def _write(self, request: Request, name: str, library: Library, what: str) -> Answer:
        if refusal := self._refusal(request):
            return refusal
        token = request.headers.get("zotero-write-token")
        if token is not None and token in self._world.tokens:
            return Answer(412, "Write token already used")
        try:
            entries = json.loads(request.body)
        except ValueError:
            return Answer(400, "JSON could not be parsed")
        if not isinstance(entries, list):
            return Answer(400, "Uploaded data must be a JSON array")
        if len(entries) > _MOST:
            return Answer(413, f"Cannot add more than {_MOST} objects at a time")
        if not library.editable:
            return Answer(403, "Write access denied")
        report = self._write_entries(name, library, what, entries)
        if token is not None:
            self._world.tokens.add(token)
        return Answer(200, report, _version(library))

    def _write_entries(
        self, name: str, library: Library, what: str, entries: list[Any]
    ) -> dict[str, Any]:
        report: dict[str, dict[str, Any]] = {
            kind: {} for kind in ("successful", "success", "unchanged", "failed")
        }
        write = self._write_item if what == "items" else self._write_collection
        for place, entry in enumerate(entries):
            try:
                made = write(name, library, entry)
            except EntryError as error:
                failed: dict[str, Any] = {"code": error.code, "message": str(error)}
                report["failed"][str(place)] = failed
                continue
            if made is None:
                report["unchanged"][str(place)] = entry["key"]
            else:
                report["successful"][str(place)] = made
                report["success"][str(place)] = made["key"]
        return report

    def _write_item(self, name: str, library: Library, entry: Any) -> dict[str, Any] | None:
        base = _base(library.items, entry)
        data = written(library, base["data"] if base else None, entry)
        if base is not None and _same(base["data"], data):
            return None
        # Nothing was locked while the check was made, nor is anything while it works.
        self._world.work()
        with self._world.lock:
            thing = {"key": base["key"] if base else library.new_key(), "data": data}
            self._world.commit(name, items=[thing])
        return _envelope(thing)

    def _write_collection(self, name: str, library: Library, entry: Any) -> dict[str, Any] | None:
        base = _base(library.collections, entry)
        data = {"name": "", "parentCollection": False, **(base["data"] if base else {})}
        known = {key: entry[key] for key in ("name", "parentCollection", "deleted") if key in entry}
        data |= known
        data["parentCollection"] = data["parentCollection"] or False
        deleted = {"deleted": True} if data.pop("deleted", False) else {}
        if not str(data["name"]).strip():
            raise EntryError(400, "Collection name cannot be empty")
        parent = data["parentCollection"]
        if parent and parent not in library.collections:
            raise EntryError(400, f"Parent collection {parent} not found")
        if base is not None and base["data"] == data | deleted:
            return None
        self._world.work()
        with self._world.lock:
            thing = {"key": base["key"] if base else library.new_key(), "data": data | deleted}
            self._world.commit(name, collections=[thing])
        return _envelope(thing)

    # Consent

    def _authorize(self, request: Request) -> Answer:
        if "zotero-server-id" not in request.headers:
            return Answer(428, "Zotero-Server-ID not provided")
        if not json.loads(request.body or b"{}").get("appName"):
            return Answer(400, "'appName' not provided")
        now = time.monotonic()
        self._world.prompts = [at for at in self._world.prompts if now - at < 60]
        if len(self._world.prompts) >= 5:
            return Answer(429, "Too many requests", {"Retry-After": "60"})
        self._world.prompts.append(now)
        answer = self._wait_for_a_person()
        if answer == "deny":
            return Answer(403, {"denied": True})
        key = secrets.token_hex(16)
        if answer == "always allow":
            self._world.remember([*self._world.remembered_keys(), key])
        else:
            self._world.single_use.add(key)
        return Answer(200, {"key": key, "remember": answer == "always allow"})

    def _wait_for_a_person(self) -> str:
        while (answer := self._world.settings["consent"]) is None:
            time.sleep(0.02)
        return str(answer)


def _base(known: Mapping[str, dict[str, Any]], entry: Any) -> dict[str, Any] | None:
    """Return what an entry is written over, after its preconditions."""
    key = entry.get("key") if isinstance(entry, dict) else None
    if key is None:
        return None
    base = known.get(key)
    if base is None:
        raise EntryError(400, f"'primaryData' not loaded for item (null/1/{key})")
    if "version" not in entry:
        raise EntryError(428, "Item version not provided")
    if entry["version"] != base["version"]:
        raise EntryError(
            412,
            "Item has been modified since specified version "
            f"(expected {entry['version']}, found {base['version']})",
        )
    return base


def _same(base: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    ignored = ("dateModified",)
    return {k: v for k, v in base.items() if k not in ignored} == {
        k: v for k, v in data.items() if k not in ignored
    }


# Reading


def _read(request: Request, name: str, library: Library, rest: list[str]) -> Answer:
    match rest:
        case ["items"]:
            return _listing(request, library, _items(library, request))
        case ["items", "trash"]:
            trashed = [each for each in library.items.values() if each["data"].get("deleted")]
            return _listing(request, library, trashed)
        case ["items", key]:
            return _single(library.items.get(key))
        case ["collections"]:
            return _listing(request, library, list(library.collections.values()))
        case ["collections", key]:
            return _single(library.collections.get(key))
    return Answer(404, "Not found")


def _items(library: Library, request: Request) -> list[dict[str, Any]]:
    """Return the items of a list: of keys never a trashed one, but their children as well."""
    present = [each for each in library.items.values() if not each["data"].get("deleted")]
    if "itemKey" in request.query:
        wanted = set(request.query["itemKey"].split(","))
        return [
            each
            for each in present
            if each["key"] in wanted or each["data"].get("parentItem") in wanted
        ]
    return list(library.items.values()) if request.query.get("includeTrashed") == "1" else present


def _listing(request: Request, library: Library, found: list[dict[str, Any]]) -> Answer:
    headers = _version(library)
    known = request.headers.get("if-modified-since-version", "")
    if known.isdecimal() and int(known) >= library.version:
        return Answer(304)
    since = int(request.query.get("since", 0))
    found = [each for each in found if not since or each["version"] > since]
    if request.query.get("format") == "versions":
        return Answer(200, {each["key"]: each["version"] for each in found}, headers)
    if request.query.get("sort") == "dateAdded":
        is_last_first = request.query.get("direction") == "desc"
        found.sort(key=lambda each: str(each["data"].get("dateAdded")), reverse=is_last_first)
    start = int(request.query.get("start", 0))
    limit = int(request.query.get("limit", len(found) or 1))
    headers["Total-Results"] = str(len(found))
    return Answer(200, [_envelope(each) for each in found[start : start + limit]], headers)


def _single(found: dict[str, Any] | None) -> Answer:
    if found is None:
        return Answer(404, "Not found")
    return Answer(200, _envelope(found), {"Last-Modified-Version": str(found["version"])})


def _envelope(thing: Mapping[str, Any]) -> dict[str, Any]:
    key, version = thing["key"], thing["version"]
    return {
        "key": key,
        "version": version,
        "data": {"key": key, "version": version, **thing["data"]},
    }


def _version(library: Library) -> dict[str, str]:
    return {"Last-Modified-Version": str(library.version)}
