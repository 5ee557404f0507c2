"""`library.json` and `library.ris`: the whole library as other programs read it.

Made from the item files, in the order of their keys, so that two exports differ only where the
library does. What lies in the trash is left out. Where little has changed, what stays is copied
from the last export, and only the works that changed are read and formatted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from adapters.file.documents import DamagedDocumentError, parse_item
from adapters.file.index import Index, Standing
from adapters.file.layout import Layout
from adapters.file.look import read_file
from adapters.file.patching import ChangedFileError, Frame, Run, rewritten
from adapters.file.signatures import find_fingerprint
from adapters.rules import CHILD_TYPES
from syncd.item.csl import csl_of
from syncd.item.ris_writing import format_ris
from syncd.record import ItemKey
from syncd.system.packing import encode

_CSL = Frame(b"[\n", b",\n", b"\n]\n", b"[]\n")
_RIS = Frame(b"", b"", b"", b"")
_LARGE_SHARE = 8
"""Where more than one work in so many has changed, all are written anew."""

Family = tuple[ItemKey, Sequence[ItemKey]]
"""The keys of a work and of its notes."""
Size = tuple[int, int]
"""How many bytes a work takes in library.json and in library.ris."""


class Done(NamedTuple):
    """What an export shows now, and the sizes of the works that were written; None: left out."""

    standing: Standing
    sizes: Mapping[ItemKey, Size | None]
    whole: bool


class Patch(NamedTuple):
    """The works to be written or left out, in order, and what stays before, between and behind."""

    works: Sequence[Family]
    stays: Sequence[tuple[Run, Run] | None]


class Export(NamedTuple):
    """What there is to export, as the index told: all of it, or what changed since the last."""

    version: int
    families: Sequence[Family]
    patch: Patch | None


def plan_export(layout: Layout, index: Index) -> Export | None:
    """Return what there is to export; None where the exports show everything."""
    standing = index.standing
    if standing.exported == standing.version and layout.csl.exists() and layout.ris.exists():
        return None
    patch = _plan_patch(layout, index)
    return Export(standing.version, [] if patch else _all_families(index), patch)


def carry_out(layout: Layout, export: Export) -> Done | None:
    """Write both files. Raises `OSError`; the old files then stay.

    None where the old files turn out not to be what the index says of them.
    """
    sizes: dict[ItemKey, Size | None] = {}
    try:
        if export.patch:
            _write_patch(layout, export.patch, sizes)
        else:
            _write_all(layout, export.families, sizes)
    except ChangedFileError:
        return None
    seen = find_fingerprint(layout.csl) or "", find_fingerprint(layout.ris) or ""
    return Done(Standing(0, export.version, *seen), sizes, whole=export.patch is None)


def _all_families(index: Index) -> list[Family]:
    works: list[ItemKey] = []
    notes_of: dict[str, list[ItemKey]] = defaultdict(list)
    for key, item_type, parent in index.families():
        if item_type == "note" and parent:
            notes_of[parent].append(key)
        elif item_type not in CHILD_TYPES:
            works.append(key)
    return [(key, notes_of.get(key, ())) for key in works]


def _plan_patch(layout: Layout, index: Index) -> Patch | None:
    """Return what changed since the last export, or None where it has to be written whole."""
    standing = index.standing
    now = find_fingerprint(layout.csl), find_fingerprint(layout.ris)
    if standing.exported < 0 or now != (standing.csl, standing.ris):
        return None
    changed = _changed_works(index, standing.exported)
    shown, _, _ = index.pieces_between("", "~")
    if not shown or len(changed) * _LARGE_SHARE > shown:
        return None
    notes = index.notes_of(changed)
    return Patch([(key, notes.get(key, ())) for key in changed], list(_stays(index, changed)))


def _changed_works(index: Index, since: int) -> list[ItemKey]:
    changed: set[str] = set()
    for item in index.changed_since(since):
        changed |= {item.key, item.parent or item.key}
    for gone in index.deleted_since(since):
        changed |= {gone.key, gone.parent or gone.key}
    return sorted(map(ItemKey, changed))


def _stays(index: Index, changed: Sequence[ItemKey]) -> Iterator[tuple[Run, Run] | None]:
    """Yield what lies before the first of the changed works, between each two, and behind."""
    csl, ris = len(_CSL.head), 0
    for after, before in pairwise(["", *changed, "~"]):
        if after and (piece := index.piece_of(ItemKey(after))):
            csl, ris = csl + piece[0] + len(_CSL.joint), ris + piece[1]
        number, csl_bytes, ris_bytes = index.pieces_between(after, before)
        whole = csl_bytes + number * len(_CSL.joint)
        run = (Run(csl, whole - len(_CSL.joint), b'{"id":"'), Run(ris, ris_bytes, b"TY  - "))
        yield run if number else None
        csl, ris = csl + whole, ris + ris_bytes


def _write_all(
    layout: Layout, families: Sequence[Family], sizes: dict[ItemKey, Size | None]
) -> None:
    with rewritten(layout.csl, _CSL) as add_csl, rewritten(layout.ris, _RIS) as add_ris:
        for key, notes in families:
            if text := _find_texts(layout, key, notes):
                add_csl(text[0])
                add_ris(text[1])
                sizes[key] = len(text[0]), len(text[1])


def _write_patch(layout: Layout, patch: Patch, sizes: dict[ItemKey, Size | None]) -> None:
    texts = {key: _find_texts(layout, key, notes) for key, notes in patch.works}
    with rewritten(layout.csl, _CSL) as add_csl, rewritten(layout.ris, _RIS) as add_ris:
        for stay, text in zip(patch.stays, [*texts.values(), None], strict=True):
            for part in (stay, text):
                if part:
                    add_csl(part[0])
                    add_ris(part[1])
    sizes |= {key: (len(text[0]), len(text[1])) if text else None for key, text in texts.items()}


def _find_texts(
    layout: Layout, key: ItemKey, notes: Iterable[ItemKey]
) -> tuple[bytes, bytes] | None:
    """Return a work as the two files show it; None for what they do not show."""
    data = _find_data(layout, key)
    if data is None or data["itemType"] in CHILD_TYPES:
        return None
    shown = [text for note in notes if (text := (_find_data(layout, note) or {}).get("note"))]
    return encode(csl_of(key, data)), f"{format_ris(data, shown)}\n".encode()


def _find_data(layout: Layout, key: ItemKey) -> dict[str, Any] | None:
    try:
        _, data, trashed = parse_item(read_file(layout.items, key))
    except (FileNotFoundError, DamagedDocumentError):
        return None  # changed since the index was asked; the next run exports again
    return None if trashed else data
