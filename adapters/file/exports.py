"""`library.json` and `library.ris`: the whole library as other programs read it.

Made from the item files, one item at a time, in the order of their keys, so that two exports
differ only where the library does. What lies in the trash is left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from adapters.file.documents import DamagedDocumentError, parse_item
from adapters.file.layout import Layout
from adapters.file.look import file_name
from adapters.file.writing import replaced
from adapters.rules import CHILD_TYPES
from syncd.item.csl import csl_of
from syncd.item.ris_writing import format_ris
from syncd.record import ItemKey

_encode = json.JSONEncoder(ensure_ascii=False).encode

Family = tuple[ItemKey, str, str | None]
"""Key, item type and parent's key of an item."""


class _Work(NamedTuple):
    key: ItemKey
    data: Mapping[str, Any]
    notes: list[str]


def write_exports(layout: Layout, families: Iterable[Family]) -> None:
    """Write both files anew from these items. Raises `OSError`; the old files then stay."""
    with replaced(layout.csl) as csl, replaced(layout.ris) as ris:
        before = "[\n"
        for key, data, notes in _works(layout, families):
            csl.write(f"{before}{_encode(csl_of(key, data))}".encode())
            ris.write(f"{format_ris(data, notes)}\n".encode())
            before = ",\n"
        csl.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _works(layout: Layout, families: Iterable[Family]) -> Iterator[_Work]:
    works: list[ItemKey] = []
    notes_of: dict[str, list[ItemKey]] = defaultdict(list)
    for key, item_type, parent in families:
        if item_type == "note" and parent:
            notes_of[parent].append(key)
        elif item_type not in CHILD_TYPES:
            works.append(key)
    for key in works:
        if (data := _find_data(layout, key)) is not None:
            notes = [_find_data(layout, note) or {} for note in notes_of[key]]
            yield _Work(key, data, [note["note"] for note in notes if note.get("note")])


def _find_data(layout: Layout, key: ItemKey) -> dict[str, Any] | None:
    try:
        return parse_item((layout.items / file_name(key)).read_bytes()).data
    except (FileNotFoundError, DamagedDocumentError):
        return None  # changed since the index was asked; the next run exports again
