"""Which exports were at work when an earlier process ended without a word.

It may have been any other reason, but perhaps one of them makes syncd hang or run out of memory.
So they come last, one at a time, and hold up nobody but themselves. The list is only a hint:
losing it loses nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from syncd.inbox import Export
from syncd.system.private import write_private

log = logging.getLogger(__name__)


class Suspects:
    """Remembers, in a file, what one library's worker is at."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._suspects = frozenset(_read(path))

    def __contains__(self, export: object) -> bool:
        return isinstance(export, Export) and export.sha256 in self._suspects

    def begin(self, exports: Iterable[Export]) -> None:
        """These are at work now; suspects whose turn has not come yet stay suspect."""
        self._write(self._suspects.union(export.sha256 for export in exports))

    def end(self, exports: Iterable[Export]) -> None:
        """These have been dealt with, one way or the other."""
        self._suspects = self._suspects.difference(export.sha256 for export in exports)
        self._write(self._suspects)

    def _write(self, suspects: frozenset[str]) -> None:
        try:
            if not suspects:
                self._path.unlink(missing_ok=True)
                return
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._path, json.dumps(sorted(suspects)))
        except OSError as error:
            log.debug("what is at work could not be noted: %s", error)


def _read(path: Path) -> list[str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
