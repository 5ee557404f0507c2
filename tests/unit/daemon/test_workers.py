"""The daemon's threads together: real folders, the real watcher, and a library that remembers."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.daemon import LibraryWork
from syncd.errors import (
    AccessDeniedError,
    AdapterFailedError,
    BusyError,
    KeyLookupError,
    LedgerError,
    PausedError,
    UnavailableError,
    UnsettledError,
)
from syncd.settings import After
from tests.fakes.deck import Deck, Muster, put
from tests.fakes.settings import make_folder
from tests.fakes.works import MemoryWork, wait_until

pytest_plugins = ("tests.support.mustering",)


def test_what_lies_there_at_the_start_and_what_is_dropped_later_is_delivered(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    put(drop, "before.ris", "before")
    muster([work], [make_folder(drop)])
    assert work.waits_for(1)

    put(drop, "later.ris", "later")

    assert work.waits_for(2)
    assert work.runs == [["before.ris"], ["later.ris"]]


def test_a_file_arrives_within_half_a_second_of_having_settled(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    muster([work], [make_folder(drop, settle=0.2)])
    assert work.does("open")
    waits = []
    for number in range(5):
        time.sleep(0.15)
        put(drop, f"{number}.ris", str(number))
        begun = time.monotonic()
        assert work.waits_for(number + 1)
        waits.append(time.monotonic() - begun)

    assert sorted(waits)[2] < 0.2 + 0.5
    assert min(waits) >= 0.15


def test_many_files_that_settle_together_share_a_run(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    for number in range(1200):
        put(drop, f"{number:04}.ris", str(number))

    muster([work], [make_folder(drop)])

    assert work.waits_for(1200, within=20)
    assert len(work.runs) <= 5


def test_more_files_than_the_mailbox_holds_all_arrive(
    muster: Muster, work: MemoryWork, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.daemon.queue.BATCH", 10)
    monkeypatch.setattr("syncd.daemon.queue.WorkQueue.__init__.__defaults__", (lambda _: False, 25))
    for number in range(120):
        put(drop, f"{number:04}.ris", str(number))

    muster([work], [make_folder(drop)])

    assert work.waits_for(120)


def test_a_folder_whose_files_found_no_room_gets_its_turn(
    muster: Muster, work: MemoryWork, drop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.daemon.queue.BATCH", 10)
    defaults = (lambda _: False, 10)
    monkeypatch.setattr("syncd.daemon.queue.WorkQueue.__init__.__defaults__", defaults)
    other = tmp_path / "other"
    other.mkdir()
    for number in range(10):
        put(drop, f"{number}.ris", str(number))
        put(other, f"{number}.ris", f"other {number}")

    muster([work], [make_folder(drop), make_folder(other)])

    assert work.waits_for(20)


def test_a_folder_that_is_missing_is_a_state_and_served_when_it_comes(
    muster: Muster, work: MemoryWork, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.daemon.scanner.POLLING", timedelta(seconds=0.1))
    drop.rmdir()
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.folder()["state"] == "waiting")
    assert deck.folder()["message"] == "waiting for the folder: it does not exist"

    drop.mkdir()
    put(drop, "a.ris")

    assert work.waits_for(1)
    assert wait_until(
        lambda: (deck.folder()["state"], deck.folder()["watching"]) == ("ok", "events")
    )


def test_a_folder_removed_and_made_again_is_watched_again(
    muster: Muster, work: MemoryWork, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.daemon.scanner.POLLING", timedelta(seconds=0.1))
    put(drop, "a.ris", "a")
    deck = muster([work], [make_folder(drop)])
    assert work.waits_for(1)

    shutil.rmtree(drop)
    assert wait_until(lambda: deck.folder()["state"] == "waiting")
    drop.mkdir()
    assert wait_until(lambda: deck.folder()["watching"] == "events")
    put(drop, "b.ris", "b")

    assert work.waits_for(2)


def test_skipped_files_are_shown_with_the_reason(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    (drop / "folder.ris").mkdir()

    deck = muster([work], [make_folder(drop)])

    assert wait_until(lambda: deck.folder()["skipped_files"] == 1)
    assert deck.folder()["skipped"] == [{"file": "folder.ris", "reason": "a folder, not a file"}]


# --- libraries that do not play along


def test_an_unavailable_library_is_tried_again_and_nothing_is_lost(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.trouble = [
        UnavailableError("busy", retry_after=timedelta(seconds=0.05)),
        UnavailableError("still busy", retry_after=timedelta(seconds=0.05)),
    ]
    put(drop, "a.ris")

    muster([work], [make_folder(drop)])

    assert work.waits_for(1)
    assert work.did.count("open") == 3 or work.did.count("deliver") == 2


def test_what_a_library_knows_is_not_delivered_again_after_it_could_not_be_reached(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.trouble = [UnavailableError("down", retry_after=timedelta(seconds=0.3))]
    work.shy = True
    content = put(drop, "a.ris").read_bytes()
    work.kept[hashlib.sha256(content).hexdigest()] = content

    deck = muster([work], [make_folder(drop)])

    assert wait_until(lambda: deck.library()["state"] == "ok")
    put(drop, "b.ris", "b")
    assert work.waits_for(2)
    assert work.runs == [["b.ris"]]


def test_a_library_is_left_alone_for_as_long_as_it_asked(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    put(drop, "a.ris")
    work.trouble = [UnavailableError("asks for patience", retry_after=timedelta(hours=1))]

    deck = muster([work], [make_folder(drop)])

    assert wait_until(lambda: deck.library()["state"] == "waiting")
    assert deck.library()["message"] == "asks for patience"
    next_try = datetime.fromisoformat(str(deck.library()["next_try_at"]))
    assert timedelta(minutes=59) < next_try - datetime.now(UTC) < timedelta(minutes=61)
    assert not work.does("open", times=2, within=0.2)


def test_patience_that_an_earlier_process_was_asked_for_is_kept(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.patience = datetime.now(UTC) + timedelta(hours=1)

    deck = muster([work], [make_folder(drop)])

    assert wait_until(lambda: deck.library()["state"] == "waiting")
    assert work.did == []


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AccessDeniedError("the key was revoked"), "refused"),
        (KeyLookupError("others can read the key file", passing=False), "refused"),
        (AdapterFailedError("KeyError", adapter="shelf", distribution="shelf 1.0"), "paused"),
        (KeyLookupError("the keyring is locked", passing=True), "waiting"),
    ],
)
def test_a_key_that_does_not_do_is_a_state_and_not_the_end(
    muster: Muster, work: MemoryWork, drop: Path, error: Exception, state: str
) -> None:
    work.trouble = [error]
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.library()["state"] == state)
    assert deck.library()["message"].startswith(str(error))

    deck.crew.woke_up()
    put(drop, "a.ris")

    assert work.waits_for(1)
    assert wait_until(lambda: deck.library()["state"] == "ok")


def test_a_file_that_is_dropped_has_a_refused_key_tried_again(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.trouble = [AccessDeniedError("the key may only read")]
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.library()["state"] == "refused")

    put(drop, "a.ris")

    assert work.waits_for(1)


def test_files_of_no_avail_do_not_show_a_bad_key_over_and_over(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.trouble = [AccessDeniedError("the key was revoked") for _ in range(9)]
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.library()["state"] == "refused")

    for number in range(3):
        put(drop, f"{number}.ris", str(number))
        wait_until(lambda: deck.library()["state"] != "refused", 0.3)

    assert not work.does("open", times=3, within=0.2)


def test_a_key_that_is_good_by_then_is_tried_again_a_while_after_the_last_file(
    muster: Muster, work: MemoryWork, drop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.daemon.worker._ASKED_AT_MOST_EVERY", timedelta(milliseconds=300))
    work.trouble = [AccessDeniedError("the key was revoked") for _ in range(2)]
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.library()["state"] == "refused")

    put(drop, "a.ris", "a")
    assert work.does("open", times=2)
    put(drop, "b.ris", "b")

    assert work.waits_for(2)


def test_a_hold_in_the_log_names_the_command_that_shows_it(
    muster: Muster, work: MemoryWork, drop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    work.held = 2
    put(drop, "a.ris")

    muster([work], [make_folder(drop)])

    assert wait_until(lambda: "2 held for a person: `syncd review` shows them" in caplog.text)


def test_a_pause_is_said_once_in_the_log(
    muster: Muster, work: MemoryWork, drop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    work.trouble = [PausedError("paused: too many")]
    put(drop, "a.ris")

    muster([work], [make_folder(drop)])

    assert wait_until(lambda: "too many" in caplog.text)
    assert caplog.text.count("paused") == 1


def test_one_librarys_trouble_does_not_hold_up_the_other(muster: Muster, drop: Path) -> None:
    good, bad = MemoryWork("good"), MemoryWork("bad")
    bad.trouble = [UnavailableError("down", retry_after=timedelta(hours=1))]
    put(drop, "a.ris")

    deck = muster([good, bad], [make_folder(drop, "good", "bad")])

    assert good.waits_for(1)
    assert wait_until(lambda: deck.library("bad")["state"] == "waiting")
    assert bad.kept == {}


def test_a_key_that_is_waited_for_says_in_the_status_what_to_do(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.trouble = [KeyLookupError("the keyring is locked", passing=True)] * 9
    put(drop, "a.ris")

    deck = muster([work], [make_folder(drop)])

    assert wait_until(lambda: deck.library()["state"] == "waiting")
    assert "unlock the keyring" in deck.library()["message"]


def test_a_full_disk_is_waited_for(muster: Muster, work: MemoryWork, drop: Path) -> None:
    work.trouble = [LedgerError("the disk is full", passing=True)]
    put(drop, "a.ris")
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.library()["state"] == "waiting")
    assert deck.library()["message"] == "the disk is full; nothing was sent; make room on its disk"

    deck.crew.woke_up()

    assert work.waits_for(1)
    assert deck.failures == []


@pytest.mark.parametrize("after", After)
def test_what_an_export_holds_by_the_time_it_is_read_arrives(
    muster: Muster, work: MemoryWork, drop: Path, after: After
) -> None:
    work.held_up.clear()
    muster([work], [make_folder(drop, after=after)])
    path = put(drop, "a.ris", "before")
    assert work.does("deliver")
    [there] = [path] if path.exists() else drop.glob(".syncd/processing/*/a.ris")
    seen = there.stat()

    # As by one who has mapped it: neither size nor time of change tells.
    there.write_bytes(there.read_bytes().replace(b"before", b"behind"))
    os.utime(there, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    work.held_up.set()

    assert wait_until(lambda: any(b"behind" in each for each in work.kept.values()))


def test_a_ledger_in_doubt_ends_the_daemon(muster: Muster, work: MemoryWork, drop: Path) -> None:
    error = LedgerError("damaged")
    work.trouble = [error]

    deck = muster([work], [make_folder(drop)])

    assert wait_until(lambda: deck.failures == [error])


# --- files that make syncd fail


def test_a_file_that_syncd_fails_on_is_set_aside_and_the_others_get_through(
    muster: Muster, work: MemoryWork, drop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(drop, "a.ris", "a")
    (drop / "b.ris").write_bytes(b"crash\nER  - \n")
    put(drop, "c.ris", "c")

    deck = muster([work], [make_folder(drop)])

    assert work.waits_for(2)
    assert wait_until(lambda: len(deck.board.document()["runs"]) == 3)
    errors = [run["error"] for run in deck.board.document()["runs"] if run["error"]]
    assert errors == ["syncd failed on this file (ZeroDivisionError: a bug)"]
    deck.crew.rescan()
    assert not work.does("deliver", times=5, within=0.3)
    assert "set aside until syncd is restarted" in caplog.text
    assert deck.failures == []


def test_when_every_file_makes_it_fail_it_is_not_the_files(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    for number in range(5):
        (drop / f"{number}.ris").write_bytes(b"crash %d\nER  - \n" % number)

    deck = muster([work], [make_folder(drop)])

    assert wait_until(lambda: bool(deck.failures))
    assert isinstance(deck.failures[0], ZeroDivisionError)


# --- after = "move"


def test_moved_files_end_in_done_or_failed(muster: Muster, work: MemoryWork, drop: Path) -> None:
    put(drop, "a.ris", "a")
    (drop / "b.ris").write_bytes(b"junk\nER  - \n")

    muster([work], [make_folder(drop, after=After.MOVE)])

    assert wait_until(lambda: (drop / "done" / "a.ris").exists())
    assert wait_until(lambda: (drop / "failed" / "b.ris.txt").exists())
    assert (drop / "failed" / "b.ris.txt").read_text() == "this is not a RIS file\n"


def test_a_file_is_put_away_when_every_library_has_had_it(muster: Muster, drop: Path) -> None:
    fast, slow = MemoryWork("fast"), MemoryWork("slow")
    slow.held_up.clear()
    put(drop, "a.ris")

    muster([fast, slow], [make_folder(drop, "fast", "slow", after=After.MOVE)])
    assert fast.waits_for(1)
    assert slow.does("deliver")
    time.sleep(0.1)
    assert not (drop / "done").exists()
    slow.held_up.set()

    assert wait_until(lambda: (drop / "done" / "a.ris").exists())
    assert fast.runs == [["a.ris"]]


def test_the_same_content_dropped_again_and_again_is_put_away_each_time(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    muster([work], [make_folder(drop, after=After.MOVE)])

    def has_put_away(count: int) -> Callable[[], bool]:
        return lambda: len(list(drop.glob("done/*"))) == count

    for number in range(1, 6):
        put(drop, "a.ris")
        assert wait_until(has_put_away(number))


# --- schedule and requests


def test_a_reconcile_that_was_missed_is_made_up_for_at_once(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.reconciled_at = datetime.now(UTC) - timedelta(days=3)

    muster([work], [make_folder(drop)])

    assert work.does("reconcile")
    assert not work.does("reconcile", times=2, within=0.2)


def test_a_reconcile_that_is_not_due_is_not_made(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    muster([work], [make_folder(drop)])

    assert work.does("open")
    assert not work.does("reconcile", within=0.3)


def test_a_library_not_reconciled_for_two_turns_is_late(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.library()["state"] == "ok")
    now = datetime.now(UTC)

    assert deck.crew.find_late(now + timedelta(hours=11)) == []
    assert deck.crew.find_late(now + timedelta(hours=13)) == ["mine"]


def test_a_request_is_carried_out_on_the_librarys_own_thread(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    deck = muster([work], [make_folder(drop)])

    name = deck.crew.perform("mine", lambda _work: threading.current_thread().name)

    assert name == "library mine"


def test_a_request_that_fails_fails_for_whoever_asked_and_for_nobody_else(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    deck = muster([work], [make_folder(drop)])

    def fail(_work: LibraryWork) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        deck.crew.perform("mine", fail)
    put(drop, "a.ris")
    assert work.waits_for(1)
    assert deck.failures == []


def test_whoever_asks_for_a_library_that_is_not_there_is_told_at_once(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.trouble = [UnavailableError("down", retry_after=timedelta(hours=1))] * 5
    deck = muster([work], [make_folder(drop)])
    assert wait_until(lambda: deck.library()["state"] == "waiting")

    with pytest.raises(UnavailableError, match="down"):
        deck.crew.perform("mine", lambda _work: None)


def test_whoever_waits_for_an_answer_is_told_when_the_daemon_stops(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.held_up.clear()
    put(drop, "a.ris")
    deck = muster([work], [make_folder(drop)])
    assert work.does("deliver")
    refused: list[BaseException] = []

    def ask() -> None:
        try:
            deck.crew.perform("mine", lambda _work: None)
        except BusyError as error:
            refused.append(error)

    asker = threading.Thread(target=ask)
    asker.start()
    time.sleep(0.1)

    deck.crew.stop()

    asker.join(2)
    work.held_up.set()
    assert [str(error) for error in refused] == ["the daemon is stopping"]


def test_stopping_ends_every_wait_at_once(work: MemoryWork, drop: Path, tmp_path: Path) -> None:
    work.trouble = [UnavailableError("down", retry_after=timedelta(hours=1))]
    deck = Deck(tmp_path / "state", [work], [make_folder(drop)])
    deck.crew.start()
    assert wait_until(lambda: deck.library()["state"] == "waiting")

    begun = time.monotonic()
    deck.crew.stop()

    assert wait_until(deck.crew.is_over)
    assert time.monotonic() - begun < 1
    assert work.did[-1] == "close"


def test_what_waits_for_its_outcome_is_looked_at_as_soon_as_that_is_sure(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.pending = 1
    work.sure_at = datetime.now(UTC) + timedelta(seconds=1)

    muster([work], [make_folder(drop)])

    # The shortest wait without it is longer.
    assert work.does("push", within=3)


def test_a_library_waits_while_what_was_sent_has_no_answer(
    muster: Muster, work: MemoryWork, drop: Path
) -> None:
    work.pending = 1
    work.sure_at = datetime.now(UTC) + timedelta(seconds=1)
    deck = muster([work], [make_folder(drop)])
    assert work.does("open")
    work.trouble = [UnsettledError("2 operations were sent and not answered")]

    assert wait_until(lambda: deck.library()["state"] == "waiting")
    assert deck.library()["message"] == "2 operations were sent and not answered"
    assert deck.library()["next_try_at"] is not None

    work.pending = 0
    deck.crew.reconcile_soon("mine")
    assert wait_until(lambda: deck.library()["state"] == "ok")
    assert deck.library()["message"] == ""
