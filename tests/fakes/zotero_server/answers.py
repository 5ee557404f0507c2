"""What goes in and out of the server: requests, responses and the errors between them."""

from __future__ import annotations

import gzip
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, taken apart. Header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    address: str
    host: str

    def parameter(self, name: str, default: str | None = None) -> str | None:
        """Return a query parameter; the last one counts, as in PHP."""
        values = self.query.get(name)
        return values[-1] if values else default

    def content(self) -> bytes:
        """Return the body, unpacked."""
        if self.headers.get("content-encoding") == "gzip":
            return gzip.decompress(self.body)
        return self.body


@dataclass(slots=True)
class Response:
    """One HTTP response."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)

    def with_version(self, version: int) -> Response:
        """Add the Last-Modified-Version header."""
        self.headers["Last-Modified-Version"] = str(version)
        return self


def json_response(value: Any, status: int = 200) -> Response:
    """Answer with a JSON document."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, "application/json")


class RequestError(Exception):
    """The whole request is refused, with one plain sentence."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        super().__init__(f"{status} {message}")

    def response(self) -> Response:
        """Return the refusal as the server words it."""
        return Response(self.status, self.message.encode(), headers=self.headers)


class ObjectError(Exception):
    """One object of a write is refused; the others are not."""

    def __init__(self, code: int, message: str, data: Mapping[str, Any] | None = None) -> None:
        self.code = code
        self.message = message
        self.data = data
        super().__init__(f"{code} {message}")

    def notice(self) -> dict[str, Any]:
        """Return the entry for the report of a multi-object write."""
        notice: dict[str, Any] = {
            "code": self.code,
            "message": html.escape(self.message, quote=False),
        }
        if self.data is not None:
            notice["data"] = dict(self.data)
        return notice


class CrashError(Exception):
    """The server fell over: what it committed stays, nothing is reported."""
