"""Files in attachments: asking where one goes, taking it there, and making it the attachment's.

AUTHORISED  where a file is to be sent, for an upload key that is good for one file
STORED      what was sent, by its MD5; what is stored for one attachment need not be sent again
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.zotero_server.answers import Request, RequestError, Response, json_response
from tests.fakes.zotero_server.library import Item, Library
from tests.fakes.zotero_server.settings import Settings

STORAGE = "/storage/"
"""Where files are sent; it stands for another server, which takes no key."""
_TAKEN = 201
_PREFIX, _SUFFIX = "--b\r\nContent-Disposition: form-data\r\n\r\n", "\r\n--b--"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One file that may be sent."""

    item: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Files:
    """All files of the server."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    sent: dict[str, bytes] = field(default_factory=dict)
    """What was sent, by upload key."""
    stored: dict[str, bytes] = field(default_factory=dict)
    """What attachments hold, by MD5."""

    def take(self, request: Request, settings: Settings) -> Response:
        """Take a file where it was to be sent."""
        if settings.storage_answers != _TAKEN:
            raise RequestError(settings.storage_answers, "SlowDown")
        if "zotero-api-key" in request.headers or "authorization" in request.headers:
            raise RequestError(400, "no key belongs here")
        ticket = self.tickets.get(request.path.removeprefix(STORAGE))
        if ticket is None:
            raise RequestError(403, "AccessDenied")
        before, behind = _PREFIX.encode(), _SUFFIX.encode()
        body = request.body
        content = body[len(before) : len(body) - len(behind)]
        if body != before + content + behind or _md5(content) != ticket.facts["md5"]:
            raise RequestError(400, "BadDigest")
        self.sent[request.path.removeprefix(STORAGE)] = content
        return Response(_TAKEN)

    def post(self, library: Library, key: str, request: Request, settings: Settings) -> Response:
        """Answer a form sent to an attachment's file."""
        with library.lock:
            item = _attachment(library, key)
            _check_precondition(item, request, library)
            form = {n: v[-1] for n, v in parse_qs(request.content().decode()).items()}
            if "upload" in form:
                return self._register(library, item, form["upload"])
            return self._authorise(library, item, form, request.host, settings)

    def _authorise(
        self,
        library: Library,
        item: Item,
        form: Mapping[str, str],
        host: str,
        settings: Settings,
    ) -> Response:
        for name in ("md5", "filename", "filesize", "mtime"):
            if not form.get(name):
                raise RequestError(400, f"'{name}' not provided")
        facts = {"md5": form["md5"], "filename": form["filename"], "mtime": int(form["mtime"])}
        if form["md5"] in self.stored:
            version = _fill(library, item, facts)
            return json_response({"exists": 1}).with_version(version)
        total = sum(map(len, self.stored.values())) + int(form["filesize"])
        if total > settings.storage_quota:
            usage = {"Zotero-Storage-Quota": str(settings.storage_quota)}
            told = f"File would exceed quota ({total} > {settings.storage_quota})"
            raise RequestError(413, told, headers=usage)
        upload = secrets.token_hex(16)
        self.tickets[upload] = Ticket(item.key, facts)
        return json_response(
            {
                "url": f"http://{host}{STORAGE}{upload}",
                "contentType": "multipart/form-data; boundary=b",
                "prefix": _PREFIX,
                "suffix": _SUFFIX,
                "uploadKey": upload,
            }
        )

    def _register(self, library: Library, item: Item, upload: str) -> Response:
        ticket = self.tickets.get(upload)
        if ticket is None or ticket.item != item.key:
            raise RequestError(400, "Upload key not found")
        if upload not in self.sent:
            raise RequestError(400, "Remote file not found")
        self.stored[str(ticket.facts["md5"])] = self.sent.pop(upload)
        del self.tickets[upload]
        return Response(204).with_version(_fill(library, item, ticket.facts))


def _fill(library: Library, item: Item, facts: Mapping[str, Any]) -> int:
    version = library.bump()
    library.put(replace(item, special={**item.special, **facts}), version)
    return version


def _attachment(library: Library, key: str) -> Item:
    item = library.items.get(key)
    if item is None:
        raise RequestError(404, "Item does not exist")
    if item.special.get("linkMode") not in ("imported_file", "imported_url"):
        raise RequestError(400, "Cannot upload file for linked file/URL attachment item")
    return item


def _check_precondition(item: Item, request: Request, library: Library) -> None:
    there = item.special.get("md5")
    if request.headers.get("if-none-match") == "*":
        if there:
            raise RequestError(
                412,
                "If-None-Match: * set but file exists",
                headers={"Last-Modified-Version": str(library.version)},
            )
    elif "if-match" not in request.headers:
        raise RequestError(428, "If-Match/If-None-Match header not provided")
    elif request.headers["if-match"] != there:
        raise RequestError(412, "ETag does not match current version of file")


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
