"""One HTTP session with the running Zotero: what its answers mean."""

from __future__ import annotations

from datetime import timedelta

import httpx2

from adapters.transport import HttpAnswer, Transport
from syncd.errors import AccessDeniedError, Denial, LibraryError, UnavailableError
from syncd.system.clock import Clock

_WRITE_SECONDS = 540.0
_WHOLE_WRITE = timedelta(minutes=10)
"""Five items take seconds; with a dialog open, or in a machine that is hard at work, minutes."""

_SWITCHED_OFF = (
    "Zotero's local API is switched off; switch it on in Zotero, Settings, Advanced: "
    '"Allow other applications on this computer to communicate with Zotero"'
)


class LocalTransport(Transport):
    """Carries requests to the running Zotero.

    `server_id` is which database has answered; once it is known, another one is refused. `token`
    goes with each write.
    """

    # Half a request does nothing (observed), and what failed was the sending of a part of it.
    unreachable = UnavailableError
    nothing_sent = (*Transport.nothing_sent, httpx2.WriteError, httpx2.WriteTimeout)

    def __init__(self, url: str, clock: Clock, inner: httpx2.BaseTransport) -> None:
        super().__init__(url, clock=clock, inner=inner, longest=_WHOLE_WRITE)
        self.server_id: str | None = None
        self.answering_id: str | None = None
        """Which database gave the last answer."""
        self.token: str | None = None

    def _prepare(self, request: httpx2.Request) -> None:
        super()._prepare(request)
        # pyzotero makes a token of its own for each call; ours were written down before.
        request.headers.pop("Zotero-Write-Token", None)
        if self.server_id is not None:
            request.headers["Zotero-Server-ID"] = self.server_id
        if request.method == "POST":
            if self.token is not None:
                request.headers["Zotero-Write-Token"] = self.token
            timeout = {**request.extensions["timeout"], "read": _WRITE_SECONDS}
            request.extensions = {**request.extensions, "timeout": timeout}

    def _note(self, answer: HttpAnswer) -> None:
        super()._note(answer)
        self.answering_id = answer.headers.get("zotero-server-id")

    def _refusal(self, answer: HttpAnswer) -> LibraryError:
        words = answer.words
        if answer.status == httpx2.codes.FORBIDDEN and "not enabled" in words:
            # The preference acts at once, so waiting is all there is to do.
            return UnavailableError(_SWITCHED_OFF, status=answer.status)
        if answer.status == httpx2.codes.PRECONDITION_FAILED and "Server-ID" in words:
            return UnavailableError(
                "another Zotero database answers than the one that was open until now",
                status=answer.status,
            )
        if answer.status == httpx2.codes.UNAUTHORIZED:
            return AccessDeniedError(
                "Zotero does not allow syncd to write, or no longer",
                denial=Denial.NOT_ALLOWED,
                status=answer.status,
            )
        return super()._refusal(answer)
