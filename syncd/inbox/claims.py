"""Move mode: a file is claimed by renaming it, and ends in `done/` or `failed/` beside itself.

A CLAIM lies in `.syncd/processing/<hash>/<name as dropped>` below the drop folder, so the name
needs no other memory: what a crash leaves there is simply found again by the next scan.
Every rename stays within one filesystem, where it is all or nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from syncd.inbox.listing import Found, list_candidates
from syncd.inbox.names import DONE, FAILED

_OWN = ".syncd"
_PROCESSING = "processing"
_NAME_MAX = 255
_NOTE = ".txt"


def claim(root: Path, name: str, sha256: str) -> Path | None:
    """Take a file of the drop folder; answer where it lies now, None when it has gone.

    Raises `FileExistsError` while its twin, the same content under the same name, is still at
    work; any other `OSError` when the folder does not allow it.
    """
    target = _processing(root) / sha256[:16] / name
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        (root / name).rename(target)
    except FileNotFoundError:
        _remove_empty(target.parent, _processing(root))
        return None
    _sync(target.parent, (root / name).parent)
    return target


def list_claims(root: Path) -> Iterator[Found]:
    """Yield what is claimed, under the names it was dropped as."""
    processing = _processing(root)
    if not processing.is_dir():
        return
    for found in list_candidates(processing, recursive=True, moves=False):
        yield found._replace(name=found.name.partition("/")[2])


def finish_claim(root: Path, claimed: Path, name: Path, rejected: str | None) -> Path | None:
    """Put a claimed file where it belongs; answer where that is, None if it is gone.

    With `rejected`, that is `failed/`, with a note saying so. Nothing there is overwritten.
    """
    folder = root / name.parent / (FAILED if rejected else DONE)
    folder.mkdir(parents=True, exist_ok=True)
    target = _reserve(folder, name.name)
    try:
        claimed.rename(target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    if rejected:
        note = _reserve(folder, target.name + _NOTE)
        note.write_text(rejected.rstrip() + "\n", encoding="utf-8", errors="backslashreplace")
    _sync(folder, claimed.parent)
    _remove_empty(claimed.parent, _processing(root))
    return target


def why_not_movable(root: Path) -> str | None:
    """Say why files cannot be moved about in this folder; None where they can."""
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
        return 'after = "move" needs the right to write here'
    device = root.stat().st_dev
    for own in (root / _OWN, _processing(root), root / DONE, root / FAILED):
        if own.exists() and own.stat().st_dev != device:
            return f'after = "move" cannot move files to {own}: it is on another filesystem'
    return None


def _processing(root: Path) -> Path:
    return root / _OWN / _PROCESSING


def _reserve(folder: Path, name: str) -> Path:
    """Make an empty file under this name, or the next free one like it."""
    stem, dot, suffix = name.rpartition(".")
    number = 1
    while True:
        counted = name if number == 1 else _shortened(stem, dot + suffix, number)
        path = folder / counted
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            number += 1
        except OSError:
            # A note's name may outgrow what the filesystem takes.
            if number > 1 or len(os.fsencode(name)) <= _NAME_MAX:
                raise
            number += 1
        else:
            return path


def _shortened(stem: str, suffix: str, number: int) -> str:
    end = f" ({number}){suffix}"
    room = _NAME_MAX - len(os.fsencode(end))
    return os.fsdecode(os.fsencode(stem)[:room]) + end


def _sync(*folders: Path) -> None:
    for folder in folders:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top:
        with suppress(OSError):
            folder.rmdir()
        if folder.exists():
            return
        folder = folder.parent
