"""What goes back to a browser: answers with the headers that each of them bears, and assets."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd.page.asset_files import assets

if TYPE_CHECKING:
    from syncd.page.rendering import Renderer

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


class Pages:
    """Replies that are made of templates, whose code is kept in a file. Thread-safe."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self._loading = threading.Lock()
        self._renderer: Renderer | None = None

    def reply(self, template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Reply:
        """Return a page made of a template."""
        with self._loading:
            if self._renderer is None:
                # What makes pages is loaded when somebody looks at one.
                from syncd.page.rendering import Renderer

                self._renderer = Renderer(self._kept)
        return Reply(status, self._renderer.render(template, values))


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
