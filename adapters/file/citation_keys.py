"""`citation-keys.tsv`: by which key documents cite each work of the library.

One line a work, the item's key and the citation key; a later line of a work counts instead of an
earlier one, and no key is ever given to another work. It lies beside the items, so that it goes
wherever they go; lines are only ever added to it, before the bibliography that shows them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from adapters.file.flushing import make_safe
from syncd.item.citation_keys import KeyRing
from syncd.record import ItemKey

_LINE = re.compile(r"^([^\t\n]{8})\t(\S(?:[^\n]*\S)?)$", re.MULTILINE)
"""A line that says which key a work has; nothing of the key is blank at either end."""


def read_keys(path: Path) -> KeyRing:
    """Return which works have which keys; a line that says nothing of the kind is passed over."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return KeyRing()
    # One search for all of them: a large library has as many lines as works, at each export.
    return KeyRing(cast("list[tuple[ItemKey, str]]", _LINE.findall(text)))


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
