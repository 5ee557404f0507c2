"""`library.json`, `library.ris` and `library.bib`: the whole library as other programs read it.

Made from the item files, in the order of their keys, so that two exports differ only where the
library does. What lies in the trash is left out. Where little has changed, what stays is copied
from the last export, and only the works that changed are read and formatted.

What a person has edited in an export is kept beside it: the export itself is written anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from adapters.file.citation_keys import keep_keys, read_keys
from adapters.file.documents import DamagedDocumentError, parse_item
from adapters.file.edited import Mark, find_mark, note_marks, put_over, read_marks
from adapters.file.flushing import make_directory_safe
from adapters.file.index import Index, Piece, Standing
from adapters.file.layout import Layout
from adapters.file.look import read_file
from adapters.file.patching import ChangedFileError, Frame, Run, holds, rewritten
from adapters.file.signatures import find_fingerprint
from adapters.rules import CHILD_TYPES
from syncd.item.bibtex import format_bibtex
from syncd.item.citation_keys import KeyRing
from syncd.item.csl import csl_of
from syncd.item.ris_writing import format_ris
from syncd.record import ItemKey
from syncd.system.packing import encode

_ABOUT = (
    b"% Written by syncd from the items beside it. To change a work, edit its file in items/.\n\n"
)
_FRAMES = (
    Frame(b"[\n", b",\n", b"\n]\n", b"[]\n"),
    Frame(b"", b"", b"", b""),
    Frame(_ABOUT, b"\n", b"", _ABOUT),
)
"""How library.json, library.ris and library.bib are made of their pieces."""
_BEGINNINGS = (b'{"id":"', b"TY  - ", b"@")
_LINKS = {"linked_url": "url", "linked_file": "path"}
"""Which property of an attachment says what it leads to."""
_FEW = 20
"""Of so few works the citation keys are looked for, rather than those of all works read."""
_LARGE_SHARE = 8
"""Where more than one work in so many has changed, all are written anew."""

Family = tuple[ItemKey, Sequence[ItemKey]]
"""The keys of a work and of its notes and attachments."""
Texts = tuple[bytes, ...]
"""A work as each of the files shows it."""


class State(Enum):
    """What is known of an export that lies there."""

    OURS = "ours"
    EDITED = "edited"
    UNKNOWN = "unknown"
    """What was written is no longer known."""
    MISSING = "missing"


class Done(NamedTuple):
    """What the exports show now, and the pieces that were written; None: left out."""

    standing: Standing
    pieces: Mapping[ItemKey, Piece | None]
    whole: bool
    asides: Sequence[tuple[Path, Path]]
    """Exports that a person has edited, and where what they wrote is kept."""


class Patch(NamedTuple):
    """The works to be written or left out, in order, and what stays before, between and behind."""

    works: Sequence[Family]
    stays: Sequence[Sequence[Run] | None]


class Export(NamedTuple):
    """What there is to export, as the index told: all of it, or what changed since the last."""

    version: int
    families: Sequence[Family]
    patch: Patch | None
    ours: Sequence[Mark | None]
    """What each export is known by that is to be overwritten; None: it may be edited."""
    kept: Mapping[ItemKey, bytes]
    """The texts of items that need not be read."""


def plan_export(layout: Layout, index: Index, kept: Mapping[ItemKey, bytes]) -> Export | None:
    """Return what there is to export; None where the exports show everything.

    `kept` are the texts of items as they lie there, as far as they are known without reading.
    """
    standing = index.standing
    ours = [find_mark(path) for path in _paths(layout)]
    states = _find_states(layout, index)
    written = read_marks(layout.export_marks)
    are_ours = all(state is State.OURS for state in states)
    if are_ours and standing.exported == standing.version:
        return None
    patch = _plan_patch(index) if are_ours and standing.exported >= 0 else None
    known = [
        mark if state is State.OURS or mark in written else None
        for mark, state in zip(ours, states, strict=True)
    ]
    return Export(standing.version, [] if patch else _all_families(index), patch, known, kept)


def carry_out(layout: Layout, export: Export) -> Done | None:
    """Write the files. Raises `OSError`; the old files then stay.

    None where the old files turn out not to be what the index says of them.
    """
    writing = _Writing(layout, export)
    try:
        if export.patch:
            writing.write_patch(export.patch)
        else:
            writing.write_all(export.families)
    except ChangedFileError:
        return None
    seen = (find_fingerprint(path) or "" for path in _paths(layout))
    standing = Standing(0, export.version, *seen)
    return Done(standing, writing.pieces, export.patch is None, writing.asides)


def _paths(layout: Layout) -> tuple[Path, ...]:
    return layout.csl, layout.ris, layout.bib


def _find_states(layout: Layout, index: Index) -> list[State]:
    """Say of each export whether it is as it was written; by its content where `stat` does not."""
    before = index.standing.fingerprints
    now = [find_fingerprint(path) or "" for path in _paths(layout)]
    states = [_state(old, new) for old, new in zip(before, now, strict=True)]
    if State.EDITED in states:
        states = list(map(_at_second_sight, range(len(states)), states, *_held(layout, index)))
        if State.EDITED not in states:
            index.recognise_exports(now)  # moved, copied or touched, and no more
    return states


def _state(before: str, now: str) -> State:
    if not now:
        return State.MISSING
    if not before:
        return State.UNKNOWN
    return State.OURS if before == now else State.EDITED


def _held(layout: Layout, index: Index) -> tuple[Sequence[Path], Sequence[list[Piece]]]:
    pieces = index.pieces()
    return _paths(layout), [pieces] * len(_FRAMES)


def _at_second_sight(number: int, state: State, path: Path, pieces: list[Piece]) -> State:
    if state is not State.EDITED:
        return state
    told = [(piece.sizes[number], piece.checksums[number]) for piece in pieces]
    return State.OURS if holds(path, _FRAMES[number], told) else State.EDITED


def _all_families(index: Index) -> list[Family]:
    works: list[ItemKey] = []
    children_of: dict[str, list[ItemKey]] = defaultdict(list)
    for key, item_type, parent in index.families():
        if item_type in ("note", "attachment") and parent:
            children_of[parent].append(key)
        elif item_type not in CHILD_TYPES:
            works.append(key)
    return [(key, children_of.get(key, ())) for key in works]


def _plan_patch(index: Index) -> Patch | None:
    """Return what changed since the last export, or None where it has to be written whole."""
    changed = _changed_works(index, index.standing.exported)
    shown, _ = index.pieces_between("", "~")
    if not shown or len(changed) * _LARGE_SHARE > shown:
        return None
    children = index.children_of(changed)
    return Patch([(key, children.get(key, ())) for key in changed], list(_stays(index, changed)))


def _changed_works(index: Index, since: int) -> list[ItemKey]:
    changed: set[str] = set()
    for item in index.changed_since(since):
        changed |= {item.key, item.parent or item.key}
    for gone in index.deleted_since(since):
        changed |= {gone.key, gone.parent or gone.key}
    return sorted(map(ItemKey, changed))


def _stays(index: Index, changed: Sequence[ItemKey]) -> Iterator[Sequence[Run] | None]:
    """Yield what lies before the first of the changed works, between each two, and behind."""
    places = [len(frame.head) for frame in _FRAMES]
    for after, before in pairwise(["", *changed, "~"]):
        if after and (piece := index.piece_of(ItemKey(after))):
            places = _moved(places, 1, piece.sizes)
        number, sizes = index.pieces_between(after, before)
        run = [
            Run(place, size + (number - 1) * len(frame.joint), beginning)
            for place, size, frame, beginning in zip(
                places, sizes, _FRAMES, _BEGINNINGS, strict=True
            )
        ]
        yield run if number else None
        places = _moved(places, number, sizes)


def _moved(places: Sequence[int], number: int, sizes: Sequence[int]) -> list[int]:
    """Return where the files go on behind so many pieces."""
    return [
        place + size + number * len(frame.joint)
        for place, size, frame in zip(places, sizes, _FRAMES, strict=True)
    ]


def _link_of(layout: Layout, key: ItemKey, child: Mapping[str, Any]) -> str:
    """Return what an attachment leads to; a file of the library by its place below it."""
    name, mode = str(child.get("filename") or ""), str(child.get("linkMode"))
    if mode == "imported_file" and child.get("md5") and name:
        return layout.file_of(key, name).relative_to(layout.directory).as_posix()
    return str(child.get(_LINKS.get(mode, "")) or "")


class _Writing:
    """The exports as they are written once."""

    def __init__(self, layout: Layout, export: Export) -> None:
        self.pieces: dict[ItemKey, Piece | None] = {}
        self.asides: list[tuple[Path, Path]] = []
        self._layout = layout
        self._ours = dict(zip(_paths(layout), export.ours, strict=True))
        self._kept = export.kept
        self._keys = KeyRing()

    def write_all(self, families: Sequence[Family]) -> None:
        self._keys = read_keys(self._layout.citation_keys)
        texts = (self._find_texts(key, self._find_work(key), below) for key, below in families)
        self._write(filter(None, texts))

    def write_patch(self, patch: Patch) -> None:
        found: dict[ItemKey, dict[str, Any] | None] = {}
        works = None
        if len(patch.works) <= _FEW:
            found = {key: self._find_work(key) for key, _ in patch.works}
            works = {key: data for key, data in found.items() if data is not None}
        self._keys = read_keys(self._layout.citation_keys, works)
        texts = [
            self._find_texts(key, found[key] if key in found else self._find_work(key), below)
            for key, below in patch.works
        ]
        parts = (part for pair in zip(patch.stays, [*texts, None], strict=True) for part in pair)
        self._write(filter(None, parts))

    def _write(self, parts: Iterator[Sequence[bytes | Run]]) -> None:
        paths = _paths(self._layout)
        with ExitStack() as stack:
            opened = [
                stack.enter_context(rewritten(path, frame))
                for path, frame in zip(paths, _FRAMES, strict=True)
            ]
            for part in parts:
                for (add, _), piece in zip(opened, part, strict=True):
                    add(piece)
            # Before any document can cite by them.
            keep_keys(self._layout.citation_keys, self._keys.given)
        temporaries = [temporary for _, temporary in opened]
        try:
            note_marks(self._layout.export_marks, temporaries)
            for temporary, path in zip(temporaries, paths, strict=True):
                if aside := put_over(temporary, path, self._ours[path]):
                    self.asides.append((path, aside))
            make_directory_safe(self._layout.directory)
        finally:
            for temporary in temporaries:
                temporary.unlink(missing_ok=True)

    def _find_work(self, key: ItemKey) -> dict[str, Any] | None:
        """Return a work's data; None for what the files do not show."""
        data = self._find_data(key)
        return None if data is None or data["itemType"] in CHILD_TYPES else data

    def _find_texts(
        self, key: ItemKey, data: dict[str, Any] | None, children: Sequence[ItemKey]
    ) -> Texts | None:
        """Return a work as the files show it; None for what they do not show."""
        self.pieces[key] = None
        if data is None:
            return None
        below = {each: child for each in children if (child := self._find_data(each))}
        notes = [child["note"] for child in below.values() if child.get("note")]
        links = [link for each in below if (link := _link_of(self._layout, each, below[each]))]
        texts = (
            encode(csl_of(key, data)),
            f"{format_ris(data, notes, links)}\n".encode(),
            format_bibtex(self._keys.key_for(key, data), data).encode(),
        )
        self.pieces[key] = Piece(*map(len, texts), *map(crc32, texts))
        return texts

    def _find_data(self, key: ItemKey) -> dict[str, Any] | None:
        try:
            raw = self._kept.get(key) or read_file(self._layout.items, key)
            _, data, trashed = parse_item(raw)
        except (FileNotFoundError, DamagedDocumentError):
            return None  # changed since the index was asked; the next run exports again
        return None if trashed else data
