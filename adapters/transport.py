"""One HTTP session with one server: what goes wrong on the wire becomes one of our errors.

It never sleeps and never sends anything twice: whoever can read the ledger decides what happens
after a failure. A request that was sent and not answered may have been carried out; for a read
that does not matter, for a write it is `OutcomeUnknownError`.

The key is put on a request here, at the last moment and only for the server it belongs to, so
that no other code holds it and no redirect can carry it away. Where the server echoes it, it is
scrubbed from the words here, before they become part of an error.

BACKOFF     what a server asks for on a good answer: finish what you are doing, then pause
"""

from __future__ import annotations

import logging
import os
import re
import ssl
import urllib.request
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import httpx2

from adapters.deadline import Deadline
from adapters.patience import Patience
from adapters.scrubbing import scrub, scrub_all
from syncd.errors import (
    NO_DESCRIPTORS,
    AccessDeniedError,
    CertificatesError,
    ConflictError,
    LibraryError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
    UnreachableError,
    UnreadError,
)
from syncd.system.clock import Clock, SystemClock

_CONNECT_SECONDS = 10.0
_READ_SECONDS = 60.0
_WRITE_SECONDS = 120.0
"""Zotero's server takes seconds for fifty items, and 20 s for one with 3,000 authors."""
_WHOLE_REQUEST = timedelta(minutes=5)
"""The longest that one request may take, from the connection to the answer's last byte."""
_MOST_BYTES = 64 << 20
"""Of an answer, unpacked: a page of a hundred of the largest items takes less."""

_LONGEST_PATIENCE = timedelta(days=1)
_WORDS = 300
"""How much of a server's words is repeated."""

_MARKUP = re.compile(r"<(script|style)(?:.*?</\1>|.*+)|<[^<>]*+>", re.DOTALL)

_IS_PAGE = re.compile(rb"\s*+(?:<\?[^>]*+>\s*+)?+<(?:!doctype|html|head|body)\b", re.IGNORECASE)
"""How a page of something in between begins; Zotero's errors are plain sentences."""

_UNANSWERED = "none"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_UNDERSTOOD = ("application/json", "text/plain")
_STOPS_PYZOTERO = frozenset({"backoff", "retry-after"})
"""Headers at which pyzotero sleeps in the caller's thread; they are dealt with here."""
_DONE_WITH = frozenset({"content-encoding", "content-length", "transfer-encoding"})

_NOTHING_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)

for _name in ("httpx2", "httpcore2"):
    # httpx2 logs every address at INFO; the story of a run is told by `run`, in fewer words.
    logging.getLogger(_name).setLevel(logging.WARNING)


class HttpAnswer(NamedTuple):
    """A server's answer, read to its end."""

    status: int
    headers: httpx2.Headers
    body: bytes
    writing: bool
    """The request was one that changes something."""
    key: str | None = None
    """The key that the request carried."""

    @property
    def words(self) -> str:
        """Return what the server says, in one line, without markup and without the key."""
        text = self.body[: 20 * _WORDS].decode("utf-8", "replace")
        text = " ".join(_MARKUP.sub(" ", text).split())
        return scrub(text, self.key)[:_WORDS] or _reason(self.status)


class Transport(httpx2.BaseTransport):
    """Carries requests to one server and answers back, or raises a `LibraryError`.

    Only whole, successful answers come back.
    """

    unreachable: type[UnavailableError] = UnreachableError
    """What it is called that the server gave no answer, and did nothing."""
    nothing_sent: tuple[type[httpx2.RequestError], ...] = _NOTHING_SENT
    """What says that the server has nothing to carry out."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        inner: httpx2.BaseTransport | None = None,
        longest: timedelta = _WHOLE_REQUEST,
    ) -> None:
        self._origin = _origin(httpx2.URL(url))
        self._clock = clock or SystemClock()
        self._inner = inner or open_wire(url)
        self._deadline = Deadline(longest)
        self.patience = Patience(self._clock)
        """What the server asked for with `Backoff`; whoever begins work asks it first."""
        self.key: str | None = None
        self._requests: Counter[str] = Counter()
        self.schema_version: int | None = None
        """The item schema that the server said it uses."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request. Raises `LibraryError`."""
        self._prepare(request)
        self.patience.begin_request()
        answer = self._exchange(request)
        self._note(answer)
        if not HTTPStatus(200) <= answer.status < HTTPStatus(300):
            raise self._refusal(answer)
        if answer.body and not _is_understood(answer):
            raise _not_an_answer(answer)
        return _rebuilt(answer)

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()

    def _prepare(self, request: httpx2.Request) -> None:
        if _origin(request.url) != self._origin:
            raise UnavailableError(
                f"will not talk to {request.url.host} on behalf of {self._origin}"
            )
        # pyzotero believes in a key of its own making and in 30 seconds for everything.
        request.headers.pop("Authorization", None)
        if self.key is not None:
            request.headers["Zotero-API-Key"] = self.key
        patience = _READ_SECONDS if request.method in _READING else _WRITE_SECONDS
        request.extensions = {
            **request.extensions,
            "timeout": httpx2.Timeout(patience, connect=_CONNECT_SECONDS).as_dict(),
            "trace": self._deadline.trace,
        }

    def _exchange(self, request: httpx2.Request) -> HttpAnswer:
        writing = request.method not in _READING
        try:
            with self._deadline.running():
                response = self._inner.handle_request(request)
                try:
                    body = _read(response)
                finally:
                    response.close()
        except self.nothing_sent as error:
            self._requests[_UNANSWERED] += 1
            raise self.unreachable(f"cannot reach {self._origin}: {self._told(error)}") from None
        except httpx2.RequestError as error:
            self._requests[_UNANSWERED] += 1
            told = f"{self._origin} did not answer: {self._told(error)}"
            raise (OutcomeUnknownError if writing else self.unreachable)(told) from None
        self._requests[str(response.status_code)] += 1
        return HttpAnswer(response.status_code, response.headers, body, writing, self.key)

    def take_requests(self) -> Mapping[str, int]:
        """Return how many requests were answered with which status since the last call."""
        taken, self._requests = self._requests, Counter()
        return taken

    def scrub(self, value: Any) -> Any:
        """Return a JSON value of the server's without the key in any of its texts."""
        return scrub_all(value, self.key)

    def _told(self, error: httpx2.RequestError) -> str:
        # The cause is not kept: where a header is malformed, it quotes the header.
        if self._deadline.passed:
            return f"its answer was not complete after {self._deadline.patience}"
        return scrub(str(error), self.key)[:_WORDS] or type(error).__name__

    def _note(self, answer: HttpAnswer) -> None:
        version = answer.headers.get("zotero-schema-version", "")
        if version.isdecimal():
            self.schema_version = int(version)
        backoff = parse_wait(answer.headers.get("backoff"), self._clock.now)
        if backoff is not None:
            self.patience.ask(backoff)

    def _refusal(self, answer: HttpAnswer) -> LibraryError:
        asks_to_wait = answer.status == HTTPStatus.BAD_REQUEST and "retry-after" in answer.headers
        if asks_to_wait or answer.status in _NOT_NOW:
            # All are said before anything is done: by the limiter (of files with 400, too), or
            # during maintenance.
            asked = parse_wait(
                answer.headers.get("retry-after") or answer.headers.get("backoff"),
                self._clock.now,
            )
            return UnavailableError(answer.words, retry_after=asked, status=answer.status)
        if 300 <= answer.status < 400 and "location" in answer.headers:
            return self._redirection(answer)
        make = _BY_STATUS.get(answer.status)
        if make is not None:
            return make(answer)
        if answer.status >= 500:
            return _failed(answer)
        return _away(answer)

    def _redirection(self, answer: HttpAnswer) -> LibraryError:
        """Refuse to follow: the key belongs to this server, and a portal is not Zotero."""
        target = scrub(answer.headers["location"], answer.key)
        return UnavailableError(
            f"{self._origin} sends us on to {target.split('?')[0][:_WORDS]}, "
            "which is not followed; is there a login page in between?",
            status=answer.status,
        )


def open_client(transport: Transport) -> httpx2.Client:
    """Return a client over this transport that adds nothing from the environment."""
    return httpx2.Client(transport=transport, follow_redirects=False, trust_env=False)


def open_wire(url: str) -> httpx2.BaseTransport:
    """Return what carries requests to an address, by the proxy and certificates of this machine.

    Raises `UnavailableError` where these are no good.
    """
    trusted = _open_certificates()
    try:
        return httpx2.HTTPTransport(verify=trusted, proxy=find_proxy(url))
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        # Going around a proxy that cannot be used would be a surprise. Its address is not
        # repeated, nor is what is wrong with it: a password may stand in it.
        why = "it needs SOCKS" if isinstance(error, ImportError) else "its address is malformed"
        raise UnreachableError(f"the proxy that the environment names: {why}") from None


def _open_certificates() -> ssl.SSLContext:
    """Return whom to trust. Raises `CertificatesError` for a place that has no certificates."""
    directory = os.environ.get("SSL_CERT_DIR")
    # OpenSSL is content with a directory that is not there, and then trusts nobody.
    if directory and not any(Path(each).is_dir() for each in directory.split(os.pathsep)):
        raise CertificatesError(f"the certificates in SSL_CERT_DIR ({directory}): no such folder")
    try:
        return httpx2.create_ssl_context()
    except OSError as error:
        if error.errno in NO_DESCRIPTORS:
            raise
        place = os.environ.get("SSL_CERT_FILE")
        where = f"SSL_CERT_FILE ({place})" if place else "the place that this machine keeps them"
        told = error.strerror or "cannot be read"
        raise CertificatesError(f"the certificates in {where}: {told}") from error


def find_proxy(url: str) -> str | None:
    """Return the proxy that the environment names for this address; never one for loopback."""
    parsed = httpx2.URL(url)
    if parsed.host in ("localhost", "127.0.0.1", "::1"):
        return None
    if urllib.request.proxy_bypass(parsed.host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(parsed.scheme) or proxies.get("all")


def parse_wait(text: str | None, now: Callable[[], datetime]) -> timedelta | None:
    """Read a time to wait: seconds, or an HTTP date. None where it is neither."""
    if text is None:
        return None
    text = text.strip()
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(text) - now()
        except (ValueError, TypeError):
            return None
    return min(max(wait, timedelta()), _LONGEST_PATIENCE)


def _conflict(answer: HttpAnswer) -> LibraryError:
    # A token is used once per call, so only a helper on the way can have sent it twice.
    if "Write token already used" in answer.words:
        return OutcomeUnknownError(answer.words, status=answer.status)
    return ConflictError(answer.words, status=answer.status)


def _failed(answer: HttpAnswer) -> LibraryError:
    """A server that fell over may have carried out a part of a write first."""
    told = f"{answer.status}: {answer.words}"
    kind = OutcomeUnknownError if answer.writing else UnavailableError
    return kind(told, status=answer.status)


def _not_an_answer(answer: HttpAnswer) -> LibraryError:
    told = f"something that is not Zotero answered, with {answer.status}: {answer.words}"
    kind = OutcomeUnknownError if answer.writing else UnavailableError
    return kind(told, status=answer.status)


def _denied(answer: HttpAnswer) -> LibraryError:
    """Zotero says in a plain sentence what a key lacks; a page is something in between speaking."""
    if _is_page(answer):
        return _unread(answer)
    return AccessDeniedError(answer.words, status=answer.status)


def _away(answer: HttpAnswer) -> LibraryError:
    """Return the error for a refusal that says nothing about what was sent.

    The library is locked for a moment, something on the way dropped a header or lets nothing
    pass: nothing was written, and it passes by itself.
    """
    return UnavailableError(answer.words, status=answer.status)


def _unread(answer: HttpAnswer) -> LibraryError:
    """Return the error for a request that nothing was made of.

    What Zotero has to say about a record stands in the report of a write, under that record.
    """
    told = f"{answer.status}: {answer.words}"
    return UnreadError(told, in_words=not _is_page(answer), status=answer.status)


def _too_large(answer: HttpAnswer) -> LibraryError:
    return RejectedError(answer.words, too_large=True, status=answer.status)


_NOT_NOW = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_BY_STATUS: Mapping[int, Callable[[HttpAnswer], LibraryError]] = {
    HTTPStatus.BAD_REQUEST: _unread,
    HTTPStatus.UNAUTHORIZED: _denied,
    HTTPStatus.FORBIDDEN: _denied,
    # The only addresses we ask for are a library's own: it is the library that is not there.
    HTTPStatus.NOT_FOUND: _denied,
    HTTPStatus.REQUEST_TIMEOUT: _failed,
    HTTPStatus.PRECONDITION_FAILED: _conflict,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _too_large,
    HTTPStatus.UNPROCESSABLE_ENTITY: _unread,
}
"""What a server refuses with; other refusals are `_away`."""


def _is_page(answer: HttpAnswer) -> bool:
    return _IS_PAGE.match(answer.body[: 20 * _WORDS]) is not None


def _is_understood(answer: HttpAnswer) -> bool:
    return answer.headers.get("content-type", "").lower().startswith(_UNDERSTOOD)


def _rebuilt(answer: HttpAnswer) -> httpx2.Response:
    """Make the answer that the caller sees: unpacked, and without what pyzotero trips over."""
    dropped = _STOPS_PYZOTERO | _DONE_WITH
    kept = [(name, value) for name, value in answer.headers.items() if name not in dropped]
    return httpx2.Response(answer.status, headers=kept, content=answer.body)


def _origin(url: httpx2.URL) -> str:
    port = "" if url.port is None else f":{url.port}"
    return f"{url.scheme}://{url.host}{port}"


def _read(response: httpx2.Response) -> bytes:
    """Read and unpack an answer, piece by piece, as far as one of that size can be meant.

    Raises `httpx2.RequestError`.
    """
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > _MOST_BYTES:
            raise httpx2.DecodingError(f"more than {_MOST_BYTES >> 20} MB, which is no page")
        pieces.append(piece)
    return b"".join(pieces)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"status {status}"
