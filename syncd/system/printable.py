"""Text from outside, made fit for one line of a terminal or a log.

File names, titles and servers' words may hold line ends, escape sequences that move the cursor,
marks that turn the direction of writing, or bytes that are no text at all.
"""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL and C1: line ends, escape sequences
    "\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"  # direction marks, line separators
    "\ud800-\udfff]"  # halves of pairs: bytes of a file name that are no UTF-8
)


def printable(text: str) -> str:
    r"""Return the text with everything that is no visible character written as `\x1b`."""
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[match[0]]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
