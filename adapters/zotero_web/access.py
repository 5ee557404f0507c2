"""What a key may do, in words, and what becomes of one that was refused.

A server that sees bad keys locks the whole address out. So a refused key is not shown again until
another one is there, an hour has passed, or `describe` asks whether it works by now: somebody may
have given the old one new rights.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from adapters.zotero_web.options import Options
from syncd.errors import AccessDeniedError, Denial, KeyLookupError, UnavailableError
from syncd.system.clock import Clock

_ASK_AGAIN_AFTER = timedelta(hours=1)
_READ_ONLY = "Write access denied"
"""What the server says of a key that it knows, and that may not change this library."""
_KEY = re.compile(r"[!-~]+")
"""What can stand in a header; Zotero's own keys are letters and digits."""


class Access(NamedTuple):
    """What a key may do in one library."""

    writable: bool
    takes_notes: bool
    words: str
    denial: Denial | None = None
    """Why it may not write."""
    stores_files: bool = False


def read_access(info: Mapping[str, Any], options: Options) -> Access:
    """Return what `/keys/current` says about a library.

    Raises `AccessDeniedError` when the key does not open it at all.
    """
    granted = _mapping(info, "access")
    own, groups = _mapping(granted, "user"), _mapping(granted, "groups")
    if options.kind == "group":
        here = _mapping(groups, str(options.number)) or _mapping(groups, "all")
        if not here.get("library"):
            raise AccessDeniedError(
                f"this key does not open group {options.number}{_instead(groups)}",
                denial=Denial.NOT_OPENED,
            )
        writable = bool(here.get("write"))
        return _rights(writable=writable, takes_notes=True)._replace(stores_files=writable)
    if info.get("userID") != options.number:
        raise AccessDeniedError(
            f"this key belongs to user {info.get('userID')} ({info.get('username')}), "
            f"and {options.words} is somebody else's",
            denial=Denial.SOMEBODY_ELSES,
        )
    if not own.get("library"):
        raise AccessDeniedError(
            f"this key opens groups only, not {options.words}"
            if groups
            else f"this key opens no library, not even {options.words}",
            denial=Denial.NOT_OPENED,
        )
    rights = _rights(writable=bool(own.get("write")), takes_notes=bool(own.get("notes")))
    return rights._replace(stores_files=rights.writable and bool(own.get("files")))


def _instead(groups: Mapping[str, Any]) -> str:
    """Say which groups a key opens instead of one, for a number may be mistyped."""
    opened = sorted((number for number in groups if number.isdecimal()), key=int)
    return f", but group {', '.join(opened)}" if opened else ""


def no_member(options: Options, groups: Mapping[int, str]) -> AccessDeniedError:
    """Return the error for a group that its own number and the key's rights do not explain."""
    named = ", ".join(f"{number} ({name})" for number, name in sorted(groups.items()))
    sees = f"it sees group {named}" if named else "it sees no group"
    return AccessDeniedError(
        f"there is no group {options.number}, or the owner of this key is no member of it; {sees}",
        denial=Denial.NO_MEMBER,
    )


def restrict_to_admins(access: Access, group: Mapping[str, Any], user: object) -> Access:
    """Take the right to write away from members of a group where only admins have it."""
    if group.get("libraryEditing") != "admins" or user in _admins(group) or not access.writable:
        return access
    return access._replace(
        writable=False,
        stores_files=False,
        words="may read the group, but only its admins may change it",
        denial=Denial.ADMINS_ONLY,
    )


def restrict_files(access: Access, group: Mapping[str, Any], user: object) -> Access:
    """Take the right to store files away where the group stores none, or only its admins'."""
    editing = group.get("fileEditing", "members")
    if editing == "members" or (editing == "admins" and user in _admins(group)):
        return access
    return access._replace(stores_files=False)


def _admins(group: Mapping[str, Any]) -> Sequence[object]:
    return [group.get("owner"), *(group.get("admins") or ())]


def _rights(*, writable: bool, takes_notes: bool) -> Access:
    if not writable:
        words = "may read the library, but not change it"
    elif not takes_notes:
        words = "may read and change the library, but not its notes"
    else:
        words = "may read and change the library, notes included"
    return Access(writable, takes_notes, words, None if writable else Denial.READ_ONLY)


def _mapping(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = outer.get(name)
    return inner if isinstance(inner, dict) else {}


class KeyGate:
    """Gives the key out while it works, and keeps one that was refused from being shown again."""

    def __init__(self, find_key: Callable[[], str | None], library: str, clock: Clock) -> None:
        self._find_key = find_key
        self._library = library
        self._clock = clock
        self._key: str | None = None
        self._worked: bytes | None = None
        self._refused: tuple[bytes, timedelta, AccessDeniedError] | None = None

    def key(self) -> str:
        """Return the key.

        Raises `AccessDeniedError` where there is none, or none but the refused one, and
        `UnavailableError` where it cannot be looked up for the time being.
        """
        if self._key is None:
            self._key = self._look_up()
        return self._key

    def accept(self) -> None:
        """The server took the key."""
        if self._key is not None:
            self._worked = _fingerprint(self._key)

    def refuse(self, error: AccessDeniedError) -> AccessDeniedError:
        """The server refused the key: put it aside, and return the error to raise.

        A key that may read and not write is no bad key: it goes on being shown.
        """
        mark = _fingerprint(self._key or "")
        told = self._sentence(error, mark)
        if str(error) == _READ_ONLY:
            return told
        self._refused = (mark, self._clock.elapsed(), told)
        self._key = None
        return told

    def forget_refusal(self) -> None:
        """Somebody wants to know anew: the key may have other rights by now."""
        self._refused = None

    def _look_up(self) -> str:
        try:
            key = self._find_key()
        except KeyLookupError as error:
            kind = UnavailableError if error.passing else AccessDeniedError
            raise kind(str(error)) from error
        if key is None:
            raise AccessDeniedError(f"no key is stored for {self._library}", denial=Denial.NO_KEY)
        if not _KEY.fullmatch(key):
            # Never repeated: it may be nearly a key.
            told = f"what is stored for {self._library} is not a key"
            raise AccessDeniedError(told, denial=Denial.NO_KEY_AT_ALL)
        self._check_not_refused(_fingerprint(key))
        return key

    def _check_not_refused(self, mark: bytes) -> None:
        if self._refused is None:
            return
        refused, at, told = self._refused
        if refused == mark and self._clock.elapsed() - at < _ASK_AGAIN_AFTER:
            raise AccessDeniedError(str(told), denial=told.denial)

    def _sentence(self, error: AccessDeniedError, mark: bytes) -> AccessDeniedError:
        """Return the error to raise: in our words where the server's say less than we know."""
        words = str(error)
        if words == "Invalid key" and mark == self._worked:
            told, denial = f"the key for {self._library} was revoked", Denial.REVOKED
        elif words == "Invalid key":
            told = (
                f"Zotero does not know the key for {self._library}: it is mistyped or was revoked"
            )
            denial = Denial.UNKNOWN
        elif words == _READ_ONLY:
            told = f"the key for {self._library} may read the library, but not change it"
            denial = Denial.READ_ONLY
        elif words == "Forbidden":
            told = f"the key for {self._library} does not open that library"
            denial = Denial.NOT_OPENED
        else:
            told, denial = words, error.denial
        return AccessDeniedError(told, denial=denial, status=error.status)


def _fingerprint(key: str) -> bytes:
    """Return what a key is recognised by, so that a refused one need not be kept."""
    return hashlib.sha256(key.encode()).digest()
