"""What can be told of the letters of a text sooner than by looking at each of them."""

from __future__ import annotations

import orjson


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
