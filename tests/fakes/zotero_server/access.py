"""Who people are, what their keys open, and the sentences for closed doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.zotero_server.answers import Request, RequestError
from tests.fakes.zotero_server.library import Library


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a library of their own."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """A shared library; `editing` says whether members or only admins may write."""

    number: int
    name: str
    owner: int
    members: frozenset[int] = frozenset()
    editing: str = "members"
    reading: str = "members"
    files: str = "members"

    def may_read(self, user: int) -> bool:
        return self.reading == "all" or user == self.owner or user in self.members

    def may_write(self, user: int) -> bool:
        return user == self.owner or (self.editing == "members" and user in self.members)

    def may_store(self, user: int) -> bool:
        if self.files == "none" or not self.may_write(user):
            return False
        return user == self.owner or self.files == "members"


@dataclass(frozen=True, slots=True)
class Key:
    """An API key and what it opens, in the shape in which `/keys/current` tells it."""

    secret: str
    user: User
    access: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return what `/keys/current` answers."""
        return {
            "key": self.secret,
            "userID": self.user.number,
            "username": self.user.name,
            "displayName": self.user.name,
            "access": dict(self.access),
        }

    def permissions(self, library: Library, group: Group | None) -> Permissions:
        """Return what this key may do in a library."""
        if library.kind == "users":
            mine: Mapping[str, Any] = (
                self.access.get("user", {}) if library.number == self.user.number else {}
            )
            return Permissions(
                bool(mine.get("library")),
                bool(mine.get("write")),
                bool(mine.get("notes")),
                bool(mine.get("files")) and bool(mine.get("write")),
            )
        groups: Mapping[str, Any] = self.access.get("groups", {})
        granted = groups.get(str(library.number), groups.get("all", {}))
        read = bool(granted.get("library")) and group is not None
        return Permissions(
            read and group is not None and group.may_read(self.user.number),
            bool(granted.get("write")) and group is not None and group.may_write(self.user.number),
            read,
            bool(granted.get("write")) and group is not None and group.may_store(self.user.number),
        )


@dataclass(frozen=True, slots=True)
class Permissions:
    """What may be done in one library."""

    read: bool = False
    write: bool = False
    notes: bool = False
    files: bool = False


def secret_of(request: Request) -> str | None:
    """Find the API key in a request; the three places may not contradict each other."""
    bearer = request.headers.get("authorization", "")
    found = [
        request.headers.get("zotero-api-key"),
        bearer[7:] if bearer.lower().startswith("bearer ") else None,
        request.parameter("key"),
    ]
    secrets = {secret for secret in found if secret}
    if len(secrets) > 1:
        raise RequestError(400, "Zotero-API-Key header and 'key' parameter differ")
    return next(iter(secrets), None)


def require(permissions: Permissions, request: Request, *, anonymous: bool) -> None:
    """Raise 403 when the request may not be made."""
    if request.method in ("GET", "HEAD"):
        if not permissions.read:
            raise RequestError(403, "Forbidden")
    elif anonymous:
        raise RequestError(403, "An API key is required for write requests.")
    elif not permissions.write:
        raise RequestError(403, "Write access denied" if permissions.read else "Forbidden")
