"""What goes wrong on the wire becomes the error that says what to do next."""

from __future__ import annotations

import gzip
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.transport import Transport, find_proxy, open_client, parse_wait
from syncd.errors import (
    AccessDeniedError,
    CertificatesError,
    ConflictError,
    LibraryError,
    OutcomeUnknownError,
    RejectedError,
    UnavailableError,
    UnreadError,
)

URL = "https://api.example.org"
KEY = "CanaryKey234567890abcdef"
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


class StillClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def now(self) -> datetime:
        return NOW + self.passed

    def elapsed(self) -> timedelta:
        return self.passed


class Wire:
    """The other end: answers as a test says, and keeps what it saw."""

    def __init__(self, answer: httpx2.Response | Exception) -> None:
        self.answer = answer
        self.seen: list[httpx2.Request] = []
        self.clock = StillClock()
        self.transport = Transport(URL, clock=self.clock, inner=httpx2.MockTransport(self._reply))
        self.client = open_client(self.transport)

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def read(self, path: str = "/items") -> httpx2.Response:
        return self.client.get(URL + path)

    def write(self) -> httpx2.Response:
        return self.client.post(URL + "/items", json=[])


def answer(
    status: int = 200, text: str = "[]", kind: str = "application/json", **headers: str
) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, headers={"content-type": kind} | named, text=text)


# Answers


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (301, UnavailableError, UnavailableError),
        (302, UnavailableError, UnavailableError),
        (304, UnavailableError, UnavailableError),
        (307, UnavailableError, UnavailableError),
        (400, UnreadError, UnreadError),
        (401, AccessDeniedError, AccessDeniedError),
        (403, AccessDeniedError, AccessDeniedError),
        (404, AccessDeniedError, AccessDeniedError),
        (405, UnavailableError, UnavailableError),
        (407, UnavailableError, UnavailableError),
        (408, UnavailableError, OutcomeUnknownError),
        (409, UnavailableError, UnavailableError),
        (412, ConflictError, ConflictError),
        (413, RejectedError, RejectedError),
        (417, UnavailableError, UnavailableError),
        (421, UnavailableError, UnavailableError),
        (422, UnreadError, UnreadError),
        (425, UnavailableError, UnavailableError),
        (423, UnavailableError, UnavailableError),
        (428, UnavailableError, UnavailableError),
        (429, UnavailableError, UnavailableError),
        (431, UnavailableError, UnavailableError),
        (500, UnavailableError, OutcomeUnknownError),
        (502, UnavailableError, OutcomeUnknownError),
        (503, UnavailableError, UnavailableError),
        (504, UnavailableError, OutcomeUnknownError),
        (599, UnavailableError, OutcomeUnknownError),
    ],
)
def test_every_status_has_its_error(
    status: int, reading: type[LibraryError], writing: type[LibraryError]
) -> None:
    wire = Wire(answer(status, "The server's own words", "text/html"))

    with pytest.raises(LibraryError, match=r"own words|sends us on") as read:
        wire.read()
    with pytest.raises(LibraryError) as written:
        wire.write()

    assert type(read.value) is reading
    assert type(written.value) is writing


def test_413_says_that_fewer_may_pass() -> None:
    with pytest.raises(RejectedError) as caught:
        Wire(answer(413)).write()

    assert caught.value.too_large


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize(
    "page",
    ["<html><h1>Not here</h1>", "\n<!DOCTYPE html>", "<?xml version='1.0'?>\n<HTML lang='en'>"],
)
def test_a_page_is_none_of_zoteros_sentences_and_says_nothing_of_record_or_key(
    status: int, page: str
) -> None:
    with pytest.raises(UnreadError):
        Wire(answer(status, page, "text/html")).write()


def test_a_token_that_was_used_means_that_somebody_sent_the_write_twice() -> None:
    with pytest.raises(OutcomeUnknownError):
        Wire(answer(412, "Write token already used", "text/html")).write()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry_after": "10"}, timedelta(seconds=10)),
        ({"retry_after": "Mon, 23 Nov 2026 12:00:30 GMT"}, timedelta(seconds=30)),
        ({"retry_after": "soon"}, None),
        ({"backoff": "4"}, timedelta(seconds=4)),
    ],
)
def test_a_busy_server_says_for_how_long(
    status: int, headers: dict[str, str], wait: timedelta | None
) -> None:
    with pytest.raises(UnavailableError) as caught:
        Wire(answer(status, "Slow down", "text/html", **headers)).write()

    assert caught.value.retry_after == wait


def test_a_bad_request_that_may_be_repeated_was_only_one_too_many() -> None:
    with pytest.raises(UnavailableError) as caught:
        Wire(answer(400, "Too many queued uploads", "text/html", retry_after="300")).write()

    assert caught.value.retry_after == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        (None, None),
        ("", None),
        ("0", timedelta()),
        (" 7 ", timedelta(seconds=7)),
        ("1.5", timedelta(seconds=1.5)),
        ("-3", timedelta()),
        ("1e99", None),
        ("nan", None),
        ("86401000", timedelta(days=1)),
        ("Mon, 23 Nov 2026 12:01:00 GMT", timedelta(minutes=1)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", timedelta()),
        ("Mon, 23 Nov 2026 12:01:00 -0000", None),
        ("tomorrow", None),
    ],
)
def test_a_time_to_wait_is_seconds_or_a_date(text: str | None, wait: timedelta | None) -> None:
    assert parse_wait(text, lambda: NOW) == wait


@pytest.mark.parametrize(
    ("kind", "text"), [("text/html", "<h1>Log in</h1>"), ("application/xml", "<feed/>")]
)
def test_a_page_with_status_200_is_no_success(kind: str, text: str) -> None:
    wire = Wire(answer(200, text, kind))

    with pytest.raises(UnavailableError, match="not Zotero"):
        wire.read()
    with pytest.raises(OutcomeUnknownError, match="not Zotero"):
        wire.write()


def test_a_servers_words_are_one_short_line_without_markup() -> None:
    page = "<style>p {}</style><h1>Sorry,</h1>\n <p>we are " + "very " * 500 + "busy</p>"

    with pytest.raises(UnavailableError) as caught:
        Wire(answer(503, page, "text/html")).read()

    assert str(caught.value).startswith("Sorry, we are very very")
    assert len(str(caught.value)) <= 300
    assert "\n" not in str(caught.value)


def test_a_refusal_without_words_still_says_something() -> None:
    with pytest.raises(UnavailableError, match="Service Unavailable"):
        Wire(answer(503, "")).read()


# The wire itself


def all_kinds(kind: type[Exception]) -> set[type[Exception]]:
    return {kind}.union(*(all_kinds(child) for child in kind.__subclasses__()))


NOTHING_SENT = {
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
}
TRANSPORT_ERRORS = sorted(all_kinds(httpx2.RequestError), key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", TRANSPORT_ERRORS)
def test_every_way_in_which_the_wire_breaks_is_sorted(kind: Callable[[str], Exception]) -> None:
    wire = Wire(kind("it broke"))

    with pytest.raises(UnavailableError):
        wire.read()
    with pytest.raises(UnavailableError if kind in NOTHING_SENT else OutcomeUnknownError):
        wire.write()


@pytest.mark.parametrize("error", [httpx2.ReadError("reset"), httpx2.RemoteProtocolError("short")])
def test_an_answer_that_breaks_off_is_no_answer(error: Exception) -> None:
    class Broken(httpx2.SyncByteStream):
        def __iter__(self) -> Any:
            yield b"[1,"
            raise error

    headers = {"content-type": "application/json"}
    wire = Wire(httpx2.Response(200, headers=headers, stream=Broken()))

    with pytest.raises(OutcomeUnknownError):
        wire.write()


def test_nothing_is_sent_twice() -> None:
    wire = Wire(httpx2.ReadTimeout("slow"))

    with pytest.raises(OutcomeUnknownError):
        wire.write()

    assert len(wire.seen) == 1


@pytest.mark.parametrize(("method", "patience"), [("GET", 60.0), ("POST", 120.0)])
def test_nobody_elses_timeout_holds(method: str, patience: float) -> None:
    wire = Wire(answer())

    wire.client.request(method, URL, timeout=1)

    limits = wire.seen[0].extensions["timeout"]
    assert limits["connect"] == 10.0
    assert limits["read"] == limits["write"] == patience


def test_packed_answers_are_unpacked() -> None:
    packed = httpx2.Response(
        200,
        headers={"content-type": "application/json", "content-encoding": "gzip"},
        content=gzip.compress(b'["a"]'),
    )

    assert Wire(packed).read().json() == ["a"]


# The key


def test_the_key_is_put_on_each_request_and_stands_in_for_any_other() -> None:
    wire = Wire(answer())
    wire.transport.key = KEY

    wire.client.get(URL, headers={"Authorization": "Bearer current"})

    assert wire.seen[0].headers["zotero-api-key"] == KEY
    assert "authorization" not in wire.seen[0].headers


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example.org/items",
        "http://api.example.org/items",
        "https://api.example.org:8443/items",
        "https://api.example.org.evil.org/",
    ],
)
def test_another_server_gets_no_request_at_all(elsewhere: str) -> None:
    wire = Wire(answer())
    wire.transport.key = KEY

    with pytest.raises(UnavailableError, match="will not talk to"):
        wire.client.get(elsewhere)

    assert wire.seen == []


def test_a_redirect_is_not_followed_and_its_query_not_repeated() -> None:
    target = "https://portal.example.net/login?session=secret"
    wire = Wire(answer(302, "", location=target))

    with pytest.raises(UnavailableError, match=r"portal\.example\.net/login") as caught:
        wire.read()

    assert len(wire.seen) == 1
    assert "secret" not in str(caught.value)


def test_no_log_tells_an_address_or_a_key(caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire(answer())
    wire.transport.key = KEY

    with caplog.at_level(logging.DEBUG):
        wire.read("/users/1/items?itemKey=AAAA2222")

    assert "AAAA2222" not in caplog.text
    assert KEY not in caplog.text


# Patience


def test_backoff_on_a_good_answer_is_remembered_until_it_is_over() -> None:
    wire = Wire(answer(backoff="30"))
    assert wire.transport.patience.left() is None

    for _ in range(8):
        wire.read()

    assert wire.transport.patience.left() == timedelta(seconds=30)
    wire.clock.passed = timedelta(seconds=29)
    assert wire.transport.patience.left() == timedelta(seconds=1)
    wire.clock.passed = timedelta(seconds=30)
    assert wire.transport.patience.left() is None


def test_backoff_on_a_refusal_is_remembered_too() -> None:
    wire = Wire(answer(412, backoff="30"))

    for _ in range(8):
        with pytest.raises(ConflictError):
            wire.write()

    assert wire.transport.patience.left() == timedelta(seconds=30)


def test_what_would_make_pyzotero_sleep_does_not_reach_it() -> None:
    response = Wire(answer(backoff="30", retry_after="30")).read()

    assert "backoff" not in response.headers
    assert "retry-after" not in response.headers


def test_the_servers_schema_version_is_noted() -> None:
    wire = Wire(answer(zotero_schema_version="42"))

    wire.read()

    assert wire.transport.schema_version == 42


# Proxies


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, URL, None),
        ({"https_proxy": "http://proxy:3128"}, URL, "http://proxy:3128"),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "example.org"}, URL, None),
        ({"all_proxy": "http://proxy:3128"}, URL, "http://proxy:3128"),
        ({"http_proxy": "http://proxy:3128"}, "http://127.0.0.1:8080", None),
    ],
)
def test_a_proxy_is_taken_from_the_environment_but_not_for_loopback(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, proxy: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert find_proxy(url) == proxy


def test_a_proxy_that_cannot_be_used_is_not_gone_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "carrier-pigeon://loft:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(UnavailableError, match="proxy"):
        Transport(URL)


# The key in what the server says


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 409, 412, 413, 428, 429, 500, 503])
@pytest.mark.parametrize(
    "page", ["your headers: Zotero-API-Key: {0}", "<p>{0}</p>" + "x" * 400, "x" * 290 + "{0}"]
)
def test_a_key_that_the_server_echoes_is_not_repeated(status: int, page: str) -> None:
    echo = {"location": f"https://portal.example.org/?k=/{KEY}", "x-your-key": KEY}
    wire = Wire(answer(status, page.format(KEY), "text/html", **echo))
    wire.transport.key = KEY

    for ask in (wire.read, wire.write):
        with pytest.raises(LibraryError) as caught:
            ask()
        assert KEY[:8] not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize("kind", [httpx2.RemoteProtocolError, httpx2.LocalProtocolError])
def test_a_key_in_a_malformed_header_is_not_repeated_by_the_cause_either(
    kind: type[httpx2.RequestError],
) -> None:
    wire = Wire(kind(f"illegal header line: bytearray(b'Zotero-API-Key {KEY}')"))
    wire.transport.key = KEY

    with pytest.raises(LibraryError, match="illegal header line") as caught:
        wire.read()

    assert KEY not in "".join(traceback.format_exception(caught.value))


# Whom to trust


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_are_not_there_are_named_with_their_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "/nowhere/at/all")

    with pytest.raises(CertificatesError, match=rf"{variable} \(/nowhere/at/all\): ."):
        Transport(URL)


def test_a_file_that_holds_no_certificates_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("not one certificate\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    with pytest.raises(CertificatesError, match="SSL_CERT_FILE"):
        Transport(URL)


@pytest.mark.parametrize(
    "proxy", ["http://me:hunter2@proxy.example:port", "gopher://me:hunter2@proxy.example"]
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("https_proxy", proxy)

    with pytest.raises(UnavailableError, match="proxy") as caught:
        Transport(URL)

    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_what_was_not_answered_counts_too() -> None:
    wire = Wire(httpx2.ReadTimeout("silence"))
    for answer in (httpx2.ReadTimeout("silence"), httpx2.ConnectError("no"), httpx2.Response(429)):
        wire.answer = answer
        with pytest.raises(LibraryError):
            wire.client.get(URL)

    assert wire.transport.take_requests() == {"none": 2, "429": 1}
    assert wire.transport.take_requests() == {}
