"""An index with flipped bytes is made anew, and nothing is lost by it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from adapters.file import FileLibrary
from adapters.file import push as pushing
from adapters.file.index import open_index
from adapters.file.watch import FolderWatch
from syncd.errors import ConflictError, UnavailableError
from syncd.library import Create
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEYS = [ItemKey(f"FLIP{tens}{ones}22") for tens in "23456789" for ones in "23456789"]


def open_library(home: Path) -> FileLibrary:
    return FileLibrary(home, lambda: SMALL_SCHEMA)


def create(library: FileLibrary, keys: list[ItemKey]) -> None:
    data = {"itemType": "journalArticle", "title": "A title"}
    library.push([Create(key, data) for key in keys], expected=None)


def follow(library: FileLibrary, since: int = 0) -> tuple[set[ItemKey], set[ItemKey], int]:
    pages = list(library.changes_since(since))
    there = {item.key for page in pages for item in page.items}
    assert pages[-1].to_version is not None
    return there, {key for page in pages for key in page.deleted}, pages[-1].to_version


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A library of some items, one of which was deleted, whose files are known by `stat`."""
    library = open_library(tmp_path / "library")
    create(library, KEYS[:30])
    (tmp_path / "library" / "items" / f"{KEYS[0]}.json").unlink()
    for path in (tmp_path / "library" / "items").iterdir():
        os.utime(path, ns=(1, 1))
    library._access._now_ns = lambda: 2**62
    follow(library)
    return tmp_path / "library"


@pytest.mark.parametrize("seed", range(10))
def test_no_flipped_byte_stops_the_library_or_loses_an_item(home: Path, seed: int) -> None:
    chance = random.Random(seed)
    index = home / ".syncd" / "index.sqlite"
    saved = index.read_bytes()
    version = follow(open_library(home))[2]

    # The first hundred bytes say what kind of database it is; each of them is tried.
    places = range(seed, 100, 10), (chance.randrange(100, len(saved)) for _ in range(20))
    for place in (place for some in places for place in some):
        flipped = bytearray(saved)
        flipped[place] ^= 1 << chance.randrange(8)
        index.write_bytes(flipped)
        library = open_library(home)

        _, _, later = follow(library, version)
        there, deleted, _ = follow(library)

        assert there == set(KEYS[1:30])
        assert KEYS[0] in deleted
        assert not deleted & there
        assert later >= version


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE items SET version = version + 1 WHERE key = 'FLIP2322'",
        "UPDATE items SET signature = CAST(x'ff31' AS TEXT) WHERE key = 'FLIP2322'",
        "UPDATE items SET parent = 'FLIP2222' WHERE key = 'FLIP2322'",
        "UPDATE items SET key = 'FLIP9999' WHERE key = 'FLIP2322'",
        "UPDATE library SET version = version + 256",
        "UPDATE tombstones SET version = 0",
        "DELETE FROM library",
        "DROP TABLE tombstones",
    ],
)
def test_a_value_that_syncd_did_not_write_is_noticed(
    home: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    index = sqlite3.connect(home / ".syncd" / "index.sqlite", isolation_level=None)
    index.execute(damage)
    index.close()

    there, deleted, _ = follow(open_library(home))

    assert (there, deleted) == (set(KEYS[1:30]), {KEYS[0]})
    assert "was damaged" in caplog.text


def test_an_index_that_may_be_written_and_says_otherwise_is_damaged(home: Path) -> None:
    index = home / ".syncd" / "index.sqlite"
    raw = bytearray(index.read_bytes())
    raw[18] = 9  # a form of writing that no SQLite knows: it opens the file for reading only
    index.write_bytes(raw)

    create(open_library(home), KEYS[40:41])

    assert follow(open_library(home))[0] == {*KEYS[1:30], KEYS[40]}


# Links

LOOP = f"{KEYS[50]}.json"


@pytest.mark.parametrize("target", [LOOP, f"{KEYS[1]}.json/below", "x" * 5000], ids=len)
def test_a_link_that_cannot_be_followed_is_left_out_with_a_word(
    home: Path, target: str, caplog: pytest.LogCaptureFixture
) -> None:
    if len(target) < 4096:
        (home / "items" / LOOP).symlink_to(target)
    else:
        (home / "items" / LOOP).symlink_to("/" + "/".join(["a" * 300]))
    library = open_library(home)

    create(library, KEYS[40:41])
    there, _, _ = follow(library)
    library.finish()

    assert there == {*KEYS[1:30], KEYS[40]}
    assert LOOP in caplog.text
    with pytest.raises(UnavailableError, match=LOOP):
        library.get([KEYS[50]])


# The watch


@pytest.fixture
def watch(tmp_path: Path) -> FolderWatch:
    (tmp_path / "watched").mkdir()
    watch = FolderWatch(tmp_path / "watched")
    watch.begin()
    if watch.touched() is None:
        pytest.skip("the kernel tells nothing of this file system")
    return watch


def test_the_watch_names_what_was_written_moved_or_deleted(
    watch: FolderWatch, tmp_path: Path
) -> None:
    folder = tmp_path / "watched"
    (folder / "deleted").touch()
    watch.begin()

    (folder / "deleted").unlink()
    (folder / "written").write_text("a")
    (tmp_path / "moved").touch()
    (tmp_path / "moved").rename(folder / "moved")

    assert watch.touched() == {"deleted", "written", "moved"}
    watch.forget({"written"})
    assert watch.touched() == {"deleted", "moved"}
    watch.begin()
    assert watch.touched() == set()
    watch.end()


def test_a_folder_that_is_another_than_before_is_not_known(
    watch: FolderWatch, tmp_path: Path
) -> None:
    (tmp_path / "watched").rename(tmp_path / "before")
    (tmp_path / "watched").mkdir()

    assert watch.touched() is None
    watch.begin()
    assert watch.touched() == set()
    watch.end()


def test_more_than_the_kernel_keeps_is_not_known(watch: FolderWatch, tmp_path: Path) -> None:
    kept = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if kept > 20_000:
        pytest.skip("the kernel keeps more than a test should write")
    for number in range(kept // 3 + 2):
        (tmp_path / "watched" / str(number)).write_text("a")
        (tmp_path / "watched" / str(number)).unlink()

    assert watch.touched() is None
    watch.end()


@pytest.mark.parametrize("is_watched", [True, False])
def test_an_edit_in_place_is_noticed_by_the_next_push(
    home: Path, is_watched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_watched:
        monkeypatch.setattr(FolderWatch, "_start", lambda watch: None)
    library = open_library(home)
    _, _, version = follow(library)
    path = home / "items" / f"{KEYS[3]}.json"
    path.write_bytes(path.read_bytes().replace(b"A title", b"B title"))

    with pytest.raises(ConflictError):
        library.push([Create(KEYS[40], {"itemType": "book"})], expected=version)


def test_a_push_after_a_look_lists_no_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = open_library(home)
    follow(library)
    if library._access._watch.touched() is None:
        pytest.skip("the kernel tells nothing of this file system")
    monkeypatch.setattr(os, "scandir", lambda *_: pytest.fail("the folder was listed"))

    for key in KEYS[40:45]:
        create(library, [key])


def test_behind_a_file_too_young_to_be_told_by_stat_none_is_asked_about(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, new = open_library(home), KEYS[40:50]
    follow(library)
    told = iter(["old enough", "old enough", ""])
    monkeypatch.setattr(pushing, "signature", lambda *_: next(told))

    create(library, new)

    with open_index(home / ".syncd" / "index.sqlite", 0) as index:
        marks = index.signatures()
    assert [marks[key] for key in new] == ["old enough"] * 2 + [""] * 8


def test_all_items_gone_between_look_and_push_are_not_believed(home: Path) -> None:
    library = open_library(home)
    follow(library)
    shutil.rmtree(home / "items")
    (home / "items").mkdir()

    with pytest.raises(UnavailableError, match="items are gone"):
        create(library, KEYS[40:41])
