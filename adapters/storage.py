"""A file on its way into an attachment of a Zotero library: piece by piece, never whole in memory.

Zotero is told which file it is, says where it is to be sent, and is told that it was. The place is
another server than Zotero's own and gets no key. What goes wrong there concerns one file: the
library goes on, and the file is tried again later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import httpx2

from adapters.answers import UNREADABLE, object_in
from adapters.transport import open_wire
from syncd.errors import (
    ConflictError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
    UnreadError,
)
from syncd.library import Accepted, FileToStore, Refusal, Refused, StoredItem, StoreFile

_CHUNK = 1 << 18
_CONNECT_SECONDS = 10.0
_SECONDS = 120.0
"""For one piece, or the answer."""

PostForm = Callable[[Mapping[str, str], Mapping[str, str]], httpx2.Response]
"""Sends a form to the address of an attachment's file, with these headers."""

_FIRST_FILE = {"Zotero-API-Version": "3", "If-None-Match": "*"}
"""Only where the attachment holds nothing yet."""


class _StorageError(Exception):
    """The place did not take the file."""


class _Ticket(NamedTuple):
    """Where a file is to be sent, as what and between what, and by which name it is then known."""

    url: str
    content_type: str
    prefix: bytes
    suffix: bytes
    upload_key: str


def upload(operation: StoreFile, content: BinaryIO, post: PostForm) -> Refused | None:
    """Let an attachment hold its first file; return why it does not, or None where it does.

    Raises what `post` does where that is not about the file (`AccessDeniedError` may be either),
    and what reading the file raises.
    """
    key, file = operation
    try:
        ticket = _ask(file, post)
        # A server that has the content already makes it the attachment's at once.
        if ticket is not None:
            _send(ticket, content, file.size)
            post({"upload": ticket.upload_key}, _FIRST_FILE)
    except _StorageError as error:
        return Refused(key, Refusal.TROUBLE, str(error))
    except ConflictError as error:
        return Refused(key, Refusal.CHANGED, str(error))
    except UnreadError as error:
        # A form is about one attachment, and Zotero says in words what is wrong with that.
        refusal = Refusal.INVALID if error.in_words else Refusal.TROUBLE
        return Refused(key, refusal, f"{file.path} is not stored: {error}")
    except RejectedError as error:
        return Refused(key, Refusal.INVALID, f"{file.path} is not stored: {error}")
    return None


def expect_stored(operation: StoreFile, found: Sequence[StoredItem]) -> Accepted:
    """Return the outcome of a file that was stored, by the attachment as it was `found` since.

    Only that says that it was. Raises `OutcomeUnknownError` where it does not.
    """
    for item in found:
        if item.data.get("md5") == operation.file.md5:
            return Accepted(item.key, item.version, item=item)
    raise OutcomeUnknownError("a file was stored, and its attachment does not show it")


def _ask(file: FileToStore, post: PostForm) -> _Ticket | None:
    form = {
        "md5": file.md5,
        "filename": file.name,
        "filesize": str(file.size),
        "mtime": str(file.mtime),
    }
    response = post(form, _FIRST_FILE)
    try:
        told: Mapping[str, Any] = object_in(response.json())
        if told.get("exists"):
            return None
        url = str(told["url"])
        if response.request.url.scheme == "https" and not url.startswith("https://"):
            raise _StorageError("the file would go to the storage for everybody to read")
        return _Ticket(
            url,
            str(told["contentType"]).encode("ascii").decode(),
            str(told["prefix"]).encode(),
            str(told["suffix"]).encode(),
            str(told["uploadKey"]),
        )
    except (*UNREADABLE, UnavailableError) as error:
        told_of = type(error).__name__
        raise OutcomeUnknownError(f"the answer could not be understood ({told_of})") from error


def _send(ticket: _Ticket, content: BinaryIO, size: int) -> None:
    headers = {
        "Content-Type": ticket.content_type,
        # Given beforehand: such places take nothing of which they do not know the length.
        "Content-Length": str(len(ticket.prefix) + size + len(ticket.suffix)),
    }
    timeout = httpx2.Timeout(_SECONDS, connect=_CONNECT_SECONDS)
    pieces = _pieces(ticket, content)
    try:
        with httpx2.Client(transport=open_wire(ticket.url), trust_env=False) as client:
            response = client.post(ticket.url, content=pieces, headers=headers, timeout=timeout)
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        # Its address is not repeated: what stands in it opens the place.
        raise _StorageError(f"the storage did not take it ({type(error).__name__})") from None
    if not response.is_success:
        raise _StorageError(f"the storage did not take it ({response.status_code})")


def _pieces(ticket: _Ticket, content: BinaryIO) -> Iterator[bytes]:
    yield ticket.prefix
    while piece := content.read(_CHUNK):
        yield piece
    yield ticket.suffix
