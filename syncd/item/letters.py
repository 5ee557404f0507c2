"""What can be told of the letters of a text sooner than by looking at each of them."""

from __future__ import annotations

import html
import re
from html.entities import html5

import orjson

_REFERENCE = re.compile(
    # A few old names need no semicolon behind them, and no end of the word either.
    rf"&(?:#|[^\t\n\f <&#;]{{1,32}};|{'|'.join(name for name in html5 if name[-1] != ';')})"
)
"""What a character reference begins with, or looks like; addresses are full of `&` that is none."""


def has_controls(text: str) -> bool:
    """Say whether a text holds a control character of ASCII, or half of a pair of UTF-16.

    JSON escapes these, but for one, and else nothing but quotes and backslashes; its encoder looks
    at many letters at once, which nothing in Python does.
    """
    try:
        raw = orjson.dumps(text)
    except TypeError:
        return True
    if b"\\" not in raw:
        return "\x7f" in text
    # One backslash each, and of a backslash two.
    expected = text.count('"') + 2 * text.count("\\")
    return raw.count(b"\\") != expected or "\x7f" in text


def has_references(text: str) -> bool:
    """Say whether a reader of HTML takes a part of the text for a character reference."""
    # That reader looks up every beginning of whatever stands behind each `&`.
    return "&" in text and _REFERENCE.search(text) is not None and html.unescape(text) != text
