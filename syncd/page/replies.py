"""What goes back to a browser: answers with the headers that each of them bears, and assets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

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


_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}


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
def assets() -> Mapping[str, Reply]:
    """Return the assets by the addresses under which they stand, which change with them."""
    found = {}
    for name, content_type in _ASSETS.items():
        body = files("syncd.page").joinpath("assets", name).read_bytes()
        stem, _, suffix = name.partition(".")
        digest = hashlib.sha256(body).hexdigest()[:12]
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        found[f"/assets/{stem}-{digest}.{suffix}"] = Reply(
            body=body, content_type=f"{content_type}; charset=utf-8", headers=headers
        )
    return found


def path_of_asset(name: str) -> str:
    """Return the address under which an asset stands."""
    stem, _, suffix = name.partition(".")
    return next(
        path for path in assets() if path.startswith(f"/assets/{stem}-") and path.endswith(suffix)
    )
