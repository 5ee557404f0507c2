"""Whether an item is what was written, up to what servers do to what they are sent.

Zotero's server drops control characters, trims texts and names, sorts tags and merges those of one
name, and shows every field that a type has, empty ones too (observed).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from syncd.identity import parse_isbns

_BLANKS = re.compile(r"\s+")
_MARKUP = re.compile(r"<[^<>]*+>")
_MIDNIGHT = re.compile(r"[T ]00:00:00Z?\Z")
_REMOVED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
NOT_COMPARED = frozenset({"key", "version", "dateAdded", "dateModified", "relations", "deleted"})
_PLACES = ("tags", "collections")
"""Where others may have added something since; what was written must still be among it."""
_SAYS_NOTHING = NOT_COMPARED | {"itemType", *_PLACES}


def is_as_written(written: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Say whether an item still says all that was written, and nothing else.

    Tags and collections may have grown.
    """
    names = (written.keys() | found.keys()) - NOT_COMPARED - set(_PLACES)
    return all(stands(name, written.get(name), found.get(name)) for name in names) and all(
        _names(found.get(name)) >= _names(written.get(name)) for name in _PLACES
    )


def is_half_as_written(written: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Say whether half of what was written still stands, whatever has become of the rest.

    The type says nothing: many items are of the same. Where nothing else was written, no.
    """
    told = [n for n, value in written.items() if n not in _SAYS_NOTHING and _plain(value)]
    standing = sum(stands(name, written[name], found.get(name)) for name in told)
    return bool(told) and 2 * standing >= len(told)


def is_same(written: Any, found: Any) -> bool:
    """Say whether a library that was given the one value may show the other."""
    return bool(written == found or _plain(written) == _plain(found))


def _plain(value: Any) -> Any:
    """Return a value as it is compared: absent and empty are one, texts without odd blanks."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", _REMOVED.sub("", value))
        return _BLANKS.sub(" ", text).strip()
    if isinstance(value, Mapping):
        pairs = ((name, _plain(each)) for name, each in value.items())
        return {name: each for name, each in pairs if each} or ""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value] or ""
    return value or ""


def _names(values: Any) -> set[str]:
    return {_plain(value["tag"] if isinstance(value, Mapping) else value) for value in values or ()}


def find_differences(written: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return the properties of an item, but tags and collections, that say something else now."""
    names = (written.keys() | found.keys()) - NOT_COMPARED - set(_PLACES)
    return sorted(n for n in names if not stands(n, written.get(n), found.get(n)))


def stands(name: str, written: Any, found: Any) -> bool:
    """Say whether a property still says what was written."""
    return bool(written == found or comparable(name, written) == comparable(name, found))


def spelled(text: str) -> str:
    """Return a text, such as a tag, as libraries may spell it who were sent it."""
    return str(_plain(text))


def comparable(name: str, value: Any) -> Any:
    """Return a property so that two that say the same are equal."""
    if name == "note" and isinstance(value, str):
        # Servers write the markup of a note anew; what it says stays.
        return _plain(html.unescape(_MARKUP.sub(" ", value)))
    if name == "ISBN" and isinstance(value, str):
        # Zotero sets the hyphens anew and parts several by blanks.
        return parse_isbns(value) or _plain(value)
    if name == "accessDate" and isinstance(value, str):
        return _MIDNIGHT.sub("", _plain(value))
    return _plain(value)
