"""The library in a directory among people with editors, backups, other programs and full disks."""

from __future__ import annotations

import json
import logging
import os
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from adapters.file import FileLibrary
from adapters.file.look import read_file
from syncd.errors import ConflictError, Denial, UnavailableError
from syncd.library import (
    Accepted,
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Refusal,
    Update,
)
from syncd.record import ItemKey
from syncd.schema import Schema
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
    open_library,
    push,
    refusals,
    rewrite,
    version_of,
)
from tests.support.somebody import somebody_else

# Coming into being


def test_reading_a_library_that_is_not_there_yet_makes_nothing(
    library: FileLibrary, home: Path
) -> None:
    assert changes(library) == ({}, [], 0)
    assert library.get([KEY]) == []
    assert library.collections() == []
    library.finish()
    assert library.describe().writable
    assert not home.exists()


def test_a_library_that_cannot_begin_where_it_should_says_so_and_asks_for_no_key(
    tmp_path: Path,
) -> None:
    description = open_library(tmp_path / "nowhere" / "library").describe()

    assert (description.writable, description.denial) == (False, Denial.FOLDER_CLOSED)
    assert description.access == f"the folder {tmp_path / 'nowhere'} may not be written to"


def test_the_first_push_makes_the_folder_but_not_those_above_it(tmp_path: Path) -> None:
    create(open_library(tmp_path / "library"), KEY)
    assert item_file(tmp_path / "library", KEY).is_file()

    unmounted = tmp_path / "mnt" / "usb" / "library"
    with pytest.raises(UnavailableError, match="mounted"):
        push(open_library(unmounted), Create(KEY, article()))
    assert not unmounted.parent.parent.exists()


def test_an_item_lies_in_a_file_of_its_own_in_zoteros_json(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY)

    document = json.loads(item_file(home, KEY).read_text())

    assert document == {"key": KEY, "version": 1, "data": article(f"Title {KEY}")}
    assert [path.name for path in (home / "items").iterdir()] == [f"{KEY}.json"]


def test_collections_lie_in_one_file_that_a_person_may_edit(
    library: FileLibrary, home: Path
) -> None:
    key = CollectionKey("CQLL2345")
    push(library, CreateCollection(key, "Inbox"))

    rewrite(home / "collections.json", "Inbox", "Eingang")

    assert [collection.name for collection in library.collections()] == ["Eingang"]


def test_an_identity_is_where_a_library_really_is(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    there = open_library(tmp_path / "link").describe()

    assert there.identity == f"file:{(tmp_path / 'real').resolve()}"
    assert there.title == "real"


# People at work


def test_a_file_that_a_person_adds_is_an_item(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    version = version_of(library)

    text = item_file(home, KEY).read_text().replace("Title", "Copied")
    item_file(home, OTHER).write_text(text)

    items, deleted, _ = changes(library, version)
    assert {key: item.data["title"] for key, item in items.items()} == {OTHER: f"Copied {KEY}"}
    assert deleted == []


def test_files_that_are_no_items_are_passed_over(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    version = version_of(library)
    text = item_file(home, KEY).read_text()

    for name in ("notes.txt", f".{KEY}.json.swp", f"{KEY} (copy).json", "abcd2345.json", "README"):
        (home / "items" / name).write_text(text)

    assert changes(library, version) == ({}, [], version)


@pytest.mark.parametrize("size", [1 << 16, (1 << 16) + 1, 3 << 16])
def test_a_long_item_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    (tmp_path / "ABCD2345.json").write_bytes(bytes(size - 1) + b"x")

    assert read_file(tmp_path, "ABCD2345") == bytes(size - 1) + b"x"


def test_an_edit_of_the_same_length_right_after_writing_is_noticed(
    library: FileLibrary, home: Path
) -> None:
    for number in range(20):
        library.push([Create(ItemKey(many_keys(20)[number]), article("aaaa"))], expected=None)
        version = version_of(library)
        rewrite(item_file(home, many_keys(20)[number]), "aaaa", "bbbb")

        [item] = changes(library, version)[0].values()

        assert item.data["title"] == "bbbb"


def test_touching_or_replacing_a_file_by_itself_is_no_change(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY, OTHER)
    version = version_of(library)

    os.utime(item_file(home, KEY))
    copy = home / "copy"
    copy.write_bytes(item_file(home, OTHER).read_bytes())
    copy.rename(item_file(home, OTHER))

    assert changes(library, version) == ({}, [], version)


@pytest.mark.parametrize(
    "broken", ["", '{"data": ', '{"data": {"title": "No type"}}', "\udcff"], ids=repr
)
def test_a_broken_file_is_neither_a_deletion_nor_a_stop_and_counts_again_once_repaired(
    library: FileLibrary, home: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    create(library, KEY, OTHER)
    version = version_of(library)
    whole = item_file(home, KEY).read_bytes()

    item_file(home, KEY).write_bytes(broken.encode(errors="surrogateescape"))
    rewrite(item_file(home, OTHER), "Title", "Edited")
    items, deleted, broken_at = changes(library, version)
    changes(library, version)

    assert set(items) == {OTHER}
    assert deleted == []
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert f"{KEY}.json" in warnings[0]

    item_file(home, KEY).write_bytes(whole)
    items, deleted, _ = changes(library, broken_at)
    assert set(items) == {KEY}
    assert deleted == []


def test_a_broken_item_keeps_its_key_and_is_left_to_the_person(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY)
    version = version_of(library)
    item_file(home, KEY).write_text("{")

    outcomes = push(
        library,
        Create(KEY, article("Again")),
        Update(KEY, version, {"title": "Ours"}),
        Create(OTHER, {"itemType": "note", "parentItem": KEY, "note": "<p>On a wreck</p>"}),
        Create(THIRD, article("Unharmed")),
    )

    assert refusals(outcomes) == [Refusal.KEY_TAKEN, Refusal.INVALID, Refusal.INVALID, None]
    assert item_file(home, KEY).read_text() == "{"


def test_a_broken_item_that_is_looked_up_is_not_said_to_be_absent(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY, OTHER)
    item_file(home, KEY).write_text("{\n]")

    with pytest.raises(UnavailableError, match=rf"{KEY}\.json.*line 2"):
        library.get([KEY])
    assert [item.key for item in library.get([OTHER])] == [OTHER]


def test_a_broken_file_that_is_removed_is_a_deletion(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    version = version_of(library)
    item_file(home, KEY).write_text("{")
    version_of(library)

    item_file(home, KEY).unlink()

    assert changes(library, version)[1] == [KEY]


def test_a_file_that_never_was_an_item_leaves_no_tombstone(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY)
    item_file(home, OTHER).write_text("{")
    version = version_of(library)

    item_file(home, OTHER).unlink()

    assert changes(library, version)[:2] == ({}, [])


def test_what_is_no_file_never_hangs_a_look(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    os.mkfifo(item_file(home, OTHER))
    item_file(home, THIRD).mkdir()

    assert set(changes(library)[0]) == {KEY}
    assert refusals(push(library, Create(OTHER, article()), Create(THIRD, article()))) == [
        Refusal.KEY_TAKEN,
        Refusal.KEY_TAKEN,
    ]


def test_broken_collections_are_not_taken_for_none(library: FileLibrary, home: Path) -> None:
    push(library, CreateCollection(CollectionKey("CQLL2345"), "Inbox"))
    (home / "collections.json").write_text('[{"key": "CQLL2345"}]')

    with pytest.raises(UnavailableError, match=r"collections\.json"):
        library.collections()
    with pytest.raises(UnavailableError, match=r"collections\.json"):
        push(library, CreateCollection(CollectionKey("CQLL6789"), "Inbox"))


class PersonBetween:
    """Someone who saves a file after the library has looked and before it writes.

    The library asks for the schema at just that moment.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text: str | None = None

    def __call__(self) -> Schema:
        if self.text is not None:
            self.path.write_text(self.text)
        return SMALL_SCHEMA


def test_an_edit_between_look_and_write_survives(home: Path) -> None:
    person = PersonBetween(item_file(home, KEY))
    library = FileLibrary(home, person)
    create(library, KEY)
    version = version_of(library)
    person.text = item_file(home, KEY).read_text().replace("Title", "By hand")

    outcomes = push(
        library,
        Update(KEY, version, {"title": "Ours"}),
        AddToCollection(KEY, version, (), ("ours",)),
    )

    assert refusals(outcomes) == [Refusal.CHANGED, Refusal.CHANGED]
    assert item_file(home, KEY).read_text() == person.text
    assert set(changes(library, version)[0]) == {KEY}


def test_a_file_added_between_look_and_write_survives(home: Path) -> None:
    person = PersonBetween(item_file(home, KEY))
    # Seen from the far future every file is old enough to be told by `stat` alone.
    library = FileLibrary(home, person, now_ns=lambda: 2**62)
    create(library, OTHER)
    person.text = item_file(home, OTHER).read_text().replace("Title", "By hand")

    outcomes = push(library, Create(KEY, article("Ours")), Create(THIRD, article("Unharmed")))

    assert refusals(outcomes) == [Refusal.KEY_TAKEN, None]
    assert item_file(home, KEY).read_text() == person.text
    assert set(changes(library)[0]) == {KEY, OTHER, THIRD}


# Absence


def test_a_few_items_may_all_be_deleted(library: FileLibrary, home: Path) -> None:
    create(library, KEY, OTHER)
    version = version_of(library)

    item_file(home, KEY).unlink()
    item_file(home, OTHER).unlink()

    assert changes(library, version)[:2] == ({}, [KEY, OTHER])


def test_many_items_gone_at_once_are_not_believed_until_a_person_says_so(
    library: FileLibrary, home: Path
) -> None:
    create(library, *many_keys(12))
    version = version_of(library)
    for key in many_keys(12):
        item_file(home, key).unlink()

    with pytest.raises(UnavailableError, match=r"12 items are gone.*EMPTIED"):
        changes(library, version)
    with pytest.raises(UnavailableError):
        push(library, Create(KEY, article()))

    (home / "items" / "EMPTIED").touch()
    assert sorted(changes(library, version)[1]) == sorted(many_keys(12))


def test_a_vanished_items_folder_is_unavailable(library: FileLibrary, home: Path) -> None:
    create(library, KEY)
    version = version_of(library)
    (home / "items").rename(home / "elsewhere")

    for call in (
        lambda: changes(library, version),
        lambda: library.get([KEY]),
        lambda: push(library, Create(OTHER, article())),
        library.finish,
        library.collections,
    ):
        with pytest.raises(UnavailableError, match="vanished"):
            call()

    (home / "elsewhere").rename(home / "items")
    assert changes(library, version) == ({}, [], version)


@pytest.mark.parametrize("mount_point_is_left", [True, False])
def test_an_unmounted_library_is_unavailable_and_not_begun_anew(
    library: FileLibrary, home: Path, tmp_path: Path, mount_point_is_left: bool
) -> None:
    create(library, KEY)
    version = version_of(library)
    home.rename(tmp_path / "unmounted")
    if mount_point_is_left:
        home.mkdir()

    with pytest.raises(UnavailableError, match="mounted"):
        changes(library, version)
    with pytest.raises(UnavailableError, match="mounted"):
        library.push([Create(OTHER, article())], expected=version)

    assert not (home / "items").exists()


# Looking at little


def test_what_is_edited_right_after_it_was_written_is_noticed(home: Path) -> None:
    # Seen from the far future every file is old enough to be told by `stat` alone.
    library = FileLibrary(home, lambda: SMALL_SCHEMA, now_ns=lambda: 2**62)
    create(library, KEY)
    version = version_of(library)
    create(library, OTHER)

    rewrite(item_file(home, OTHER), "Title", "By hand")

    assert changes(library, version)[0][OTHER].data["title"] == f"By hand {OTHER}"


def test_an_item_that_lies_elsewhere_too_is_looked_at_each_time(
    library: FileLibrary, home: Path, tmp_path: Path
) -> None:
    create(library, KEY, OTHER)
    named, led_to = tmp_path / "named", tmp_path / "led to"
    named.hardlink_to(item_file(home, KEY))
    item_file(home, OTHER).rename(led_to)
    item_file(home, OTHER).symlink_to(led_to)
    # Seen from the far future every file is old enough to be told by `stat` alone.
    library = FileLibrary(home, lambda: SMALL_SCHEMA, now_ns=lambda: 2**62)
    version = version_of(library)

    rewrite(named, "Title", "By hand")
    rewrite(led_to, "Title", "By hand")

    assert {item.data["title"] for item in changes(library, version)[0].values()} == {
        f"By hand {KEY}",
        f"By hand {OTHER}",
    }


def test_an_item_that_could_not_be_read_is_looked_at_each_time() -> None:
    with TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        home = Path(place, "library")
        with somebody_else():
            library = FileLibrary(home, lambda: SMALL_SCHEMA, now_ns=lambda: 2**62)
            create(library, KEY)
            item_file(home, KEY).unlink()
            version = version_of(library)
            item_file(home, KEY).write_text(json.dumps({"data": article("By hand")}))
            item_file(home, KEY).chmod(0)
            assert not changes(library, version)[0]

            item_file(home, KEY).chmod(0o600)

            assert set(changes(library, version)[0]) == {KEY}


def test_what_a_dead_writer_left_is_taken_away_at_the_next_look(
    library: FileLibrary, home: Path
) -> None:
    create(library, KEY)
    version_of(library)
    left = home / "items" / f".{OTHER}.json.syncd-tmp"
    left.write_text("{")

    version_of(library)

    assert not left.exists()


def test_what_nothing_tells_of_is_noticed_when_the_folder_is_listed_again(
    home: Path, tmp_path: Path
) -> None:
    now = [2**62]
    library = FileLibrary(home, lambda: SMALL_SCHEMA, now_ns=lambda: now[0])
    create(library, KEY)
    version = version_of(library)
    (tmp_path / "named").hardlink_to(item_file(home, KEY))
    rewrite(tmp_path / "named", "Title", "By hand")

    now[0] += 10 * 60 * 10**9

    assert set(changes(library, version)[0]) == {KEY}


# Two at a time


def test_a_library_that_another_program_holds_is_unavailable_after_a_while(home: Path) -> None:
    waited = timedelta()

    def sleep(duration: timedelta) -> None:
        nonlocal waited
        waited += duration

    class Nested:
        """Asks for the lock again while the library holds it."""

        def __call__(self) -> Schema:
            with pytest.raises(UnavailableError, match="another program"):
                changes(FileLibrary(home, lambda: SMALL_SCHEMA, sleep=sleep))
            return SMALL_SCHEMA

    create(open_library(home), KEY)

    push(FileLibrary(home, Nested()), Create(OTHER, article()))

    assert timedelta(seconds=1) < waited < timedelta(seconds=10)


def _work(home: Path, name: str) -> int:
    """Create every key, guarded, as a daemon does; return how many were ours."""
    library, mine = open_library(home), 0
    for key in many_keys(40):
        while True:
            try:
                version = version_of(library)
                [outcome] = library.push(
                    [Create(ItemKey(key), article(name))], expected=version
                ).outcomes
            except ConflictError:
                continue
            mine += isinstance(outcome, Accepted)
            break
    return mine


def test_two_processes_make_each_item_once(home: Path) -> None:
    with get_context("spawn").Pool(2) as pool:
        made = pool.starmap(_work, [(home, "one"), (home, "two")])

    items, deleted, _ = changes(open_library(home))
    assert sum(made) == len(items) == 40
    assert deleted == []


# The disk


def test_a_value_that_no_file_can_carry_is_refused_alone(library: FileLibrary) -> None:
    outcomes = push(library, Create(KEY, article("\ud800")), Create(OTHER, article("Good")))

    assert refusals(outcomes) == [Refusal.INVALID, None]
