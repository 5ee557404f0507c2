"""What was just written is exported without being read again, unless somebody has touched it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.file import FileLibrary, exports
from adapters.file import push as pushing
from adapters.file.index import Index, open_index
from adapters.file.kept import Kept
from adapters.file.look import digest_of, read_file, row_of
from syncd.library import Create, Trash, Update
from syncd.record import ItemKey
from syncd.system.filesystems import Filesystem
from tests.support.file_library import (
    KEY,
    OTHER,
    THIRD,
    article,
    create,
    item_file,
    open_library,
    push,
    rewrite,
    version_of,
)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the items that the exports have read."""
    read: list[str] = []

    def reading(items: Path, key: str) -> bytes:
        read.append(key)
        return read_file(items, key)

    monkeypatch.setattr(exports, "read_file", reading)
    return read


def shown(home: Path) -> dict[str, str]:
    """Return the titles that the exports show; each file has to show the same works."""
    works = json.loads((home / "library.json").read_text())
    titles = {work["id"]: work["title"] for work in works}
    for title in titles.values():
        assert title in (home / "library.ris").read_text()
        bare = (home / "library.bib").read_text().replace("{", "").replace("}", "")
        assert title in bare
    return titles


def test_what_was_just_written_is_not_read_again(
    library: FileLibrary, home: Path, read: list[str]
) -> None:
    create(library, KEY, OTHER)
    note = Create(THIRD, {"itemType": "note", "parentItem": KEY, "note": "<p>Funded</p>"})
    push(library, note, Update(OTHER, version_of(library), {"title": "Newer"}))
    if library._access._watch.touched() is None:
        pytest.skip("the kernel tells nothing of this file system")

    library.finish()

    assert shown(home) == {KEY: f"Title {KEY}", OTHER: "Newer"}
    assert "<p>Funded</p>" in (home / "library.ris").read_text()
    assert read == []


def test_what_goes_into_the_trash_right_away_is_not_shown(library: FileLibrary, home: Path) -> None:
    create(library, KEY, OTHER)
    push(library, Trash(KEY, version_of(library)))

    library.finish()

    assert list(shown(home)) == [OTHER]


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_an_edit_before_the_exports_is_exported(
    library: FileLibrary, home: Path, is_looked_at: bool
) -> None:
    create(library, KEY, OTHER, THIRD)
    rewrite(item_file(home, KEY), "Title", "By hand")
    (home / "new").write_text(item_file(home, OTHER).read_text().replace("Title", "Moved here"))
    (home / "new").rename(item_file(home, OTHER))
    item_file(home, THIRD).unlink()
    if is_looked_at:
        version_of(library)

    library.finish()

    assert shown(home) == {KEY: f"By hand {KEY}", OTHER: f"Moved here {OTHER}"}


def test_an_edit_at_the_very_moment_of_writing_is_exported(
    library: FileLibrary, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(library, OTHER)

    def edit_first(key: ItemKey, *told: Any, **more: Any) -> Any:
        rewrite(item_file(home, key), "Title", "By hand")
        return row_of(key, *told, **more)

    monkeypatch.setattr(pushing, "row_of", edit_first)
    create(library, KEY)

    library.finish()

    assert shown(home) == {KEY: f"By hand {KEY}", OTHER: f"Title {OTHER}"}


def test_what_another_daemon_has_written_since_is_exported(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY)
    other = open_library(home)
    push(other, Update(KEY, version_of(other), {"title": "Theirs"}))
    version_of(library)

    library.finish()

    assert shown(home) == {KEY: "Theirs"}


def test_where_the_kernel_tells_nothing_everything_is_read(
    library: FileLibrary, home: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "adapters.file.watch.filesystem_of", lambda path: Filesystem("nfs4", str(path))
    )
    create(library, KEY, OTHER)
    rewrite(item_file(home, KEY), "Title", "By hand")

    library.finish()

    assert shown(home) == {KEY: f"By hand {KEY}", OTHER: f"Title {OTHER}"}
    assert sorted(read) == [KEY, OTHER]


def test_where_the_folder_is_another_than_before_everything_is_read(
    library: FileLibrary, home: Path, read: list[str]
) -> None:
    create(library, KEY, OTHER)
    (home / "items").rename(home / "before")
    shutil.copytree(home / "before", home / "items")
    rewrite(item_file(home, KEY), "Title", "By hand")

    library.finish()

    assert shown(home) == {KEY: f"By hand {KEY}", OTHER: f"Title {OTHER}"}
    assert sorted(read) == [KEY, OTHER]


def test_nothing_is_kept_once_it_is_exported(
    library: FileLibrary, home: Path, read: list[str]
) -> None:
    create(library, KEY)
    library.finish()
    (home / "library.ris").unlink()

    library.finish()

    assert shown(home) == {KEY: f"Title {KEY}"}
    assert read == [KEY]


@pytest.fixture
def known(library: FileLibrary, home: Path) -> Callable[[Callable[[Index], None]], None]:
    """Calls something with the index of a library of three items."""
    create(library, KEY, OTHER, THIRD)

    def call(body: Callable[[Index], None]) -> None:
        with open_index(home / ".syncd" / "index.sqlite", 0) as index:
            body(index)

    return call


def test_no_more_is_kept_than_fits(
    home: Path, known: Callable[[Callable[[Index], None]], None]
) -> None:
    texts = {key: item_file(home, key).read_bytes() for key in (KEY, OTHER, THIRD)}
    kept = Kept(most_bytes=2 * len(texts[KEY]))

    def body(index: Index) -> None:
        kept.keep([(KEY, 2 * texts[KEY], b"older")])
        kept.keep((key, text, digest_of(text)) for key, text in texts.items())

        assert kept.take(index, set()) == {KEY: texts[KEY], OTHER: texts[OTHER]}
        assert kept.take(index, set()) == {}

    known(body)


def test_an_older_text_is_not_kept_where_the_newer_does_not_fit(
    home: Path, known: Callable[[Callable[[Index], None]], None]
) -> None:
    text = item_file(home, KEY).read_bytes()
    kept = Kept(most_bytes=len(text))

    def body(index: Index) -> None:
        kept.keep([(KEY, text, digest_of(text)), (KEY, text + b" ", b"newer")])
        kept.keep([(OTHER, item_file(home, OTHER).read_bytes(), digest_of(b"another"))])

        assert kept.take(index, set()) == {}

    known(body)


def test_what_a_person_has_broken_is_not_shown_as_it_was(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    version = version_of(library)
    item_file(home, KEY).write_text("{")

    assert push(library, Update(KEY, version, {"title": "Ours"}), Create(OTHER, article("Good")))
    library.finish()

    assert shown(home) == {OTHER: "Good"}
