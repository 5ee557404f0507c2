"""A library whose index is lost, damaged, or older than what somebody knows of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.file import FileLibrary
from syncd.errors import ConflictError
from syncd.library import Create
from tests.conformance.schema import SMALL_SCHEMA
from tests.support.file_library import (
    KEY,
    OTHER,
    THIRD,
    article,
    changes,
    create,
    item_file,
    many_keys,
    rewrite,
    version_of,
)


@pytest.mark.parametrize("clock", [time.time_ns, lambda: 0], ids=["right", "reset"])
def test_without_its_index_a_library_is_whole_and_its_version_still_rises(
    home: Path, clock: Callable[[], int]
) -> None:
    library = FileLibrary(home, lambda: SMALL_SCHEMA, now_ns=clock)
    create(library, KEY, OTHER)
    version = version_of(library)

    (home / ".syncd" / "index.sqlite").unlink()
    create(library, THIRD)
    items, deleted, later = changes(library, version)

    assert set(items) == {KEY, OTHER, THIRD}
    assert all(version < item.version <= later for item in items.values())
    assert deleted == []
    assert changes(library, later) == ({}, [], later)


def test_versions_of_hand_edits_are_not_given_again_without_the_index(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY)
    for number in range(5):
        rewrite(item_file(home, KEY), "Title", f"{number} Title")
        version = version_of(library)
    for path in (home / ".syncd").iterdir():
        path.unlink()
    (home / ".syncd").rmdir()

    create(library, *many_keys(10))

    assert set(changes(library, version)[0]) == {KEY, *many_keys(10)}


def test_exports_made_without_the_index_miss_nothing(library: FileLibrary, home: Path) -> None:
    create(library, KEY, OTHER)
    (home / ".syncd" / "index.sqlite").unlink()

    library.finish()

    assert len(json.loads((home / "library.json").read_text())) == 2


@pytest.mark.parametrize("rubbish", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_index_is_made_anew(library: FileLibrary, home: Path, rubbish: bytes) -> None:
    create(library, KEY)
    version = version_of(library)

    (home / ".syncd" / "index.sqlite").write_bytes(rubbish)

    items, deleted, later = changes(library, version)
    assert (set(items), deleted) == ({KEY}, [])
    assert later > version


def test_an_index_damaged_inside_is_made_anew_at_once(library: FileLibrary, home: Path) -> None:
    create(library, *many_keys(60))
    version = version_of(library)
    index = home / ".syncd" / "index.sqlite"
    raw = bytearray(index.read_bytes())
    raw[8192:] = b"\xff" * (len(raw) - 8192)
    index.write_bytes(raw)

    items, deleted, later = changes(library, version)

    assert (len(items), deleted) == (60, [])
    assert later > version


def test_a_restored_backup_is_told_whole_to_who_knew_more(
    library: FileLibrary, home: Path, tmp_path: Path
) -> None:
    create(library, KEY)
    backup = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    create(library, OTHER)
    version = version_of(library)
    item_file(home, OTHER).unlink()
    for path, content in backup.items():
        path.write_bytes(content)

    with pytest.raises(ConflictError):
        library.push([Create(THIRD, article())], expected=version)
    items, _, later = changes(library, version)

    assert set(items) == {KEY}
    assert later > version
    library.push([Create(THIRD, article())], expected=later)
