"""What gets dropped into a folder for exports and is none: recognised, named, refused."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.errors import InputError
from syncd.formats.others import BIBTEX, TAGGED

_ADVICE = "export it again in the format RIS"
_ARCHIVE = "unpack it, and take the exports that are in it"

_ARCHIVES = (
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ\x00", "compressed with xz"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a rich text document"),
    (b"\x7fELF", "a program"),
    (b"bplist00", "a property list"),
)


def refuse_binary(head: bytes) -> None:
    """Raise `InputError` if a file's first bytes say that it is no text, or nothing."""
    if not head:
        raise InputError("the file is empty")
    for advice, kinds in ((_ARCHIVE, _ARCHIVES), (_ADVICE, _MAGIC)):
        for magic, kind in kinds:
            if head.startswith(magic):
                raise InputError(f"this is {kind}, not RIS; {advice}")


# What the first lines look like, if TY is not among them.
_TAGGED = (
    (r"\s*<\?xml|\s*<(?:xml|records|PubmedArticleSet|modsCollection)\b", "XML"),
    (r"(?i)\s*<(?:!doctype html|html|head|body)\b", "a web page"),
)
# The same, if there is no RIS tag at all.
_UNTAGGED = (
    (r"\s*[{[]\s*[\"{\[\]}]", "JSON"),
    (r"\s*@\w+\s*[{(]", BIBTEX.name),
)
_LINES = 50
_CHARACTERS = 1 << 13
_COLUMNS = 4


def refuse_text(sample: Sequence[str], *, has_tags: bool) -> None:
    """Raise `InputError` if the first lines of a text, TY not among them, say what it is instead.

    `has_tags` tells whether any of them looks like a line of RIS.
    """
    text = "\n".join(sample[:_LINES])[:_CHARACTERS].lstrip("\ufeff")
    for known in TAGGED:
        if known.looks.match(text):
            raise InputError(f"this is {known.name}, not RIS; {known.remedy}")
    for pattern, kind in _TAGGED if has_tags else _TAGGED + _UNTAGGED:
        if re.match(pattern, text):
            raise InputError(f"this is {kind}, not RIS; {_ADVICE}")
    if not has_tags and (kind := _table_kind(text)):
        raise InputError(f"this is {kind}, not RIS; {_ADVICE}")


def _table_kind(text: str) -> str:
    first, _, rest = text.partition("\n")
    second = rest.partition("\n")[0]
    for sign, name in (("\t", "tabs"), (",", "commas"), (";", "semicolons")):
        if first.count(sign) >= _COLUMNS - 1 and second.count(sign) >= _COLUMNS - 1:
            return f"a table with {name} between its columns"
    return ""
