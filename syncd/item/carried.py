"""The item key that a record carries when it was exported from a library and comes back.

Zotero's own exports name the item by its address, other tools keep its key in the record's ID.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from syncd.record import CarriedKey, Record

_KEY = r"[2-9A-NP-Z]{8}"
_BARE = re.compile(_KEY)
_ADDRESS = re.compile(
    rf"\bzotero\.org/(?:(?P<library>(?:users|groups)/\d+)|[\w-]+(?:/[\w-]+){{0,2}})/items/"
    rf"(?P<key>{_KEY})\b"
)
_SELECT = re.compile(
    rf"\bzotero://select/(?:library|(?P<library>groups/\d+))/items/(?P<key>{_KEY})\b"
)


def find_carried_key(record: Record) -> CarriedKey | None:
    """Return the key that a record names its item by, or None."""
    for text in _texts_of(record):
        if "zotero" in text and (found := _ADDRESS.search(text) or _SELECT.search(text)):
            return CarriedKey(found["key"], found["library"])
    source_id = record.origin.source_id or ""
    # A word of eight letters may be anything; a key has figures among them.
    if _BARE.fullmatch(source_id) and not source_id.isalpha():
        return CarriedKey(source_id)
    return None


def _texts_of(record: Record) -> Iterator[str]:
    yield from (record.origin.source_id or "", record.fields.get("url", ""))
    yield from (link.target for link in record.links)
    yield from (value for values in record.unused.values() for value in values)
