"""Files in attachments, as the program takes them: asked for, sent to itself, and registered."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.zotero_desktop.world import Library, World

Reply = tuple[int, Any]
"""A status, and what goes with it."""

_STORED = ("imported_file", "imported_url")


class Files:
    """The files of one process: what was sent and not registered is forgotten with it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._asked: dict[str, tuple[str, Mapping[str, str]]] = {}
        self.held: dict[str, bytes] = {}
        """The content of attachments, by key."""
        self._content: dict[str, bytes] = {}

    def take(self, upload: str, body: bytes) -> Reply:
        """Take the bytes of a file that was asked for; nobody has to say who they are."""
        if upload not in self._asked:
            return 404, "Upload not found"
        _, facts = self._asked[upload]
        if hashlib.md5(body, usedforsecurity=False).hexdigest() != facts["md5"]:
            return 400, "MD5 does not match"
        self._content[upload] = body
        return 201, ""

    def post(
        self, name: str, library: Library, key: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """Answer a form sent to the file of an attachment."""
        item = library.items.get(key)
        if item is None:
            return 404, "Not found"
        if item["data"].get("linkMode") not in _STORED:
            return 400, "Cannot upload a file for this attachment"
        if headers.get("if-none-match") != "*":
            return 428, "If-Match or If-None-Match not provided"
        if item["data"].get("md5"):
            return 412, "File exists"
        form = dict(parse_qsl(body.decode()))
        if "upload" not in form:
            return self._ask(key, form, headers["host"])
        upload = form["upload"]
        if upload not in self._content or self._asked[upload][0] != key:
            return 400, "Upload not found"
        _, facts = self._asked.pop(upload)
        self.held[key] = self._content.pop(upload)
        shown = {"md5": facts["md5"], "mtime": int(facts["mtime"]), "filename": facts["filename"]}
        changed = {"key": key, "data": {**item["data"], **shown}}
        self._world.commit(name, items=[changed])
        return 204, ""

    def _ask(self, key: str, form: Mapping[str, str], host: str) -> Reply:
        if not {"md5", "filename", "filesize", "mtime"} <= form.keys():
            return 400, "md5, filename, filesize and mtime have to be given"
        upload = secrets.token_hex(8)
        self._asked[upload] = key, form
        return 200, {
            "url": f"http://{host}/api/local/uploads/{upload}",
            "contentType": "application/octet-stream",
            "prefix": "",
            "suffix": "",
            "uploadKey": upload,
        }
