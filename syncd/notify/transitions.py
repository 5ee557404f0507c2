"""What is worth telling: something has become otherwise, and was not told a moment ago.

The state of before is kept in memory alone. After a start, a library that is refused is told of
again; questions that were there already are left to the digest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any

from syncd.notify.notice import Kind, Notice
from syncd.system.clock import Clock
from syncd.system.printable import printable

Document = Mapping[str, Any]
FindTitles = Callable[[str], Sequence[str]]
"""Returns titles of a library's open questions."""

AT_MOST_EVERY = timedelta(hours=1)
LONG = timedelta(hours=1)
"""A library that is out of reach for less is no news."""

_DISK = re.compile(r"disk is full|no space left|quota|disk I/O error|disk reports", re.IGNORECASE)
_MOST_DETAILS = 10
_LONGEST_DETAIL = 300
_STATES = {"refused": Kind.REFUSED, "paused": Kind.PAUSED}
_WORDS = {
    Kind.REFUSED: "{} is refused",
    Kind.PAUSED: "{} is paused",
    Kind.WAITING: "{} has been out of reach for long",
    Kind.DISK: "a disk takes nothing more: {} waits",
    Kind.RECOVERED: "{} works again",
}
_WHY = "`syncd status` says why, and what to do."


@dataclass(slots=True)
class _Memory:
    """What was last seen of a library, and told of it."""

    trouble: Kind | None = None
    since: timedelta = timedelta()
    told: Kind | None = None
    held: int | None = None


class Transitions:
    """Compares each status with the last one. `titles` is given where titles are wanted."""

    def __init__(self, clock: Clock, titles: FindTitles | None = None) -> None:
        self._clock = clock
        self._titles = titles
        self._memories: defaultdict[str, _Memory] = defaultdict(_Memory)
        self._sent: dict[tuple[str, Kind], timedelta] = {}
        self._unusable: defaultdict[str, list[str]] = defaultdict(list)
        self._lock = Lock()

    def note_unusable(self, library: str, files: Sequence[str]) -> None:
        """Nothing of these files could be used; may be called by any thread."""
        with self._lock:
            self._unusable[library] += files

    def look(self, document: Document) -> list[Notice]:
        """Return what is to be told now."""
        notices: list[Notice | None] = [self._look_at_daemon(document)]
        for library in document["libraries"]:
            if library["state"] != "starting":
                notices.append(self._look_at_trouble(library["name"], library))
            notices.append(self._look_at_questions(library["name"], library))
            notices.append(self._look_at_unusable(library["name"]))
        return [notice for notice in notices if notice is not None]

    def digest(self, document: Document) -> Notice | None:
        """Return what waits for a person; None where nothing does."""
        lines, numbers = [], {"held": 0, "pending": 0}
        details: list[str] = []
        for library in document["libraries"]:
            name, held, pending = library["name"], library["held"], library["pending"]
            said = [library["state"]] if _trouble_of(library) else []
            said += [_counted(held, "question")] if held else []
            said += [f"{_counted(pending, 'change')} to send"] if pending else []
            if said:
                lines.append(f"{name}: {', '.join(said)}")
                numbers["held"] += held
                numbers["pending"] += pending
                details += self._find_titles(name) if held else []
        if not lines:
            return None
        title = f"syncd: {_counted(numbers['held'], 'question')} for you"
        title = title if numbers["held"] else "syncd: something waits"
        text = "\n".join(lines)
        return Notice(Kind.DIGEST, "", title, text, numbers, details[:_MOST_DETAILS])

    def _look_at_daemon(self, document: Document) -> Notice | None:
        """Look at what the daemon says of itself, which is a disk's fault or none to tell of."""
        trouble = Kind.DISK if _DISK.search(document.get("message") or "") else None
        return self._follow("", trouble, document.get("message") or "", is_old=True)

    def _look_at_trouble(self, name: str, library: Document) -> Notice | None:
        trouble = _trouble_of(library)
        memory = self._memories[name]
        if trouble is not memory.trouble:
            memory.since = self._clock.elapsed()
        is_old = trouble is not Kind.WAITING or library["state"] == "late"
        is_old = is_old or self._clock.elapsed() - memory.since >= LONG
        return self._follow(name, trouble, library["message"] or "", is_old=is_old)

    def _follow(
        self, name: str, trouble: Kind | None, words: str, *, is_old: bool
    ) -> Notice | None:
        memory = self._memories[name]
        memory.trouble = trouble
        shown = name or "syncd"
        if trouble is None:
            if memory.told is None or not self._may_tell(name, Kind.RECOVERED):
                return None
            memory.told = None
            return Notice(
                Kind.RECOVERED, name, _WORDS[Kind.RECOVERED].format(shown), "All is well."
            )
        if trouble is memory.told or not is_old or not self._may_tell(name, trouble):
            return None
        memory.told = trouble
        details = [_detail(words)] if self._titles is not None and words else []
        return Notice(trouble, name, _WORDS[trouble].format(shown), _WHY, {}, details)

    def _look_at_questions(self, name: str, library: Document) -> Notice | None:
        memory, held = self._memories[name], library["held"]
        if memory.held is None or held <= memory.held:
            memory.held = held
            return None
        # While files are at work there may be more of them in a moment.
        if library["queued_files"] or not self._may_tell(name, Kind.QUESTIONS):
            return None
        memory.held = held
        title = f"{name}: {_counted(held, 'question')} for you"
        text = "`syncd review` shows what is asked, and takes your answers."
        found = self._find_titles(name)
        return Notice(Kind.QUESTIONS, name, title, text, {"held": held}, found)

    def _look_at_unusable(self, name: str) -> Notice | None:
        with self._lock:
            files = self._unusable[name]
            if not files or not self._may_tell(name, Kind.UNUSABLE):
                return None
            del self._unusable[name]
        title = f"{name}: {_counted(len(files), 'file')} could not be used"
        details = [_detail(file) for file in files[:_MOST_DETAILS]] if self._titles else []
        return Notice(Kind.UNUSABLE, name, title, _WHY, {"unusable": len(files)}, details)

    def _find_titles(self, name: str) -> list[str]:
        found = self._titles(name) if self._titles is not None else ()
        return [_detail(title) for title in found[:_MOST_DETAILS]]

    def _may_tell(self, name: str, kind: Kind) -> bool:
        """Tell whether there was none of this kind for a while, and count this one."""
        now, last = self._clock.elapsed(), self._sent.get((name, kind))
        if last is not None and now - last < AT_MOST_EVERY:
            return False
        self._sent[name, kind] = now
        return True


def _trouble_of(library: Document) -> Kind | None:
    state = library["state"]
    if state not in ("waiting", "late"):
        return _STATES.get(state)
    return Kind.DISK if _DISK.search(library["message"] or "") else Kind.WAITING


def _detail(text: str) -> str:
    return printable(text)[:_LONGEST_DETAIL]


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
