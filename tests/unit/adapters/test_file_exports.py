"""The exports: patched as they would be written whole, and in a daemon only now and then."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.file import FileLibrary, exports
from adapters.file.exporting import Timing
from syncd.library import Create, Operation, Restore, Trash, Update
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEYS = [ItemKey(f"MANY{tens}{ones}22") for tens in "23456789" for ones in "23456789"]
LATEST = 2**40


def article(title: str) -> dict[str, Any]:
    return {"itemType": "journalArticle", "title": title}


def note(parent: str) -> dict[str, Any]:
    return {"itemType": "note", "parentItem": parent, "note": f"<p>On {parent}</p>"}


def texts(home: Path) -> tuple[str, str]:
    return (home / "library.json").read_text(), (home / "library.ris").read_text()


@pytest.mark.parametrize("seed", range(12))
def test_a_patched_export_is_the_one_that_would_be_written_whole(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    home = tmp_path / "library"
    library = FileLibrary(home, lambda: SMALL_SCHEMA)
    works = chance.sample(KEYS, 40)
    library.push([Create(key, article(f"Ωne {key}")) for key in works], expected=None)
    library.finish()
    whole: list[bool] = []
    write_all = exports._write_all

    def write_whole(*given: Any) -> None:
        whole.append(True)
        write_all(*given)

    monkeypatch.setattr(exports, "_write_all", write_whole)

    for _ in range(6):
        for _ in range(2):
            key = chance.choice(KEYS)
            change: list[Operation] = [
                Create(key, article("New")),
                Create(key, note(chance.choice(KEYS))),
                Update(key, LATEST, {"title": f"Longer by {chance.random()}"}),
                Trash(key, LATEST),
                Restore(key, LATEST),
            ]
            library.push([chance.choice(change)], expected=None)
        if chance.random() < 0.5:
            next(path for path in (home / "items").iterdir()).unlink()
            list(library.changes_since(0))
        library.finish()
        patched = texts(home)
        assert not whole

        (home / "library.json").unlink()
        library.finish()
        assert texts(home) == patched
        assert whole.pop()


def test_a_note_that_goes_to_another_work_leaves_the_one_it_was_at(tmp_path: Path) -> None:
    library = FileLibrary(tmp_path / "library", lambda: SMALL_SCHEMA)
    library.push([Create(key, article("A work")) for key in KEYS[:20]], expected=None)
    library.push([Create(KEYS[30], note(KEYS[0]))], expected=None)
    library.finish()

    library.push([Update(KEYS[30], LATEST, {"parentItem": KEYS[1]})], expected=None)
    library.finish()

    assert texts(tmp_path / "library")[1].count("<p>On") == 1


def test_an_export_that_a_person_edited_is_written_whole_at_the_next_change(
    tmp_path: Path,
) -> None:
    library = FileLibrary(tmp_path / "library", lambda: SMALL_SCHEMA)
    library.push([Create(key, article("A work")) for key in KEYS[:20]], expected=None)
    library.finish()
    (tmp_path / "library" / "library.ris").write_text("rubbish")

    library.push([Create(KEYS[30], article("A work"))], expected=None)
    library.finish()

    assert texts(tmp_path / "library")[1].count("TY  - ") == 21


class Calendar:
    """Time that passes when it is told to, and appointments that are kept then."""

    def __init__(self) -> None:
        self.now = timedelta()
        self.kept: list[tuple[timedelta, Callable[[], None]]] = []

    def later(self, wait: timedelta, action: Callable[[], None]) -> Calendar:
        self.kept.append((self.now + wait, action))
        return self

    def cancel(self) -> None:
        self.kept.clear()

    def pass_by(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += timedelta(seconds=1)
            due = [action for at, action in self.kept if at <= self.now]
            self.kept = [(at, action) for at, action in self.kept if at > self.now]
            for action in due:
                action()


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def in_a_daemon(tmp_path: Path, calendar: Calendar) -> FileLibrary:
    timing = Timing(timedelta(minutes=1), lambda: calendar.now, calendar.later)
    return FileLibrary(tmp_path / "library", lambda: SMALL_SCHEMA, timing=timing)


def shown(home: Path) -> int:
    return texts(home)[1].count("TY  - ")


def test_while_a_daemon_works_the_exports_are_written_at_most_once_a_minute(
    tmp_path: Path, in_a_daemon: FileLibrary, calendar: Calendar
) -> None:
    seen = []
    for key in KEYS[:60]:
        in_a_daemon.push([Create(key, article("A work"))], expected=None)
        in_a_daemon.finish()
        seen.append(shown(tmp_path / "library"))
        calendar.pass_by(3)

    assert len(set(seen)) == 3

    calendar.pass_by(15)
    assert shown(tmp_path / "library") == 60
    assert calendar.kept == []


def test_what_was_put_off_is_written_when_the_library_is_closed(
    tmp_path: Path, in_a_daemon: FileLibrary, calendar: Calendar
) -> None:
    for key in KEYS[:3]:
        in_a_daemon.push([Create(key, article("A work"))], expected=None)
        in_a_daemon.finish()
    assert shown(tmp_path / "library") == 1

    in_a_daemon.close()

    assert shown(tmp_path / "library") == 3
    assert calendar.kept == []


def test_an_export_that_fails_later_is_tried_again(
    tmp_path: Path, in_a_daemon: FileLibrary, calendar: Calendar
) -> None:
    for key in KEYS[:2]:
        in_a_daemon.push([Create(key, article("A work"))], expected=None)
        in_a_daemon.finish()
    (tmp_path / "library" / "items").rename(tmp_path / "unmounted")
    calendar.pass_by(70)
    assert shown(tmp_path / "library") == 1

    (tmp_path / "unmounted").rename(tmp_path / "library" / "items")
    calendar.pass_by(70)

    assert shown(tmp_path / "library") == 2
