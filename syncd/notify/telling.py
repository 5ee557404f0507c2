"""The teller: follows the status, and has people told of what has become otherwise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from syncd.notify.background import Background
from syncd.notify.notice import Notice
from syncd.notify.programs import NotToldError
from syncd.notify.transitions import FindTitles, Transitions
from syncd.notify.ways import PING, find_ping, make_ways
from syncd.schedule import Timetable, find_zone
from syncd.settings import NotifySettings
from syncd.system.clock import Clock

log = logging.getLogger(__name__)

Document = Mapping[str, Any]

_FINE = frozenset({"ok", "starting"})


class Teller:
    """Tells by each configured way. What cannot be told is a line in the log, once."""

    def __init__(
        self, settings: NotifySettings, timezone: str, clock: Clock, titles: FindTitles
    ) -> None:
        self._clock = clock
        self._transitions = Transitions(clock, titles if settings.titles else None)
        self._ways = make_ways(settings, clock)
        self._ping = find_ping(settings)
        self._background = Background("notify")
        self._timetable = Timetable(settings.digest, find_zone(timezone))
        self._digest_at = self._timetable.next_after(clock.now())
        self._reconciled: dict[str, str | None] = {}
        self._trouble: dict[str, str] = {}

    def look(self, document: Document) -> None:
        """Look at a status: tell what is new in it, what waits each day, and that all is well."""
        if self._ways:
            for notice in self._transitions.look(document):
                self._tell(notice)
            self._look_at_the_clock(document)
        if self._ping is not None and self._was_reconciled(document):
            self._background.do(partial(self._try, PING, self._ping.send, logging.DEBUG))

    def note_unusable(self, library: str, files: Sequence[str]) -> None:
        """Nothing of these files could be used; the next look tells of it."""
        self._transitions.note_unusable(library, files)

    def close(self) -> None:
        """Tell nobody any more."""
        self._background.close()

    def _look_at_the_clock(self, document: Document) -> None:
        now = self._clock.now()
        if now < self._digest_at:
            return
        self._digest_at = self._timetable.next_after(now)
        digest = self._transitions.digest(document)
        if digest is not None:
            self._tell(digest)

    def _was_reconciled(self, document: Document) -> bool:
        """Tell whether a library was reconciled since the last look, and none is in trouble."""
        libraries = document["libraries"]
        now = {each["name"]: each["last_reconcile_at"] for each in libraries}
        # What was done before this start was told then.
        is_new = any(at != self._reconciled.get(name, at) for name, at in now.items())
        self._reconciled = now
        return is_new and all(each["state"] in _FINE for each in libraries)

    def _tell(self, notice: Notice) -> None:
        for way in self._ways:
            send = partial(way.send, notice)
            self._background.do(partial(self._try, way.name, send, logging.WARNING))

    def _try(self, name: str, send: Callable[[], None], level: int) -> None:
        try:
            send()
        except NotToldError as error:
            if self._trouble.get(name) != str(error):
                log.log(level, "nobody was told by %s: %s", name, error)
            self._trouble[name] = str(error)
        else:
            self._trouble.pop(name, None)
