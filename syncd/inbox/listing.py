"""What lies in a drop folder: candidates with their status, one directory at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from syncd.inbox.names import may_be_entered, may_be_export


class Found(NamedTuple):
    """One candidate; `status` is None when even that could not be asked, and `why` says why."""

    name: str
    """Its path below the folder."""
    path: str
    status: os.stat_result | None
    why: str = ""


PassOver = Callable[[str, os.DirEntry[str]], None]
"""Hears of an entry that is no candidate, by its path below the folder."""


def list_candidates(
    root: Path, *, recursive: bool, moves: bool, pass_over: PassOver = lambda _name, _entry: None
) -> Iterator[Found]:
    """Yield every candidate below `root`, in an order that stays the same.

    Links are not followed. A subfolder that cannot be listed is one candidate with a reason, and
    what goes meanwhile is none; raises `OSError` when `root` itself cannot be listed.
    """
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            entries = _entries(root / inside)
        except OSError as error:
            if not inside:
                raise
            if isinstance(error, FileNotFoundError):
                continue
            yield Found(inside, str(root / inside), None, f"cannot be listed: {error.strerror}")
            continue
        subfolders: list[str] = []
        for entry in entries:
            name = os.path.join(inside, entry.name)  # noqa: PTH118 - 30,000 Paths per scan cost too much
            if recursive and entry.is_dir(follow_symlinks=False):
                if may_be_entered(entry.name, moves=moves):
                    subfolders.append(name)
            elif may_be_export(entry.name):
                if (found := _found(name, entry)) is not None:
                    yield found
            else:
                pass_over(name, entry)
        waiting.extend(reversed(subfolders))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _found(name: str, entry: os.DirEntry[str]) -> Found | None:
    """Return what stands there; None for what has gone since it was listed."""
    try:
        return Found(name, entry.path, entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return None
    except OSError as error:
        return Found(name, entry.path, None, f"cannot be read: {error.strerror}")
