"""An export that a person has edited is kept beside the one that takes its place.

What an export is known by is its inode, time and size, which are noted before it gets its name: a
kill right after that must not make it somebody's work. A person may edit it until the very moment
when the next one takes its name; so the old one is held by a second name until it is known to be
what was expected.
"""

from __future__ import annotations

import filecmp
import glob
import json
import os
import re
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from adapters.file.layout import Layout
from adapters.file.writing import replaced


class Mark(NamedTuple):
    """What tells whether a file is still the one that was looked at."""

    inode: int
    written_ns: int
    size: int


def find_mark(path: Path) -> Mark | None:
    """Return what a file is known by; None where there is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return Mark(found.st_ino, found.st_mtime_ns, found.st_size)


def note_marks(note: Path, files: Iterable[Path]) -> None:
    """Write down what new exports are known by. Raises `OSError`."""
    marks = [mark for file in files if (mark := find_mark(file))]
    with replaced(note) as stream:
        stream.write(json.dumps(marks).encode())


def read_marks(note: Path) -> set[Mark]:
    """Return what the last exports are known by, as far as that is known."""
    try:
        return {Mark(*map(int, mark)) for mark in json.loads(note.read_bytes())}
    except (FileNotFoundError, ValueError, TypeError):
        return set()


def put_over(temporary: Path, target: Path, ours: Mark | None) -> Path | None:
    """Give a new file the name of an old one; return where the old one is kept, if it has to be.

    It has to be unless it is what `ours` says, or holds the same as the new one.
    """
    held = target.with_name(f".{target.name}.held")
    if find_mark(held):
        held.rename(_free_name(target))  # whoever held it died before looking at it
    try:
        os.link(target, held, follow_symlinks=False)
    except FileNotFoundError:
        temporary.rename(target)
        return None
    except OSError:
        return _put_over_plainly(temporary, target, ours)
    temporary.rename(target)
    if _is_expected(held, target, ours):
        held.unlink()
        return None
    aside = _free_name(target)
    held.rename(aside)
    return aside


def _put_over_plainly(temporary: Path, target: Path, ours: Mark | None) -> Path | None:
    """Do the same where the file system gives no file two names."""
    aside = None
    if not _is_expected(target, temporary, ours):
        aside = _free_name(target)
        target.rename(aside)
    temporary.rename(target)
    return aside


def _is_expected(old: Path, new: Path, ours: Mark | None) -> bool:
    return find_mark(old) == ours or filecmp.cmp(old, new, shallow=False)


def find_kept(target: Path) -> list[Path]:
    """Return what was kept of edits of a file, as far as it is there still."""
    place = f"{glob.escape(target.stem)}.edited*{target.suffix}"
    numbered = re.compile(re.escape(f"{target.stem}.edited") + r"(-\d+)?" + target.suffix)
    kept = (path for path in target.parent.glob(place) if numbered.fullmatch(path.name))
    return sorted(kept, key=lambda path: (len(path.name), path.name))


def _free_name(target: Path) -> Path:
    return next(name for name in _names(target) if not os.path.lexists(name))


def _names(target: Path) -> Iterator[Path]:
    yield target.with_name(f"{target.stem}.edited{target.suffix}")
    for number in count(2):
        yield target.with_name(f"{target.stem}.edited-{number}{target.suffix}")


def notices_of_edits(layout: Layout) -> list[str]:
    """Say which exports were edited by hand, and where that is kept."""
    return [
        f"{target.name} in {target.parent} was edited by hand, and is written anew from the items: "
        f"the edited one is kept as {', '.join(path.name for path in kept)}. To change a work, edit"
        " its file in items/; this is told until what was kept is moved elsewhere or removed"
        for target in layout.exports
        if (kept := find_kept(target))
    ]
