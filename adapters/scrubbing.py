"""Keeps a library's key out of what a server says before anybody repeats it.

Servers and proxies echo requests in their error pages, headers among them. The echo may be cut
short, broken over lines, set in other letters or escaped, so a part of the key counts like the
whole, in each of the spellings that programs give to text.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_PART = 8
"""So many characters of a key in a row are taken for the key; the rest cannot be guessed."""
_BASE64_PART = 11
"""So many hold eight characters of what was encoded."""
_INSTEAD = "[key]"
_BETWEEN = r"[\s\-\xad\u200b-\u200d\u2060\ufeff]{0,2}+"
"""What may stand between two characters of a text that was broken up."""


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
        return {scrub_all(name, key): scrub_all(inner, key) for name, inner in value.items()}
    if isinstance(value, list):
        return [scrub_all(inner, key) for inner in value]
    return value


@lru_cache(maxsize=16)
def _pattern(key: str) -> re.Pattern[str]:
    spelled = [_BETWEEN.join(map(_escaped, part)) for part in _parts(key, _PART)]
    encoded = [re.escape(part) for text in _encoded(key) for part in _parts(text, _BASE64_PART)]
    hexadecimal = [each.encode().hex() for each in _parts(key, _PART)]
    alternatives = "|".join(dict.fromkeys([*spelled, *encoded, *hexadecimal]))
    return re.compile(f"(?=({alternatives}))", re.IGNORECASE | re.ASCII)


def _parts(text: str, length: int) -> Iterator[str]:
    """Yield every part of a text that is so long; the whole of one that is shorter."""
    for start in range(max(1, len(text) - length + 1)):
        yield text[start : start + length]


def _escaped(character: str) -> str:
    """Return the pattern of a character as it is, and as addresses, pages and JSON escape it."""
    code = ord(character)
    ways = (
        re.escape(character),
        f"%(?:25)?{code:02x}",
        f"&#0*+{code};",
        f"&#x0*+{code:x};",
        rf"\\(?:u00|x){code:02x}",
    )
    return f"(?:{'|'.join(ways)})"


def _encoded(key: str) -> Iterator[str]:
    """Yield what stands for a key inside a Base64 text, wherever the key began in what was encoded.

    Of the first and last character the neighbours of the key know a part, so they are left out.
    """
    for before in range(3):
        encoded = b64encode(b"\0" * before + key.encode()).decode().rstrip("=")
        inner = encoded[before and before + 1 :]
        yield from {inner[:-1], inner[:-1].translate(_FOR_ADDRESSES)}


_FOR_ADDRESSES = str.maketrans("+/", "-_")
