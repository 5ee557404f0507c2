"""What goes back to a browser: answers with the headers that each of them bears, and assets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any

from syncd.page.asset_files import assets

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to a browser."""

    status: int = HTTPStatus.OK
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Reply:
    """Return a page made of a template."""
    # What makes pages is loaded when somebody looks at one.
    from syncd.page.rendering import render

    return Reply(status, render(template, values))


def redirect(path: str, **headers: str) -> Reply:
    """Send a browser on, to be asked for anew."""
    return Reply(HTTPStatus.SEE_OTHER, headers={"Location": path, **headers})


@cache
def asset_replies() -> Mapping[str, Reply]:
    """Return the replies with assets, by their addresses."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return {
        each.path: Reply(body=each.body, content_type=each.content_type, headers=headers)
        for each in assets().values()
    }
