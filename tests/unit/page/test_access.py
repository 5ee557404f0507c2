"""Links are good once and for a minute; a session is known by its cookie, a form by its token."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncd.page.access import Access, Session, is_from_own_form, keys_cookie

SESSION = Session("cookie", "token")


class Elapsed:
    def __init__(self) -> None:
        self.now = timedelta()

    def __call__(self) -> timedelta:
        return self.now


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def access(elapsed: Elapsed) -> Access:
    return Access(elapsed, "8384")


def enter(access: Access) -> Session:
    session = access.redeem(access.make_link())
    assert session is not None
    return session


def test_a_link_lets_one_browser_in_once(access: Access) -> None:
    token = access.make_link()

    assert access.redeem(token) is not None
    assert access.redeem(token) is None


def test_a_link_is_good_for_a_minute(access: Access, elapsed: Elapsed) -> None:
    token = access.make_link()
    elapsed.now += timedelta(seconds=61)

    assert access.redeem(token) is None


def test_a_token_that_nobody_made_lets_nobody_in(access: Access) -> None:
    access.make_link()

    assert access.redeem("") is None
    assert access.redeem("guess") is None


def test_a_session_is_known_by_its_cookie_among_others(access: Access) -> None:
    session = enter(access)

    assert access.find_session(f"a=b; syncd-8384={session.cookie}; c=d") == session
    assert access.find_session(f"syncd-8385={session.cookie}") is None
    assert access.find_session("syncd-8384=") is None
    assert access.find_session('"; syncd-8384') is None


def test_a_session_ends_after_half_a_day(access: Access, elapsed: Elapsed) -> None:
    session = enter(access)
    cookie = f"syncd-8384={session.cookie}"

    elapsed.now += timedelta(hours=11)
    assert access.find_session(cookie) == session
    elapsed.now += timedelta(hours=2)
    assert access.find_session(cookie) is None


def test_the_oldest_of_many_sessions_makes_room(access: Access) -> None:
    first = enter(access)
    for _ in range(32):
        last = enter(access)

    assert access.find_session(f"syncd-8384={first.cookie}") is None
    assert access.find_session(f"syncd-8384={last.cookie}") == last


@pytest.mark.parametrize(
    ("token", "site", "origin", "ours"),
    [
        ("token", "same-origin", "http://127.0.0.1:1", True),
        ("token", None, None, True),
        ("token", "none", None, True),
        ("other", "same-origin", "http://127.0.0.1:1", False),
        ("", None, None, False),
        ("token", "cross-site", None, False),
        ("token", "same-site", None, False),
        ("token", None, "http://127.0.0.1:2", False),
        ("token", "same-origin", "null", True),
        ("token", None, "null", False),
        ("token", "cross-site", "null", False),
        ("token", "same-origin", "http://127.0.0.1:2", False),
    ],
)
def test_a_change_comes_from_a_form_of_ours(
    token: str, site: str | None, origin: str | None, ours: bool
) -> None:
    assert is_from_own_form(SESSION, token, site, origin, "http://127.0.0.1:1") is ours


def test_each_session_has_an_address_of_its_own(access: Access) -> None:
    one, other = enter(access), enter(access)

    assert one.home != other.home
    assert access.within_home(f"{one.home}files") == "/files"
    assert access.within_home(one.home) == "/"
    assert access.within_home(f"{one.home}numbers/flow.svg") == "/numbers/flow.svg"
    assert access.within_home("/files") == "/files"
    assert access.within_home("/somewhere/files") == "/somewhere/files"


def test_cookies_of_others_are_passed_over(access: Access) -> None:
    session = enter(access)
    others = 'a={"b": "c,d"}; ;=; syncd-8384=somebody else\'s'

    assert access.find_session(f"{others}; syncd-8384={session.cookie}") == session


@pytest.mark.parametrize("on", [True, False])
def test_a_browser_remembers_whether_single_keys_press_buttons(access: Access, on: bool) -> None:
    session = enter(access)
    set_cookie = keys_cookie(on=on)
    # One that lasts for no time is gone.
    sent = set_cookie.partition(";")[0] if "Max-Age=0" not in set_cookie else "other=1"

    found = access.find_session(f"syncd-8384={session.cookie}; {sent}")

    assert found == session._replace(has_keys=on)
