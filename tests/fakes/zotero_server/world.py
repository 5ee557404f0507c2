"""Everything the server knows: people, keys, libraries, and how it is told to behave."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from tests.fakes.zotero_server.access import Group, Key, Permissions, User
from tests.fakes.zotero_server.answers import Request, RequestError
from tests.fakes.zotero_server.faults import Faults
from tests.fakes.zotero_server.files import Files
from tests.fakes.zotero_server.library import Library
from tests.fakes.zotero_server.limiter import Limiter
from tests.fakes.zotero_server.settings import Settings
from tests.fakes.zotero_server.writes import WriteTokens

FULL_ACCESS: Mapping[str, Any] = {
    "user": {"library": True, "files": True, "notes": True, "write": True},
    "groups": {"all": {"library": True, "write": True}},
}


class World:
    """The server's whole state; `reset` makes it new."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everybody and everything."""
        self.settings = Settings()
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.keys: dict[str, Key] = {}
        self.libraries: dict[str, Library] = {}
        self.tokens = WriteTokens()
        self.limiter = Limiter(self.settings)
        self.faults = Faults()
        self.files = Files()
        self.journal: list[dict[str, Any]] = []

    def set_up(self, document: Mapping[str, Any]) -> None:
        """Add users, groups and keys, and change settings."""
        for name, value in document.get("settings", {}).items():
            if not hasattr(self.settings, name):
                raise RequestError(400, f"no such setting: {name}")
            setattr(self.settings, name, value)
        for user in document.get("users", ()):
            self._add_user(User(user["id"], user.get("name", f"user{user['id']}")))
        for group in document.get("groups", ()):
            self._add_group(group)
        for key in document.get("keys", ()):
            owner = self.users[key["user"]]
            access = key.get("access", FULL_ACCESS)
            self.keys[key["key"]] = Key(key["key"], owner, access)

    def revoke(self, secret: str) -> None:
        """Take a key away."""
        self.keys.pop(secret, None)

    def library(self, path: str) -> Library:
        """Return the library with this path, or raise the 404 of its kind."""
        kind, _, number = path.partition("/")
        library = self.libraries.get(path)
        if library is None:
            noun = "User" if kind == "users" else "Group"
            raise RequestError(404, f"{noun} {number} not found")
        return library

    def key(self, secret: str | None, address: str) -> Key | None:
        """Return the key with this secret, None for no secret, or raise 403 and count."""
        if secret is None:
            return None
        self.limiter.refuse_locked_out(address)
        key = self.keys.get(secret)
        if key is None:
            self.limiter.count_bad_key(address)
            self.limiter.refuse_locked_out(address)
            raise RequestError(403, "Invalid key")
        return key

    def permissions(self, key: Key | None, library: Library) -> Permissions:
        """Return what may be done in a library with this key, or without one."""
        group = self.groups.get(library.number) if library.kind == "groups" else None
        if key is None:
            return Permissions(read=group is not None and group.reading == "all")
        return key.permissions(library, group)

    def record(self, request: Request, status: int | None, objects: int) -> None:
        """Note a request for `GET /_test/requests`; status None means that no answer went out."""
        entry = {
            "method": request.method,
            "path": request.path,
            "query": {name: values[-1] for name, values in request.query.items()},
            "headers": dict(request.headers),
            "status": status,
            "objects": objects,
        }
        with self.lock:
            self.journal.append(entry)

    def _add_user(self, user: User) -> None:
        self.users[user.number] = user
        self.libraries.setdefault(f"users/{user.number}", Library("users", user.number))

    def _add_group(self, document: Mapping[str, Any]) -> None:
        group = Group(
            document["id"],
            document.get("name", f"group{document['id']}"),
            document["owner"],
            frozenset(document.get("members", ())),
            document.get("editing", "members"),
            document.get("reading", "members"),
            document.get("files", "members"),
        )
        self.groups[group.number] = group
        self.libraries.setdefault(f"groups/{group.number}", Library("groups", group.number))
