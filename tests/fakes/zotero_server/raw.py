"""Raw HTTP to the server, with nothing between a test and the wire but `http.client`."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

from tests.fakes.zotero_server.process import Account, ZoteroServer


class Reply(NamedTuple):
    """One answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """Return the body as a document."""
        return json.loads(self.text)

    @property
    def version(self) -> int | None:
        """Return the LMV; None where the header is missing."""
        found = self.headers.get("last-modified-version")
        return None if found is None else int(found)

    @property
    def failed(self) -> dict[str, Any]:
        """Return the refused objects of a multi-object write."""
        found: dict[str, Any] = self.json["failed"]
        return found


class Raw:
    """A client that adds nothing of its own but the key."""

    def __init__(self, server: ZoteroServer, account: Account, key: str | None = None) -> None:
        self.server = server
        self.account = account
        self.key = account.key if key is None else key

    def with_key(self, key: str) -> Self:
        """Return a client that comes with another key; empty: with none."""
        return type(self)(self.server, self.account, key)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        """Send one request. A path that begins with `//` is the server's, else the library's."""
        url = path[1:] if path.startswith("//") else f"/{self.account.library}{path}"
        if query:
            url += "?" + urlencode(query)
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        own = {"Zotero-API-Key": self.key} if self.key else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            connection.request(method, url, raw, {**own, **(headers or {})})
            response = connection.getresponse()
            text = response.read().decode()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, text)
        finally:
            connection.close()

    def get(self, path: str, **query: Any) -> Reply:
        """Read."""
        return self.send("GET", path, **query)

    def post(self, *objects: Any, to: str = "/items", **headers: str) -> Reply:
        """Write objects; a header's name is written with underscores."""
        return self.send("POST", to, list(objects), spelled(headers))

    def data(self, key: str) -> dict[str, Any]:
        """Return an item's data."""
        found: dict[str, Any] = self.get(f"/items/{key}").json["data"]
        return found

    def version(self) -> int:
        """Return the library version."""
        found = self.get("/items", limit=1).version
        assert found is not None
        return found


def spelled(headers: Mapping[str, str]) -> dict[str, str]:
    """Turn `If_Match` into `If-Match`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def article(key: str | None = None, **properties: Any) -> dict[str, Any]:
    """Return a journal article to be created; with a key, at version 0."""
    made: dict[str, Any] = {"itemType": "journalArticle", "title": "A title"}
    if key is not None:
        made |= {"key": key, "version": 0}
    return made | properties
