"""The style and the script of the page, under addresses that change with what they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_TYPES = {"page.css": "text/css", "page.js": "text/javascript"}


class Asset(NamedTuple):
    """A file that a browser may keep for good."""

    path: str
    """The address under which it stands."""
    content_type: str
    body: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Return the assets by their names."""
    return {name: _asset(name, content_type) for name, content_type in _TYPES.items()}


def _asset(name: str, content_type: str) -> Asset:
    body = files("syncd.page").joinpath("assets", name).read_bytes()
    stem, _, suffix = name.partition(".")
    path = f"/assets/{stem}-{hashlib.sha256(body).hexdigest()[:12]}.{suffix}"
    return Asset(path, f"{content_type}; charset=utf-8", body)


def path_of_asset(name: str) -> str:
    """Return the address under which an asset stands."""
    return assets()[name].path
