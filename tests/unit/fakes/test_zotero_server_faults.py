"""The test server misbehaves as it was told to, and only then."""

from __future__ import annotations

import http.client
import time
from typing import Any

import pytest

from tests.fakes.zotero_server.raw import Raw, article

pytest_plugins = ("tests.fakes.zotero_server.fixtures",)

A, B = "AAAA2222", "BBBB2222"


def items_of(raw: Raw) -> set[str]:
    return set(raw.server.state(raw.account.library)["items"])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("lost reply", http.client.RemoteDisconnected),
        ("truncated", http.client.IncompleteRead),
        ("reset reply", ConnectionResetError),
    ],
)
def test_a_write_lands_although_its_answer_does_not(
    raw: Raw, fault: str, error: type[Exception]
) -> None:
    raw.server.arm(fault)

    with pytest.raises(error):
        raw.post(article(A))

    assert items_of(raw) == {A}


def test_a_reset_before_the_request_is_read_writes_nothing(raw: Raw) -> None:
    raw.server.arm("reset")

    with pytest.raises(ConnectionResetError):
        raw.post(article(A))

    assert items_of(raw) == set()


def test_half_a_batch_is_committed_and_the_server_falls_over(raw: Raw) -> None:
    raw.server.arm("half batch", method="POST")

    reply = raw.post(article(A), article(B))

    assert reply.status == 500
    assert items_of(raw) == {A}


@pytest.mark.parametrize(
    ("fault", "options", "status"),
    [
        ("status", {"status": 429, "headers": {"Retry-After": "7"}}, 429),
        ("status", {"status": 503}, 503),
        ("html", {}, 200),
        ("redirect", {"location": "http://elsewhere.example/"}, 302),
    ],
)
def test_nothing_is_done_and_something_else_is_answered(
    raw: Raw, fault: str, options: dict[str, Any], status: int
) -> None:
    raw.server.arm(fault, **options)

    reply = raw.post(article(A))

    assert reply.status == status
    assert items_of(raw) == set()
    for name, value in options.get("headers", {}).items():
        assert reply.headers[name.lower()] == value


@pytest.mark.parametrize("fault", ["slow", "stall"])
def test_an_answer_may_take_its_time(raw: Raw, fault: str) -> None:
    raw.server.arm(fault, seconds=0.3)

    start = time.monotonic()
    reply = raw.post(article(A))

    assert time.monotonic() - start >= 0.3
    assert "0" in reply.json["successful"]


def test_a_good_answer_may_ask_for_backoff(raw: Raw) -> None:
    raw.server.arm("backoff", seconds=9)

    assert raw.post(article(A)).headers["backoff"] == "9"
    assert "backoff" not in raw.get("/items").headers


def test_a_key_is_revoked_under_a_clients_feet(raw: Raw) -> None:
    raw.server.arm("revoked", after=1)

    assert raw.get("/items").status == 200
    assert raw.get("/items").text == "Invalid key"
    assert raw.get("/items").text == "Invalid key"


def test_a_fault_is_armed_for_the_nth_matching_request(raw: Raw) -> None:
    raw.server.arm("status", status=500, method="POST", path="/items", after=1, times=2)

    statuses = [raw.post(article()).status for _ in range(4)]

    assert statuses == [200, 500, 500, 200]
    assert raw.get("/items").status == 200
    assert raw.server.faults_struck() == 2


def test_a_fault_may_strike_by_chance_and_the_same_way_again(raw: Raw) -> None:
    def strikes() -> list[int]:
        raw.server.disarm()
        raw.server.arm("status", status=503, times=None, probability=0.5, seed=7)
        return [raw.get("/items").status for _ in range(30)]

    first = strikes()

    assert first == strikes()
    assert 5 < first.count(503) < 25


def test_a_fixed_time_per_batch_does_not_depend_on_its_size(raw: Raw) -> None:
    raw.server.configure(delay_per_batch=0.3)

    def seconds_for(number: int) -> float:
        start = time.monotonic()
        raw.post(*(article() for _ in range(number)))
        return time.monotonic() - start

    assert 0.3 <= seconds_for(1) < 2
    assert 0.3 <= seconds_for(50) < 2


def test_the_journal_shows_what_was_asked(raw: Raw) -> None:
    raw.server.forget_requests()

    raw.post(article(), article())
    raw.get("/items", since=3)

    first, second = raw.server.requests()
    assert (first["method"], first["objects"], first["status"]) == ("POST", 2, 200)
    assert second["query"] == {"since": "3"}
