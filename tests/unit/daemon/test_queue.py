"""What waits for a worker, and in which order it is taken."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.daemon.backoff import LONGEST, SHORTEST, Backoff
from syncd.daemon.queue import BATCH, Request, Wish, WorkQueue
from syncd.daemon.suspects import Suspects
from syncd.errors import BusyError
from syncd.inbox import Export
from syncd.inbox.exports import Stamp


def export(name: str, inode: int = 1) -> Export:
    return Export(Path("/drop") / name, Path("/drop"), Path(name), name, Stamp(1, inode, 10, 0))


def taken(mailbox: WorkQueue) -> list[str]:
    task = mailbox.take()
    assert isinstance(task, list)
    return [each.sha256 for each in task]


def test_an_export_offered_twice_waits_once() -> None:
    mailbox = WorkQueue()

    assert mailbox.offer(export("a"))
    assert mailbox.offer(export("a"))

    assert len(mailbox) == 1


def test_an_export_at_work_is_not_taken_again_until_it_is_another_file() -> None:
    mailbox = WorkQueue()
    mailbox.offer(export("a"))
    mailbox.take()

    mailbox.offer(export("a"))
    assert (len(mailbox), mailbox.holds(Path("/drop"), "a")) == (1, True)
    mailbox.offer(export("a", inode=2))
    mailbox.finished()

    assert taken(mailbox) == ["a"]


def test_a_full_mailbox_takes_no_more_until_there_is_room() -> None:
    mailbox = WorkQueue(capacity=2)

    assert [mailbox.offer(export(name)) for name in "abc"] == [True, True, False]
    mailbox.take()
    mailbox.finished()
    assert mailbox.offer(export("c"))


def test_a_batch_is_bounded_and_keeps_the_order() -> None:
    mailbox = WorkQueue()
    names = [f"{number:04}" for number in range(BATCH + 10)]
    for name in names:
        mailbox.offer(export(name))

    assert taken(mailbox) == names[:BATCH]
    mailbox.finished()
    assert taken(mailbox) == names[BATCH:]


def test_what_is_put_back_comes_first_next_time() -> None:
    mailbox = WorkQueue()
    mailbox.offer(export("a"))
    task = mailbox.take()
    mailbox.offer(export("b"))

    assert task is not None
    mailbox.put_back(task)

    assert taken(mailbox) == ["a", "b"]


def test_requests_come_before_wishes_and_wishes_before_exports() -> None:
    mailbox = WorkQueue()
    mailbox.offer(export("a"))
    mailbox.wish(Wish.RECONCILE)
    mailbox.wish(Wish.RECONCILE)
    mailbox.request(request := Request(lambda _: None))

    assert [mailbox.take(), mailbox.take()] == [request, Wish.RECONCILE]
    assert taken(mailbox) == ["a"]


def test_what_is_to_come_last_comes_last_and_each_for_itself() -> None:
    mailbox = WorkQueue(lambda each: each.sha256 in "bd")
    for name in "abcde":
        mailbox.offer(export(name))

    batches = []
    for _ in range(3):
        batches.append(taken(mailbox))
        mailbox.finished()

    assert batches == [["a", "c", "e"], ["b"], ["d"]]


def test_closing_ends_every_wait_and_tells_who_asked() -> None:
    mailbox = WorkQueue()
    request = Request(lambda _: None)
    mailbox.request(request)
    waiter = threading.Thread(target=mailbox.pause, args=(timedelta(hours=1),))
    waiter.start()

    mailbox.close()

    waiter.join(2)
    assert not waiter.is_alive()
    assert mailbox.take() is None
    assert request.done.is_set()
    assert isinstance(request.error, BusyError)
    assert not mailbox.request(Request(lambda _: None))


def test_a_hurry_that_comes_before_the_pause_is_not_lost() -> None:
    mailbox = WorkQueue()

    mailbox.hurry()

    mailbox.pause(timedelta(hours=1))


# --- suspects


def test_what_was_at_work_when_a_process_died_is_suspect_in_the_next(tmp_path: Path) -> None:
    first = Suspects(tmp_path / "at-work" / "mine.json")
    first.begin([export("a"), export("b")])

    second = Suspects(tmp_path / "at-work" / "mine.json")

    assert (export("a") in second, export("c") in second) == (True, False)


def test_what_has_been_dealt_with_is_suspect_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    Suspects(path).begin([export("a"), export("b")])
    second = Suspects(path)

    second.begin([export("c")])
    second.end([export("c")])
    second.begin([export("a")])
    second.end([export("a")])

    assert (export("a") in second, export("b") in second) == (False, True)
    second.end([export("b")])
    assert not path.exists()


@pytest.mark.parametrize("left", [b"", b"{}", b"[1]", b"\xff", b"null"])
def test_a_list_that_cannot_be_read_suspects_nobody(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "mine.json").write_bytes(left)

    assert export("a") not in Suspects(tmp_path / "mine.json")


def test_a_list_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    path = tmp_path / "file" / "mine.json"
    Suspects(path).begin([export("a")])

    assert export("a") not in Suspects(path)


# --- patience


def test_patience_grows_up_to_a_quarter_of_an_hour_and_begins_again_after_success() -> None:
    patience = Backoff(lambda: 1.0)

    waits = [patience.next_wait() for _ in range(12)]
    patience.succeeded()

    assert waits[:3] == [SHORTEST, SHORTEST * 2, SHORTEST * 4]
    assert waits[-1] == LONGEST
    assert patience.next_wait() == SHORTEST


def test_chance_spreads_the_waits_but_never_below_three_quarters() -> None:
    assert Backoff(lambda: 0.0).next_wait() == SHORTEST * 0.75


def test_a_library_is_never_asked_earlier_than_it_wanted() -> None:
    asked = timedelta(minutes=42)

    assert asked <= Backoff(lambda: 0.0).next_wait(asked) <= asked + SHORTEST
    assert asked <= Backoff(lambda: 1.0).next_wait(asked) <= asked + SHORTEST


def test_a_hurry_for_later_ends_the_pause_then() -> None:
    mailbox = WorkQueue()
    mailbox.hurry(timedelta(milliseconds=30))
    mailbox.hurry(timedelta(hours=1))
    begun = time.monotonic()

    mailbox.pause(timedelta(hours=1))

    assert time.monotonic() - begun >= 0.03


def test_a_hurry_for_later_is_over_when_the_work_goes_on() -> None:
    mailbox = WorkQueue()
    mailbox.hurry(timedelta(milliseconds=30))
    mailbox.wish(Wish.PUSH)
    mailbox.take()
    begun = time.monotonic()

    mailbox.pause(timedelta(milliseconds=90))

    assert time.monotonic() - begun >= 0.09
