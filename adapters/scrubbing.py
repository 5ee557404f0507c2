"""Keeps a library's key out of what a server says before anybody repeats it.

Servers and proxies echo requests in their error pages, headers among them. The echo may be cut
short, broken over lines or set in other letters, so a part of the key counts like the whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

_PART = 8
"""So many characters of a key in a row are taken for the key; the rest cannot be guessed."""
_INSTEAD = "[key]"


def scrub(text: str, key: str | None) -> str:
    """Return a text of others without the key and without any longer part of it."""
    if not key:
        return text
    cleaned, end = [], 0
    for match in _pattern(key).finditer(text):
        # The pattern looks ahead, so that parts that overlap are all found.
        start, stop = match.span(1)
        if stop <= end:
            continue
        if start >= end:
            cleaned += [text[end:start], _INSTEAD]
        end = stop
    return "".join([*cleaned, text[end:]])


def scrub_all(value: Any, key: str | None) -> Any:
    """Return a JSON value with every text in it scrubbed."""
    if isinstance(value, str):
        return scrub(value, key)
    if isinstance(value, Mapping):
        return {name: scrub_all(inner, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [scrub_all(inner, key) for inner in value]
    return value


@lru_cache(maxsize=16)
def _pattern(key: str) -> re.Pattern[str]:
    parts = {
        spelling[start : start + _PART]
        for spelling in (key, quote(key, safe=""))
        for start in range(max(1, len(spelling) - _PART + 1))
    }
    alternatives = "|".join(r"\s?".join(map(re.escape, part)) for part in sorted(parts))
    return re.compile(f"(?=({alternatives}))", re.IGNORECASE | re.ASCII)
