"""`citation-keys.tsv`: by which key documents cite each work of the library.

One line a work, the item's key and the citation key; a later line of a work counts instead of an
earlier one, and no key is ever given to another work. It lies beside the items, so that it goes
wherever they go; lines are only ever added to it, before the bibliography that shows them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from adapters.file.flushing import make_safe
from syncd.item.citation_keys import KeyRing, wanted_key
from syncd.record import ItemKey

_LINE = re.compile(r"^([^\t\n]{8})\t(\S(?:[^\n]*\S)?)$", re.MULTILINE)
"""A line that says which key a work has; nothing of the key is blank at either end."""


def read_keys(path: Path, works: Mapping[ItemKey, Mapping[str, Any]] | None = None) -> KeyRing:
    """Return which works have which keys; a line that says nothing of the kind is passed over.

    `works` are the only ones that the keys are asked for, and few: their lines are looked for.
    """
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return KeyRing()
    if works is not None and text.isascii():
        text = "\n".join(_lines_about(works, text))
    # One search for all of them: a large library has as many lines as works, at each export.
    return KeyRing(cast("list[tuple[ItemKey, str]]", _LINE.findall(text)))


def _lines_about(works: Mapping[ItemKey, Mapping[str, Any]], text: str) -> Iterator[str]:
    """Yield, in order, the lines of these works and those of keys that they may have, or may get.

    These are the keys that they want, with letters behind them where others have them already.
    """
    text = f"\n{text}\n"
    folded = text.casefold()
    places = {
        place
        for item_key in works
        for place in _places(folded, f"\n{item_key.casefold()}\t", len("\n"))
    }
    keys = {text[place:].partition("\n")[0].partition("\t")[2] for place in places}
    keys |= {wanted_key(item_key, data) for item_key, data in works.items()}
    for key in keys:
        places |= {
            text.rindex("\n", 0, place) + 1 for place in _places(folded, f"\t{key.casefold()}", 0)
        }
    for place in sorted(places):
        yield text[place : text.index("\n", place)]


def _places(text: str, sought: str, further: int) -> Iterator[int]:
    """Yield where a text stands, or so much further."""
    place = text.find(sought)
    while place >= 0:
        yield place + further
        place = text.find(sought, place + 1)


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
