"""`/metrics`: free at a socket, whose mode says who may ask; at a port for who has the token."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from syncd.errors import KeyLookupError
from syncd.page.replies import Reply
from syncd.system.credentials import read_secret

log = logging.getLogger(__name__)

CREDENTIAL = "metrics"
_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SCHEME = "bearer"


class MetricsAccess:
    """Gives the numbers to who may see them."""

    def __init__(self, text: Callable[[], str], token_file: Path | None, *, is_free: bool) -> None:
        self._text = text
        self._token_file = token_file
        self._is_free = is_free
        self._trouble = ""

    def answer(self, authorization: str) -> Reply:
        """Answer a request that bears this `Authorization`."""
        if self._is_free or self._is_let_in(authorization):
            return Reply(HTTPStatus.OK, self._text().encode(), _CONTENT_TYPE)
        return Reply(
            HTTPStatus.UNAUTHORIZED,
            b"a token is needed\n",
            "text/plain",
            {"WWW-Authenticate": 'Bearer realm="syncd"'},
        )

    def _is_let_in(self, authorization: str) -> bool:
        scheme, _, sent = authorization.partition(" ")
        # Read at each request, so that a token can be changed while the daemon works.
        token = self._find_token()
        return (
            token is not None
            and scheme.lower() == _SCHEME
            and hmac.compare_digest(sent.strip().encode(), token.encode())
        )

    def _find_token(self) -> str | None:
        try:
            token = read_secret(CREDENTIAL, self._token_file)
        except KeyLookupError as error:
            if str(error) != self._trouble:
                log.warning("/metrics is told to nobody: %s", error)
            self._trouble = str(error)
            return None
        self._trouble = ""
        return token
