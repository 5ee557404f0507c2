"""What is told: that something became otherwise, once, and not too often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from syncd.notify.notice import Kind, Notice
from syncd.notify.transitions import AT_MOST_EVERY, LONG, Transitions
from syncd.system.clock import SystemClock

MINUTE = timedelta(minutes=1)


class Elapsing(SystemClock):
    """A clock that goes on when it is told to."""

    gone = timedelta()

    def elapsed(self) -> timedelta:
        return self.gone


class Watched:
    """One library and the daemon, as their status says, and what is told of them."""

    def __init__(self, titles: Sequence[str] | None = None) -> None:
        self.clock = Elapsing()
        find = None if titles is None else lambda _library: list(titles)
        self.transitions = Transitions(self.clock, find)
        self.library: dict[str, Any] = {
            "name": "mine",
            "state": "ok",
            "message": "",
            "held": 0,
            "pending": 0,
            "queued_files": 0,
        }
        self.message = ""

    def document(self) -> dict[str, Any]:
        return {"message": self.message, "libraries": [self.library]}

    def becomes(self, **changes: Any) -> list[Kind]:
        """Change the library; return of which kinds the notices are that this leads to."""
        self.library |= changes
        return [notice.kind for notice in self.look()]

    def look(self, later: timedelta = timedelta()) -> list[Notice]:
        self.clock.gone += later
        return self.transitions.look(self.document())


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.mark.parametrize(
    ("state", "kind"), [("refused", Kind.REFUSED), ("paused", Kind.PAUSED), ("late", Kind.WAITING)]
)
def test_a_library_that_comes_into_trouble_is_told_of_once(
    watched: Watched, state: str, kind: Kind
) -> None:
    assert watched.look() == []

    assert watched.becomes(state=state, message="why: /home/ada/x") == [kind]
    assert watched.look(timedelta(days=2)) == []


def test_trouble_at_the_start_is_told_of_and_starting_is_none(watched: Watched) -> None:
    assert watched.becomes(state="starting") == []
    assert watched.becomes(state="refused") == [Kind.REFUSED]


def test_what_was_told_of_and_is_over_is_told_of(watched: Watched) -> None:
    watched.becomes(state="refused")

    assert watched.becomes(state="starting") == []
    assert watched.becomes(state="ok") == [Kind.RECOVERED]
    assert watched.look() == []


def test_a_library_that_was_away_for_a_moment_is_not_told_of(watched: Watched) -> None:
    assert watched.becomes(state="waiting") == []
    assert watched.look(LONG - MINUTE) == []
    assert watched.becomes(state="ok") == []
    assert watched.becomes(state="waiting") == []
    assert watched.look(LONG - MINUTE) == []


def test_a_library_that_is_away_for_long_is_told_of(watched: Watched) -> None:
    watched.becomes(state="waiting")

    assert [notice.kind for notice in watched.look(LONG)] == [Kind.WAITING]
    assert watched.look(LONG * 5) == []


def test_what_comes_and_goes_is_told_of_once_an_hour_at_most(watched: Watched) -> None:
    told: list[Kind] = []
    for _ in range(60):
        told += watched.becomes(state="refused")
        told += watched.becomes(state="ok")
        watched.clock.gone += MINUTE

    assert told.count(Kind.REFUSED) == 1
    assert told.count(Kind.RECOVERED) == 1


def test_what_was_held_back_for_an_hour_is_told_when_it_is_still_so(watched: Watched) -> None:
    watched.becomes(state="refused")
    watched.becomes(state="ok")
    assert watched.becomes(state="refused") == []

    assert [notice.kind for notice in watched.look(AT_MOST_EVERY)] == [Kind.REFUSED]


@pytest.mark.parametrize(
    "message",
    [
        "/x/ledger.sqlite: database or disk is full",
        "/lib: the disk is full: no space left on the disk",
        "/lib: the disk quota is used up",
    ],
)
def test_a_full_disk_is_told_of_at_once(watched: Watched, message: str) -> None:
    assert watched.becomes(state="waiting", message=message) == [Kind.DISK]
    assert watched.becomes(state="ok", message="") == [Kind.RECOVERED]


def test_a_full_disk_of_the_daemon_itself_is_told_of(watched: Watched) -> None:
    watched.message = "the status cannot be written: No space left on device"
    assert [(each.kind, each.library) for each in watched.look()] == [(Kind.DISK, "")]
    watched.message = ""
    assert [each.kind for each in watched.look()] == [Kind.RECOVERED]


def test_questions_that_are_there_at_the_start_are_left_to_the_digest(watched: Watched) -> None:
    assert watched.becomes(held=5) == []


def test_the_first_question_since_the_last_message_is_told_of(watched: Watched) -> None:
    watched.look()

    assert watched.becomes(held=3) == [Kind.QUESTIONS]
    assert watched.becomes(held=9) == []
    assert [notice.numbers for notice in watched.look(AT_MOST_EVERY)] == [{"held": 9}]
    assert watched.look(AT_MOST_EVERY) == []
    assert watched.becomes(held=1) == []
    assert watched.becomes(held=2) == [Kind.QUESTIONS]


def test_questions_are_counted_when_the_files_are_through(watched: Watched) -> None:
    watched.look()

    assert watched.becomes(held=1, queued_files=3) == []
    assert watched.becomes(held=7, queued_files=0) == [Kind.QUESTIONS]


def test_files_of_no_use_are_told_of_together(watched: Watched) -> None:
    watched.transitions.note_unusable("mine", ["/drop/a.ris"])
    watched.transitions.note_unusable("mine", ["/drop/b.ris"])
    [notice] = watched.look()
    watched.transitions.note_unusable("mine", ["/drop/c.ris"])

    assert (notice.kind, notice.numbers) == (Kind.UNUSABLE, {"unusable": 2})
    assert watched.look() == []
    assert [notice.numbers for notice in watched.look(AT_MOST_EVERY)] == [{"unusable": 1}]


def test_without_titles_a_notice_holds_numbers_and_names_of_libraries(watched: Watched) -> None:
    watched.look()
    watched.transitions.note_unusable("mine", ["/home/ada/secret study.ris"])
    watched.library |= {"state": "refused", "message": "no access for ada", "held": 2}

    notices = [*watched.look(), watched.transitions.digest(watched.document())]

    assert len(notices) == 4
    assert all(notice is not None and not notice.details for notice in notices)
    assert "ada" not in str(notices)


def test_titles_are_told_on_request_and_stay_in_one_line() -> None:
    watched = Watched(["Of ferns\n\x1b[1m", *("x" * 5000 for _ in range(30))])
    watched.look()
    watched.transitions.note_unusable("mine", ["/drop/a.ris"])
    watched.library |= {"held": 2}

    questions, unusable = watched.look()

    assert questions.details[0] == "Of ferns\\n\\x1b[1m"
    assert len(questions.details) == 10
    assert max(map(len, questions.details)) <= 300
    assert unusable.details == ["/drop/a.ris"]


def test_the_digest_says_what_waits(watched: Watched) -> None:
    watched.library |= {"state": "paused", "held": 1, "pending": 1234}

    digest = watched.transitions.digest(watched.document())

    assert digest is not None
    assert digest.title == "syncd: 1 question for you"
    assert digest.text == "mine: paused, 1 question, 1,234 changes to send"
    assert digest.numbers == {"held": 1, "pending": 1234}


def test_where_nothing_waits_there_is_no_digest(watched: Watched) -> None:
    assert watched.transitions.digest(watched.document()) is None
