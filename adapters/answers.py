"""What Zotero answers, on the web and on this machine, taken for what it should be or refused.

Each function raises `UnavailableError` for an answer of another shape: something in between has
answered, or a server that is not well, and it is asked again later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from syncd.errors import UnavailableError


def version_in(response: httpx2.Response | None) -> int | None:
    """Return the library's version that an answer names; None where it names none."""
    text = response.headers.get("last-modified-version", "") if response is not None else ""
    return int(text) if text.isdecimal() else None


def object_in(value: Any) -> Mapping[str, Any]:
    """Return what is to be a JSON object."""
    if not isinstance(value, dict):
        raise not_understood("not an object")
    return value


def versions_in(value: Any) -> dict[str, int]:
    """Return what is to be a listing of keys with their versions."""
    if not isinstance(value, dict) or not all(isinstance(v, int) for v in value.values()):
        raise not_understood("not a list of versions")
    return value


def envelopes_in(value: Any) -> Sequence[Mapping[str, Any]]:
    """Return what is to be a list of objects, each with its `data`."""
    if not isinstance(value, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("data"), dict) for entry in value
    ):
        raise not_understood("not a list of objects")
    return value


def not_understood(what: str) -> UnavailableError:
    """Return the error for an answer that is not what was asked for."""
    return UnavailableError(f"the answer could not be understood: {what}")
