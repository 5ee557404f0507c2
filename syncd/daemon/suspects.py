"""Which exports were at work when an earlier process ended without a word.

It may have been any other reason, but perhaps one of them makes syncd hang or run out of memory.
So they go one at a time, those that have been at it least first; and one at which the process has
ended three times is set aside. The list is only a hint: losing it loses nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from syncd.inbox import Export
from syncd.system.private import write_private

log = logging.getLogger(__name__)

MOST_TRIES = 3


class Suspects:
    """Remembers, in a file, what one library's worker is at and how often that has ended badly."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tries = _read(path)
        self._at_work: frozenset[str] = frozenset()

    def __contains__(self, export: object) -> bool:
        return isinstance(export, Export) and export.sha256 in self._tries

    def tries(self, export: Export) -> int:
        """Return how often a process has ended while this was at work."""
        return self._tries.get(export.sha256, 0)

    def is_poison(self, export: Export) -> bool:
        """Say whether this has ended so many processes that it is not tried again."""
        return self.tries(export) >= MOST_TRIES

    def begin(self, exports: Iterable[Export]) -> None:
        """These are at work now; suspects whose turn has not come yet stay suspect."""
        self._at_work = frozenset(export.sha256 for export in exports)
        self._write()

    def end(self, exports: Iterable[Export]) -> None:
        """These have been dealt with, one way or the other."""
        self._at_work = frozenset()
        for export in exports:
            self._tries.pop(export.sha256, None)
        self._write()

    def excuse(self) -> None:
        """The process ends in order: what is at work has nothing to do with it."""
        self._at_work = frozenset()
        self._write()

    def _write(self) -> None:
        document = {"tries": self._tries, "at_work": sorted(self._at_work)}
        try:
            if not (self._tries or self._at_work):
                self._path.unlink(missing_ok=True)
                return
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._path, json.dumps(document))
        except OSError as error:
            log.debug("what is at work could not be noted: %s", error)


def _read(path: Path) -> dict[str, int]:
    """Return how often each export was at work when a process ended, the last time included."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        # As it was written before tries were counted: a list of what was at work.
        found = {"at_work": found}
    tries = _counts(found.get("tries"))
    at_work = found.get("at_work")
    for sha256 in at_work if isinstance(at_work, list) else ():
        if isinstance(sha256, str):
            tries[sha256] = tries.get(sha256, 0) + 1
    return tries


def _counts(found: Any) -> dict[str, int]:
    if not isinstance(found, Mapping):
        return {}
    return {key: value for key, value in found.items() if type(value) is int}
