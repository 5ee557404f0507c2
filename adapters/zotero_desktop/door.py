"""Whether Zotero runs and has started.

A Zotero that is asked anything at `/api/` while it starts freezes for good (observed), so nothing
there is touched before its window has answered: the connector's address says which collection is
selected, and can say so only then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx2

from syncd.errors import UnavailableError
from syncd.system.clock import Clock

_SECONDS = 5.0
"""How long an answer of the window is waited for; one that comes later does no harm."""

_LASTS = timedelta(seconds=1)
"""A program that has just answered has not been started again since."""

_FROZEN_AFTER = timedelta(minutes=1)


class Door:
    """Tells why a Zotero does not answer. `inner` carries the requests; it is not closed here."""

    def __init__(self, url: str, clock: Clock, inner: httpx2.BaseTransport) -> None:
        self._url = url
        self._clock = clock
        self._http = httpx2.Client(
            transport=inner, trust_env=False, follow_redirects=False, timeout=_SECONDS
        )
        self._answered: timedelta | None = None
        self._silent_since: timedelta | None = None
        self.gone_at: datetime | None = None
        """When the program was last seen not to run; whatever it was at work on has ended then."""

    def expect_open(self) -> None:
        """Raise `UnavailableError`, which says what is the matter, unless Zotero has started."""
        if self._answered is not None and self._clock.elapsed() - self._answered < _LASTS:
            return
        try:
            response = self._http.post(f"{self._url}/connector/getSelectedCollection", json={})
        except httpx2.ConnectError:
            self._silent_since = None
            self.gone_at = self._clock.now()
            raise UnavailableError(
                f"Zotero is not running: nothing answers at {self._url}"
            ) from None
        except httpx2.RequestError:
            raise UnavailableError(self._words_of_silence()) from None
        if response.status_code != httpx2.codes.OK:
            raise UnavailableError(
                f"Zotero is starting (its window answers with {response.status_code})"
            )
        self.note_answer()

    def note_answer(self) -> None:
        """The program has answered: it is there, and has started."""
        self._answered = self._clock.elapsed()
        self._silent_since = None

    def note_silence(self) -> str:
        """The local API did not answer; return what is the matter with the program, in words."""
        self._answered = None
        return self._words_of_silence()

    def _words_of_silence(self) -> str:
        now = self._clock.elapsed()
        self._silent_since = now if self._silent_since is None else self._silent_since
        if now - self._silent_since < _FROZEN_AFTER:
            return "Zotero is starting or busy; it is asked again later"
        return (
            "Zotero runs, and has not answered for more than a minute: it is frozen or shows a "
            "dialog. Answer the dialog, or else restart Zotero"
        )
