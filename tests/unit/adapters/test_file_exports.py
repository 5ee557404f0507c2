"""The exports: patched as they would be written whole, and in a daemon only now and then."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.file import FileLibrary, edited, exports
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


def texts(home: Path) -> tuple[str, ...]:
    return tuple((home / f"library.{suffix}").read_text() for suffix in ("json", "ris", "bib"))


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
    write_all = exports._Writing.write_all

    def write_whole(*given: Any) -> None:
        whole.append(True)
        write_all(*given)

    monkeypatch.setattr(exports._Writing, "write_all", write_whole)

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


# Edited by hand


def filled(home: Path, works: int = 20) -> FileLibrary:
    library = FileLibrary(home, lambda: SMALL_SCHEMA)
    library.push([Create(key, article(f"Work {key}")) for key in KEYS[:works]], expected=None)
    library.finish()
    return library


@pytest.mark.parametrize("name", ["library.json", "library.ris", "library.bib"])
def test_an_export_edited_by_hand_is_kept_beside_the_new_one_and_reported(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    library = filled(tmp_path)
    before = texts(tmp_path)
    stem, _, suffix = name.partition(".")
    kept = [tmp_path / f"{stem}.edited.{suffix}", tmp_path / f"{stem}.edited-2.{suffix}"]

    for words in ("mine", "mine again"):
        (tmp_path / name).write_text(words)
        library.finish()

    assert texts(tmp_path) == before
    assert [path.read_text() for path in kept] == ["mine", "mine again"]
    assert sum("edited by hand" in line for line in caplog.messages) == 2
    [notice] = library.notices()
    assert f"{name} in {tmp_path} was edited by hand" in notice
    assert ", ".join(path.name for path in kept) in notice
    for path in kept:
        path.unlink()
    assert library.notices() == []


def test_files_that_only_look_like_what_was_kept_are_nothing_to_tell_of(tmp_path: Path) -> None:
    library = filled(tmp_path)
    for name in ("library.edited.txt", "library.edited-x.bib", "my library.edited.bib"):
        (tmp_path / name).write_text("mine")

    assert library.notices() == []


def test_items_that_cannot_be_read_are_told_of_until_they_can(tmp_path: Path) -> None:
    library = filled(tmp_path)
    whole = {key: (tmp_path / "items" / f"{key}.json").read_bytes() for key in KEYS[:7]}
    for key in whole:
        (tmp_path / "items" / f"{key}.json").write_text("{")
    list(library.changes_since(0))

    *first, more = library.notices()
    assert len(first) == 5
    assert all("cannot be read as an item" in each for each in first)
    assert more.startswith("2 more files in ")
    for key, content in whole.items():
        (tmp_path / "items" / f"{key}.json").write_bytes(content)
    list(library.changes_since(0))
    assert library.notices() == []


def test_what_is_written_into_an_export_until_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = filled(tmp_path)
    note_marks = edited.note_marks

    def edit(*given: Any) -> None:
        (tmp_path / "library.bib").write_text("mine")
        note_marks(*given)

    monkeypatch.setattr(exports, "note_marks", edit)
    library.push([Create(KEYS[40], article("New"))], expected=None)
    library.finish()

    assert (tmp_path / "library.edited.bib").read_text() == "mine"
    assert texts(tmp_path)[2].count("@article{") == 21


def test_exports_that_were_moved_copied_or_touched_are_not_edited(tmp_path: Path) -> None:
    library = filled(tmp_path)
    for name in ("library.json", "library.ris", "library.bib"):
        copy = tmp_path / "copy"
        copy.write_bytes((tmp_path / name).read_bytes())
        copy.rename(tmp_path / name)

    library.push([Create(KEYS[40], article("New"))], expected=None)
    library.finish()

    assert list(tmp_path.glob("*edited*")) == []
    assert shown(tmp_path) == 21


def test_exports_of_which_nothing_is_remembered_are_kept_only_where_they_differ(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    shutil.rmtree(tmp_path / ".syncd")
    (tmp_path / "library.ris").write_text("mine")

    FileLibrary(tmp_path, lambda: SMALL_SCHEMA).finish()

    assert [path.name for path in tmp_path.glob("*edited*")] == ["library.edited.ris"]


@pytest.mark.parametrize("survives", range(3))
def test_a_death_while_the_exports_get_their_names_makes_nothing_an_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    library = filled(tmp_path)
    put_over, left = edited.put_over, [None] * survives

    def die(*given: Any) -> Any:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        return put_over(*given)

    library.push([Create(KEYS[40], article("New"))], expected=None)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(exports, "put_over", die)
        library.finish()
    again = FileLibrary(tmp_path, lambda: SMALL_SCHEMA)
    again.push([Create(KEYS[41], article("Newer"))], expected=None)
    again.finish()

    assert list(tmp_path.glob("*edited*")) == []
    assert [text.count("Newer") for text in texts(tmp_path)] == [1, 1, 1]


# Citation keys


def keys_in(home: Path) -> list[str]:
    return re.findall(r"^@\w+\{(.*),$", (home / "library.bib").read_text(), re.MULTILINE)


def test_citation_keys_stay_when_all_else_is_forgotten(tmp_path: Path) -> None:
    library = filled(tmp_path, 3)
    first = keys_in(tmp_path)
    library.push([Update(KEYS[1], LATEST, {"title": "Otherwise"})], expected=None)
    library.push([Trash(KEYS[0], LATEST)], expected=None)
    library.finish()
    shutil.rmtree(tmp_path / ".syncd")
    again = FileLibrary(tmp_path, lambda: SMALL_SCHEMA)
    again.push([Restore(KEYS[0], LATEST), Create(KEYS[40], article("Work"))], expected=None)
    again.finish()

    assert len(set(first)) == 3
    assert [key for key in keys_in(tmp_path) if key in first] == first
    assert len(set(keys_in(tmp_path))) == 4


def test_a_line_without_an_end_among_the_citation_keys_spoils_no_other(tmp_path: Path) -> None:
    library = filled(tmp_path, 2)
    with (tmp_path / "citation-keys.tsv").open("a") as file:
        file.write("rubbish\nMANY3322\tcut")

    library.push([Create(KEYS[40], article("New"))], expected=None)
    library.finish()

    assert len(keys_in(tmp_path)) == 3
    assert keys_in(tmp_path)[-1] in (tmp_path / "citation-keys.tsv").read_text().split()


def test_links_beside_a_work_stand_in_the_ris(tmp_path: Path) -> None:
    library = filled(tmp_path)
    link = {"itemType": "attachment", "parentItem": KEYS[0], "linkMode": "linked_url",
            "title": "Full Text", "url": "https://x.example/a.pdf"}  # fmt: skip

    file = {**link, "linkMode": "linked_file", "url": "", "path": "/home/ada/b.pdf"}

    library.push([Create(KEYS[50], link), Create(KEYS[51], file)], expected=None)
    library.finish()

    assert texts(tmp_path)[1].count("L2  - https://x.example/a.pdf\n") == 1
    assert texts(tmp_path)[1].count("L1  - /home/ada/b.pdf\n") == 1
