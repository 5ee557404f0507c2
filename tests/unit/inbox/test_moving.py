"""A drop folder with `after = "move"`: files are claimed, and put away when they were delivered."""

from __future__ import annotations

import errno
import itertools
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncd.inbox import FolderState, ScanResult, Skipped
from syncd.inbox.claims import finish_claim
from syncd.inbox.scan import RETRY
from syncd.settings import After, FolderSettings
from tests.support.drop import ENTRY, Drop


@pytest.fixture
def moving(folder: FolderSettings, open_drop: Callable[[FolderSettings], Drop]) -> Drop:
    return open_drop(replace(folder, after=After.MOVE))


def names(result: ScanResult) -> list[str]:
    return [str(export.name) for export in result.ready]


def test_a_settled_file_is_claimed_and_ends_in_done(moving: Drop) -> None:
    moving.put("a.ris")
    export = moving.settled().ready[0]
    assert not (moving.path / "a.ris").exists()
    assert export.dropped_as == moving.path / "a.ris"

    moving.inbox.finish(export)

    assert (moving.path / "done" / "a.ris").read_bytes() == ENTRY
    assert list((moving.path / ".syncd" / "processing").iterdir()) == []
    assert moving.settled().ready == ()


def test_an_unusable_file_ends_in_failed_with_a_note(moving: Drop) -> None:
    moving.put("a.ris", b"\x00junk\nER  - \n")

    moving.inbox.finish(moving.settled().ready[0], "this is not a RIS file")

    failed = moving.path / "failed"
    assert sorted(path.name for path in failed.iterdir()) == ["a.ris", "a.ris.txt"]
    assert (failed / "a.ris.txt").read_text() == "this is not a RIS file\n"


def test_nothing_in_done_is_ever_overwritten(moving: Drop) -> None:
    for content in (ENTRY, ENTRY * 2, ENTRY * 3):
        moving.put("a.ris", content)
        moving.inbox.finish(moving.settled().ready[0])

    done = moving.path / "done"
    assert {path.name: path.stat().st_size // len(ENTRY) for path in done.iterdir()} == {
        "a.ris": 1,
        "a (2).ris": 2,
        "a (3).ris": 3,
    }


def test_an_interrupted_claim_is_taken_up_again_known_or_not(
    moving: Drop, folder: FolderSettings, open_drop: Callable[[FolderSettings], Drop]
) -> None:
    moving.put("a.ris")
    moving.known.add(moving.settled().ready[0].sha256)
    moving.inbox.close()  # the process dies here

    after = open_drop(replace(folder, after=After.MOVE))
    export = after.settled().ready[0]
    after.inbox.finish(export)

    assert export.dropped_as == moving.path / "a.ris"
    assert (moving.path / "done" / "a.ris").exists()


def test_subfolders_get_a_done_of_their_own_which_is_not_searched(
    folder: FolderSettings, open_drop: Callable[[FolderSettings], Drop]
) -> None:
    drop = open_drop(replace(folder, after=After.MOVE, recursive=True))
    drop.put("sub/a.ris")

    drop.inbox.finish(drop.settled().ready[0])

    assert (drop.path / "sub" / "done" / "a.ris").exists()
    assert drop.settled().ready == ()


def test_a_twin_dropped_during_the_work_waits_for_its_turn(moving: Drop) -> None:
    moving.put("a.ris")
    first = moving.settled().ready[0]
    moving.put("a.ris")

    meanwhile = moving.settled()
    moving.inbox.finish(first)
    afterwards = moving.inbox.scan()

    assert (names(meanwhile), meanwhile.waiting) == (["a.ris"], 1)
    assert names(afterwards) == ["a.ris"]
    moving.inbox.finish(afterwards.ready[0])
    assert len(list((moving.path / "done").iterdir())) == 2


def test_the_longest_name_gets_a_note_all_the_same(moving: Drop) -> None:
    name = "é" * 125 + "x.ris"
    moving.put(name)

    moving.inbox.finish(moving.settled().ready[0], "no")

    notes = [path for path in (moving.path / "failed").iterdir() if path.suffix == ".txt"]
    assert [note.read_text() for note in notes] == ["no\n"]


def test_two_that_move_files_of_one_folder_do_not_share_it(
    moving: Drop, folder: FolderSettings, open_drop: Callable[[FolderSettings], Drop]
) -> None:
    moving.put("a.ris")
    second = open_drop(replace(folder, after=After.MOVE))

    first_result, second_result = moving.settled(), second.settled()

    assert names(first_result) == ["a.ris"]
    assert second_result.state is FolderState.BUSY
    assert second_result.message == "a syncd that runs already moves its files"
    moving.inbox.close()
    assert second.inbox.scan().state is FolderState.OK


def test_a_claim_that_is_still_written_to_settles_again(moving: Drop) -> None:
    moving.put("a.ris")
    claimed = moving.settled().ready[0]
    with claimed.path.open("ab") as late_writer:
        late_writer.write(ENTRY)
        late_writer.flush()
        early = moving.inbox.scan()
        settled = moving.settled()

    assert early.waiting == 1
    assert settled.ready[0].size == 2 * claimed.size
    assert settled.ready[0].path == claimed.path


def test_a_claim_that_changed_meanwhile_is_not_put_away(moving: Drop) -> None:
    moving.put("a.ris")
    claimed = moving.settled().ready[0]
    with claimed.path.open("ab") as late_writer:
        late_writer.write(ENTRY)

    assert moving.inbox.finish(claimed) is None
    assert moving.settled().ready[0].size == 2 * claimed.size


def test_a_claim_that_somebody_removed_is_let_go(moving: Drop) -> None:
    moving.put("a.ris")
    export = moving.settled().ready[0]
    export.path.unlink()

    assert moving.inbox.finish(export) is None
    assert not (moving.path / "done").exists()


@pytest.mark.parametrize("dies_at", range(1, 5))
@pytest.mark.parametrize("unusable", [None, "this is not a RIS file"])
def test_a_crash_while_a_file_is_put_away_leaves_it_there_once_and_whole(
    tmp_path: Path, dies_at: int, unusable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = tmp_path / ".syncd" / "processing" / "0123" / "a.ris"
    claimed.parent.mkdir(parents=True)
    claimed.write_text("TY  - JOUR\nER  - \n")
    steps = itertools.count(1)

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def take(*arguments: Any, **named: Any) -> Any:
            if next(steps) == dies_at:
                raise KeyboardInterrupt
            return step(*arguments, **named)

        return take

    with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
        for name in ("link", "fsync", "unlink"):
            patched.setattr(os, name, dying(getattr(os, name)))
        finish_claim(tmp_path, claimed, Path("a.ris"), unusable)
    finish_claim(tmp_path, claimed, Path("a.ris"), unusable)

    put_away = tmp_path / ("failed" if unusable else "done")
    expected = ["a.ris", "a.ris.txt"] if unusable else ["a.ris"]
    assert sorted(path.name for path in put_away.iterdir()) == expected
    assert all(path.stat().st_size for path in put_away.iterdir())
    assert not claimed.exists()


def test_files_are_put_away_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    for _ in range(2):
        claimed = tmp_path / ".syncd" / "processing" / "0123" / "a.ris"
        claimed.parent.mkdir(parents=True, exist_ok=True)
        claimed.write_text("TY  - JOUR\nER  - \n")
        finish_claim(tmp_path, claimed, Path("a.ris"), "unusable")

    names = sorted(path.name for path in (tmp_path / "failed").iterdir())
    assert names == ["a (2).ris", "a (2).ris.txt", "a.ris", "a.ris.txt"]


@contextmanager
def _no_room() -> Iterator[None]:
    """Have every write fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("rejected", [None, "this is not a RIS file"])
def test_what_cannot_be_put_away_is_said_and_tried_again(
    moving: Drop, rejected: str | None
) -> None:
    moving.put("a.ris")
    export = moving.settled().ready[0]

    with _no_room():
        with pytest.raises(OSError, match="too large"):
            moving.inbox.finish(export, rejected)
        full = moving.inbox.scan()
    after = moving.inbox.scan()

    assert full.skipped == (Skipped("a.ris", "cannot be put away: File too large"),)
    assert (full.ready, full.next_look) == ((), RETRY)
    assert (after.ready, after.skipped) == ((), ())
    there = {path.name for path in (moving.path / ("failed" if rejected else "done")).iterdir()}
    assert there == ({"a.ris", "a.ris.txt"} if rejected else {"a.ris"})
    assert list((moving.path / ".syncd" / "processing").iterdir()) == []
    assert "a.ris" in (moving.path / ".syncd" / "moved.json").read_text()


def test_what_is_written_to_before_it_could_be_put_away_is_new_work(moving: Drop) -> None:
    moving.put("a.ris")
    export = moving.settled().ready[0]
    with _no_room(), pytest.raises(OSError, match="too large"):
        moving.inbox.finish(export, "this is not a RIS file")
    with export.path.open("ab") as file:
        file.write(ENTRY)

    again = moving.settled().ready

    assert [each.size for each in again] == [2 * len(ENTRY)]
