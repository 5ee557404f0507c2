"""What word processors, web pages and spreadsheets do to an identifier, undone.

Shared by all parsers; nothing here knows what an identifier means.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_HYPHENS = "‐‑‒–—―−﹘﹣－"
_SLASHES = "⁄∕⧸／"
_STOPS = "․．﹒｡。"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_FULL_WIDTH_DIGITS = range(0xFF10, 0xFF1A)
_MATHEMATICAL_DIGITS = range(0x1D7CE, 0x1D800)


def _look_alikes() -> dict[int, str]:
    table = dict.fromkeys(map(ord, _HYPHENS), "-")
    table |= dict.fromkeys(map(ord, _SLASHES), "/")
    table |= dict.fromkeys(map(ord, _STOPS), ".")
    table |= dict.fromkeys(map(ord, _INVISIBLE), "")
    for digits in (_FULL_WIDTH_DIGITS, _MATHEMATICAL_DIGITS):
        table |= {code: str((code - digits.start) % 10) for code in digits}
    return table


_LOOK_ALIKES = _look_alikes()

# Only with its semicolon: `&para` in `&partnerID=40` is no pilcrow.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TRIPLET = re.compile(r"(?:%[0-9a-fA-F]{2})+")


def plain(text: str) -> str:
    """Return `text` without invisible characters, with ASCII digits, stops, slashes, hyphens."""
    return text if text.isascii() else text.translate(_LOOK_ALIKES)


def decode_html(text: str) -> str:
    """Undo HTML encoding, also where it was applied twice; what looks like none stays."""
    for _ in range(3):
        decoded = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if decoded == text:
            break
        text = decoded
    return text


def decode_percent(text: str) -> str:
    """Undo percent encoding once; triplets that are no UTF-8 stay as they are."""
    return _TRIPLET.sub(_decode_triplets, text)


def _decode_triplets(match: re.Match[str]) -> str:
    try:
        return unquote(match[0], errors="strict")
    except UnicodeDecodeError:
        return match[0]
