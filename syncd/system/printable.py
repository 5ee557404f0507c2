"""Text from outside, made fit for one line of a terminal or a log.

File names, titles and servers' words may hold line ends, escape sequences that move the cursor,
marks that turn the direction of writing, characters that nobody sees and that tell two equal
texts apart, or bytes that are no text at all.
"""

from __future__ import annotations

import re

_CONTROLS = r"\x00-\x1f"
_HARMFUL = (
    r"\x7f-\x9f"  # DEL and C1: escape sequences of a single character
    r"\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"  # direction marks, line separators
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"  # look like nothing
    r"\u200b\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb"  # zero width, fillers, annotations
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # shorthand and musical format controls
    r"\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # tags, and what is kept free beside them
    r"\ud800-\udfff"  # halves of pairs: bytes of a file name that are no UTF-8
)
_JOINERS = r"\u200c\u200d"
"""Persian and the scripts of India are spelled with them, and emoji are put together."""
_SELECTORS = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Each picks a shape of the one character before it, among them those of Japanese names."""

# Either is let through once, and only behind a character of a script that has a use for it.
_UNPRINTABLE = re.compile(
    f"[{_CONTROLS}{_HARMFUL}]"
    rf"|(?<![^\x00-\u05ff{_JOINERS}])[{_JOINERS}]"
    rf"|(?<![^\x00-\u0fff{_JOINERS}{_SELECTORS}])[{_SELECTORS}]"
)
# The encoder has escaped the controls already; those that are left separate values.
_NOT_IN_JSON = re.compile(f"[{_HARMFUL}{_JOINERS}{_SELECTORS}]")
_PLAIN = bytes(range(0x7F))
_BEGINNINGS = tuple(b"\x7f \xc2 \xcd \xd8 \xe1 \xe2 \xe3 \xed \xef \xf0 \xf3".split())
"""What all of them begin with in UTF-8."""


def printable(text: str) -> str:
    r"""Return the text with everything that is no visible character written as `\x1b`."""
    return _UNPRINTABLE.sub(_escaped, text)


def printable_json(written: bytes) -> bytes:
    r"""Return a JSON text that says the same, with every such character written as `\u202e`.

    Both are UTF-8, but in what is given a half of a pair may stand as if it were a character.
    """
    if written.isascii() and b"\x7f" not in written:
        return written
    # What is not plain ASCII is little, and searching it alone takes a tenth of the time.
    special = written.translate(None, _PLAIN)
    if not any(map(special.__contains__, _BEGINNINGS)):
        return written
    rest = special.decode("utf-8", "surrogatepass")
    if "\x7f" in rest or _NOT_IN_JSON.search(rest):
        text = written.decode("utf-8", "surrogatepass")
        return _NOT_IN_JSON.sub(_escaped_in_json, text).encode()
    return written


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[match[0]]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _escaped_in_json(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
