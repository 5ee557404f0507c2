"""`citation-keys.tsv`: by which key documents cite each work of the library.

One line a work, the item's key and the citation key; a later line of a work counts instead of an
earlier one, and no key is ever given to another work. It lies beside the items, so that it goes
wherever they go; lines are only ever added to it, before the bibliography that shows them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from adapters.file.flushing import make_safe
from syncd.item.citation_keys import KeyRing
from syncd.record import ItemKey

_KEY_LENGTH = 8


def read_keys(path: Path) -> KeyRing:
    """Return which works have which keys; a line that says nothing of the kind is passed over."""
    try:
        lines = path.read_text("utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return KeyRing()
    parts = (line.partition("\t") for line in lines)
    return KeyRing(
        [
            (ItemKey(item_key), citation_key)
            for item_key, _, citation_key in parts
            if len(item_key) == _KEY_LENGTH
            and citation_key
            and citation_key.strip() == citation_key
        ]
    )


def keep_keys(path: Path, given: Sequence[tuple[ItemKey, str]]) -> None:
    """Add keys that were just given. Raises `OSError`."""
    if not given:
        return
    lines = "".join(f"{item_key}\t{citation_key}\n" for item_key, citation_key in given)
    with path.open("a+b") as file:
        # A line that a power cut has left without its end must not swallow the next.
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            lines = lines if file.read(1) == b"\n" else f"\n{lines}"
        file.write(lines.encode())
        make_safe(file)
