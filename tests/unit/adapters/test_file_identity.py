"""Who a library in a directory is, and what was deleted from it, wherever the directory goes."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from adapters.file import FileLibrary
from syncd.errors import PausedError, UnavailableError
from syncd.library import Create, Renewable
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEY, OTHER = ItemKey("ABCD2345"), ItemKey("EFGH6789")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A library of two items of which one was deleted."""
    library = open_library(tmp_path / "library")
    create(library, KEY, OTHER)
    (tmp_path / "library" / "items" / f"{OTHER}.json").unlink()
    deleted(library)
    return tmp_path / "library"


def open_library(home: Path) -> FileLibrary:
    return FileLibrary(home, lambda: SMALL_SCHEMA)


def create(library: FileLibrary, *keys: ItemKey) -> None:
    data = {"itemType": "journalArticle", "title": "A title"}
    library.push([Create(key, data) for key in keys], expected=None)


def deleted(library: FileLibrary) -> list[ItemKey]:
    return [key for page in library.changes_since(0) for key in page.deleted]


def as_an_older_syncd_left_it(home: Path) -> None:
    """Take away what an older syncd did not write, and give the index its former shape."""
    (home / "identity.json").unlink()
    (home / "removed.json").unlink()
    index = sqlite3.connect(home / ".syncd" / "index.sqlite")
    index.executescript(
        """
        CREATE TABLE i AS SELECT key, version, signature, digest, item_type, parent, trashed,
            damaged FROM items;
        DROP TABLE items; ALTER TABLE i RENAME TO items;
        CREATE TABLE t AS SELECT key, version FROM tombstones;
        DROP TABLE tombstones; ALTER TABLE t RENAME TO tombstones;
        CREATE TABLE l AS SELECT version, exported FROM library;
        DROP TABLE library; ALTER TABLE l RENAME TO library;
        DROP TABLE pieces;
        PRAGMA user_version = 1;
        """
    )
    index.close()


def test_a_library_that_moves_stays_the_library_it_is(home: Path, tmp_path: Path) -> None:
    before = open_library(home).describe()

    home.rename(tmp_path / "moved")
    moved = open_library(tmp_path / "moved")

    assert moved.describe().identity == moved.identity == before.identity
    assert before.location == str(home)
    assert moved.describe().location == str(tmp_path / "moved")
    assert deleted(moved) == [OTHER]


def test_what_was_deleted_is_known_without_anything_that_syncd_remembers(home: Path) -> None:
    identity = open_library(home).identity

    shutil.rmtree(home / ".syncd")

    assert deleted(open_library(home)) == [OTHER]
    assert open_library(home).identity == identity


def test_what_is_there_again_is_no_longer_deleted(home: Path) -> None:
    create(open_library(home), OTHER)
    shutil.rmtree(home / ".syncd")

    assert deleted(open_library(home)) == []
    assert json.loads((home / "removed.json").read_text()) == []


def test_an_older_library_is_brought_forward_under_the_name_it_had(home: Path) -> None:
    version = [page.to_version for page in open_library(home).changes_since(0)][-1]
    as_an_older_syncd_left_it(home)
    library = open_library(home)

    assert library.identity == f"file:{home}"
    pages = list(library.changes_since(version or 0))
    assert [page.items for page in pages if page.items] == []
    assert pages[-1].to_version == version

    home.rename(home.with_name("moved"))
    shutil.rmtree(home.with_name("moved") / ".syncd")
    moved = open_library(home.with_name("moved"))
    assert moved.identity == f"file:{home}"
    assert deleted(moved) == [OTHER]


def test_a_copy_is_paused_while_the_original_is_there(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "copy")
    copy = open_library(tmp_path / "copy")

    with pytest.raises(PausedError, match=f"copy of the library in {home}"):
        copy.describe()
    with pytest.raises(PausedError):
        create(copy, OTHER)
    assert len(list((tmp_path / "copy" / "items").iterdir())) == 1
    assert open_library(home).describe().writable

    shutil.rmtree(home)
    assert copy.describe().identity == f"file:{home}"


def test_a_copy_can_become_a_library_of_its_own(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "copy")
    copy = open_library(tmp_path / "copy")
    assert isinstance(copy, Renewable)

    copy.renew_identity()

    assert copy.describe().identity != open_library(home).describe().identity
    create(copy, OTHER)


def test_a_library_seen_in_two_places_is_no_copy(home: Path, tmp_path: Path) -> None:
    """As a container sees a folder that is mounted into it: hard links stand in for the mount."""
    shutil.copytree(home, tmp_path / "seen")
    (tmp_path / "seen" / "identity.json").unlink()
    (tmp_path / "seen" / "identity.json").hardlink_to(home / "identity.json")

    assert open_library(tmp_path / "seen").describe().identity == open_library(home).identity


def test_a_library_begun_where_another_was_is_not_taken_for_its_original(
    home: Path, tmp_path: Path
) -> None:
    home.rename(tmp_path / "moved")
    create(open_library(home), KEY)

    assert deleted(open_library(tmp_path / "moved")) == [OTHER]


@pytest.mark.parametrize("text", ["", "{}", '{"id": "", "mark": "a", "place": "b"}', "[]"])
def test_a_damaged_identity_waits_for_a_person(home: Path, text: str) -> None:
    (home / "identity.json").write_text(text)

    with pytest.raises(UnavailableError, match=r"identity\.json"):
        open_library(home).describe()


@pytest.mark.parametrize("text", ["{", '["no key"]', "{}"])
def test_a_damaged_list_of_deletions_is_not_taken_for_none(home: Path, text: str) -> None:
    (home / "removed.json").write_text(text)
    shutil.rmtree(home / ".syncd")

    with pytest.raises(UnavailableError, match=r"removed\.json"):
        deleted(open_library(home))
