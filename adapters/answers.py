"""What Zotero answers, on the web and on this machine, taken for what it should be or refused.

Each function raises `UnavailableError` for an answer of another shape: something in between has
answered, or a server that is not well, and it is asked again later. After a write that means that
nobody knows what was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx2

from syncd.errors import OutcomeUnknownError, UnavailableError

_DIGITS_AT_MOST = 15
"""Of a version: more than a library can count to, and fewer than a ledger can hold."""

UNREADABLE = (ValueError, KeyError, RecursionError)
"""What comes of answers that are no JSON, or nested without end."""


class Report(NamedTuple):
    """What became of each object of a write, by its place; `library_version` is after it."""

    successful: Mapping[str, Mapping[str, Any]]
    unchanged: Mapping[str, str]
    failed: Mapping[str, Mapping[str, Any]]
    library_version: int | None


def version_in(response: httpx2.Response | None) -> int | None:
    """Return the library's version that an answer names; None where it names none."""
    text = response.headers.get("last-modified-version", "") if response is not None else ""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS_AT_MOST else None


def object_in(value: Any) -> Mapping[str, Any]:
    """Return what is to be a JSON object."""
    if not isinstance(value, dict):
        raise not_understood("not an object")
    return value


def versions_in(value: Any) -> dict[str, int]:
    """Return what is to be a listing of keys with their versions."""
    if not isinstance(value, dict) or not all(map(_is_version, value.values())):
        raise not_understood("not a list of versions")
    return value


def objects_in(value: Any) -> Sequence[Mapping[str, Any]]:
    """Return what is to be a list of items or collections, each with key, version and `data`."""
    found = envelopes_in(value)
    if not all(map(_is_object, found)):
        raise not_understood("an object without key and version")
    return found


def report_in(value: Any, version: int | None) -> Report:
    """Return what is to be the report of a write, after which the library is at `version`.

    What it says of an object has to be of some use. Raises `OutcomeUnknownError`.
    """
    if not isinstance(value, dict):
        raise OutcomeUnknownError("a write was answered with something else than a report")
    # PHP writes an empty object as an empty list now and then.
    parts = [value.get(name) or {} for name in ("successful", "unchanged", "failed")]
    successful, unchanged, failed = parts
    if (
        not all(isinstance(part, dict) for part in parts)
        or not all(map(_is_object, successful.values()))
        or not all(isinstance(notice, dict) for notice in failed.values())
    ):
        raise OutcomeUnknownError("the report of a write could not be understood")
    return Report(successful, unchanged, failed, version)


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


def _is_object(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("key"), str)
        and _is_version(value.get("version"))
        and isinstance(value.get("data", {}), dict)
    )


def _is_version(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**_DIGITS_AT_MOST
