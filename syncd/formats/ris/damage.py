"""What is wrong with single lines of text, and what can be done about it without guessing.

Every repair is named in a message; what could be repaired in more than one way stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice

BOM = "\ufeff"

# Bytes that no block needs a closer look for: printable ASCII, tab and line ends; and the UTF-8
# of characters that are composed already and no trouble: Latin, Greek, Cyrillic, punctuation,
# CJK. Missing are the lead bytes of combining marks and of U+F000 to U+FFFF, among others.
_PLAIN = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_HARMLESS = bytes(
    (*range(0x80, 0xC0), *range(0xC2, 0xCC), *range(0xCE, 0xD2), 0xE2, *range(0xE4, 0xEA))
)
_NOT_UNUSUAL = _PLAIN.replace(b"\n", b"") + _HARMLESS
# What is trouble within the harmless. Each begins with its own byte, which makes the search fast.
_SUSPECTS = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\xc2[\x80-\x9f]",  # C1 control characters
        # perhaps encoded twice, see below
        rb"\xc3(?:[\x82-\x85\x8e-\x91](?:\xc2|\xc5|\xc6|\xcb|\xe2)|\xa2\xe2\x82\xac|\xb0\xc5\xb8)",
        rb"\xce\x87",  # decomposes, as do some of the next, which else are invisible
        rb"\xe2(?:\x80[\x80\x81\x8b\x8e\x8f\xaa-\xae]|\x81\xa0|\x84[\xa6\xaa\xab]|\x8c[\xa9\xaa]|\xab\x9c)",
    )
)

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_C1 = re.compile(r"[\x80-\x9f]")
# Marks of direction stand before a tag by mistake; elsewhere a text may need them.
_INVISIBLE_FIRST = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060]+")
_INVISIBLE_AT_EDGE = re.compile(r"(?<=- )[\u200b\u2060]+|(?<![\u200b\u2060])[\u200b\u2060]++$")
_BLANKS = dict.fromkeys([*range(0x09), *range(0x0B, 0x20), 0x7F], " ")
_SHOWN = 3


def suspect_lines(block: bytes) -> list[int]:
    """Return the lines of a block of UTF-8, from 0, that `clean` might not leave as they are."""
    special = block.translate(None, _PLAIN)
    found = {line for suspect in _SUSPECTS for line in _lines_with(suspect, special, block)}
    if special.translate(None, _HARMLESS):
        unusual = block.translate(None, _NOT_UNUSUAL).split(b"\n")
        found.update(line for line, rest in enumerate(unusual) if rest)
    return sorted(found)


def _lines_with(suspect: re.Pattern[bytes], special: bytes, block: bytes) -> Iterator[int]:
    # Without the ASCII between them more looks suspect than is: then the block is searched.
    if not suspect.search(special):
        return
    line = at = 0
    while found := suspect.search(block, at):
        line += block.count(b"\n", at, found.start())
        yield line
        at = block.find(b"\n", found.start())
        if at < 0:
            return


def clean(text: str) -> tuple[str, list[str]]:
    """Return one line with its damage mended as far as that is certain, and what there is to say.

    Control characters become blanks, byte order marks vanish, text is composed (NFC) and what
    was encoded twice is read once.
    """
    messages: list[str] = []
    if text.isascii():
        if not text.isprintable():
            text = _blank_controls(text, messages)
        return text, messages
    text = text.replace(BOM, "")
    for step in _STEPS:
        text = step(text, messages)
    return text, messages


def _blank_controls(text: str, messages: list[str]) -> str:
    if text.isprintable() or not _CONTROLS.search(text):
        return text
    found = sorted(filter(_CONTROLS.match, set(text)))
    messages.append(f"control character {_names(found)} replaced by a blank")
    return text.translate(_BLANKS)


def _undouble(text: str, messages: list[str]) -> str:
    """Read once more what was encoded twice, if that explains all that is not ASCII."""
    if not _SURELY_TWICE.search(text):
        return text
    try:
        once = text.translate(_BYTE_OF).encode("latin-1").decode("utf-8")
    except UnicodeError:
        once = ""
    if not once or _C1.search(once):
        messages.append("parts look as if they were encoded twice; left as they are")
        return text
    messages.append("this line was encoded twice; read as it was before that")
    return once


def _read_controls(text: str, messages: list[str]) -> str:
    """Read C1 controls as windows-1252, in whose bytes they stood before they were re-encoded."""
    if text.isprintable() or not (found := sorted(filter(_C1.match, set(text)))):
        return text
    messages.append(f"control character {_names(found)} read as windows-1252")
    return text.translate(WESTERN_CONTROLS)


def _flag(text: str, messages: list[str]) -> str:
    if "\ufffd" in text:
        messages.append("U+FFFD: a character was lost before this file was written")
    return text


def parts_of(text: str) -> Iterator[str]:
    """Yield a text in parts, each before ASCII, as nothing composes there with what is before it.

    What is composed takes several times its length for a while.
    """
    begin = 0
    while len(text) - begin > _LONG and (ascii_ := _ASCII.search(text, begin + _LONG)):
        yield text[begin : ascii_.start()]
        begin = ascii_.start()
    yield text[begin:] if begin else text


def _compose(text: str, _messages: list[str]) -> str:
    if all(unicodedata.is_normalized("NFC", part) for part in parts_of(text)):
        return text
    if len(text) <= _AT_ONCE:
        return unicodedata.normalize("NFC", text)
    pieces = (unicodedata.normalize("NFC", found[0]) for found in _PIECE.finditer(text))
    return "".join(iter(lambda: "".join(islice(pieces, _AT_ONCE)), ""))


# Composing takes time that grows with the square of a run of combining marks, so a long text is
# composed piece by piece. A piece ends before ASCII, where nothing composes, if there is any.
_AT_ONCE = 256
_LONG = 1 << 16
_ASCII = re.compile(r"[\x00-\x7f]")
_PIECE = re.compile(r"(?s).{1,64}[^\x00-\x7f]{0,192}")


def _trim_invisible(text: str, _messages: list[str]) -> str:
    if first := _INVISIBLE_FIRST.match(text):
        text = text[first.end() :]
    if "\u200b" not in text and "\u2060" not in text:
        return text
    return _INVISIBLE_AT_EDGE.sub("", text)


def _names(characters: list[str]) -> str:
    names = [f"U+{ord(character):04X}" for character in characters[:_SHOWN]]
    return ", ".join(names) + (" and others" if len(characters) > _SHOWN else "")


_STEPS: tuple[Callable[[str, list[str]], str], ...] = (
    _blank_controls,
    _undouble,
    _read_controls,
    _flag,
    _compose,
    _trim_invisible,
)

WESTERN_CONTROLS = {
    code: bytes([code]).decode("windows-1252", "replace").replace("\ufffd", " ")
    for code in range(0x80, 0xA0)
}
"""What stands for C1 controls: the characters that windows-1252 has at their numbers."""
# windows-1252 characters that stand for the bytes 0x80 to 0x9F, as a table for str.translate.
_BYTE_OF = {
    ord(bytes([byte]).decode("windows-1252")): byte
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
# What a character encoded twice looks like beyond doubt. Other capitals before a quotation mark,
# a dash or an ellipsis look much the same (`CAFÉ…`) and mean what they say.
_TRAIL = "\x80-\xbf" + "".join(map(chr, _BYTE_OF))
_UNQUOTED_TRAIL = re.sub("[‘’“”…–—]", "", _TRAIL)
_SURELY_TWICE = re.compile(
    f"[\xc2-\xc5\xce-\xd1][{_UNQUOTED_TRAIL}]|\xe2\u20ac[{_TRAIL}]|\xf0\u0178[{_TRAIL}]{{2}}"
)

# UTF-8 as the standard has it: no overlong forms, no surrogates, nothing above U+10FFFF.
_WELL_FORMED = re.compile(
    rb"((?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2})++)"
)


def decode_damaged(raw: bytes, fallback: str) -> tuple[str, str]:
    """Decode a line that should be UTF-8 but is not; return it and what was done to it.

    What is well-formed is read as UTF-8, and only the bytes between as `fallback`.
    """
    try:
        pairs = raw.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return pairs.decode("utf-16-le", "replace"), "surrogates encoded one by one; joined"
    except UnicodeDecodeError:
        parts = _WELL_FORMED.split(raw)  # bad, good, bad, good, …, bad
    text = "".join(
        part.decode("utf-8" if position % 2 else fallback, "replace")
        for position, part in enumerate(parts)
        if part
    )
    return text, f"not valid UTF-8; the odd bytes were read as {fallback}"
