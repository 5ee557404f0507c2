"""The library in a directory when the disk is full or closed, and when it is killed anywhere."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import pytest

from adapters.file import FileLibrary
from adapters.file.documents import parse_item
from adapters.file.writing import Staging
from syncd.errors import Denial, OutcomeUnknownError, UnavailableError
from syncd.library import (
    Accepted,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Refusal,
    Refused,
    Update,
)
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA
from tests.support.somebody import somebody_else

T = TypeVar("T")
KEYS = [ItemKey(f"ABCD234{digit}") for digit in "23456789"]


def open_library(home: Path) -> FileLibrary:
    return FileLibrary(home, lambda: SMALL_SCHEMA)


def article(title: str = "A title") -> dict[str, Any]:
    return {"itemType": "journalArticle", "title": title}


def version_of(library: FileLibrary) -> int:
    [*_, last] = library.changes_since(0)
    assert last.to_version is not None
    return last.to_version


def keys_in(home: Path) -> set[str]:
    """Return the keys of the items in a directory, all of which must be whole."""
    items = [path for path in (home / "items").iterdir() if not path.name.startswith(".")]
    for path in items:
        parse_item(path.read_bytes())
    return {path.stem for path in items}


def in_a_process_of_its_own(function: Callable[..., T], *arguments: object) -> T:
    """Call a function that forks: where threads of other tests run, that would not be safe."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


# A file system of our own


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a file system")
    place = tmp_path / "disk"
    place.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "syncd-test", place],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounting.returncode:
        pytest.skip(f"file systems cannot be mounted here: {mounting.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_writes_nothing_of_a_push_and_what_was_there_stays_readable(
    disk: Path,
) -> None:
    library = open_library(disk / "library")
    library.push([Create(KEYS[0], article())], expected=None)
    version = version_of(library)
    long = {**article(), "abstractNote": "x" * 300_000}

    with pytest.raises(UnavailableError, match="disk is full"):
        library.push([Create(key, long) for key in KEYS[1:]], expected=version)

    assert [path.stem for path in (disk / "library" / "items").iterdir()] == [KEYS[0]]
    assert version_of(library) == version
    assert [item.key for item in library.get(KEYS)] == [KEYS[0]]
    outcomes = library.push([Create(KEYS[1], article())], expected=version).outcomes
    assert isinstance(outcomes[0], Accepted)


def test_a_disk_without_any_room_is_unavailable_and_works_again_with_room(disk: Path) -> None:
    library = open_library(disk / "library")
    library.push([Create(KEYS[0], article())], expected=None)
    ballast = disk / "ballast"
    with pytest.raises(OSError, match="No space"):
        ballast.write_bytes(b"x" * 2**20)

    with pytest.raises((UnavailableError, OutcomeUnknownError), match="disk is full"):
        library.push([Create(KEYS[1], article())], expected=None)
    with pytest.raises(UnavailableError, match="disk is full"):
        library.finish()

    ballast.unlink()
    library.finish()
    [outcome] = library.push([Create(KEYS[1], article())], expected=None).outcomes
    assert isinstance(outcome, Accepted) or outcome.refusal is Refusal.KEY_TAKEN
    assert keys_in(disk / "library") == set(KEYS[:2])


def test_a_read_only_disk_is_unavailable_and_says_so(disk: Path) -> None:
    library = open_library(disk / "library")
    library.push([Create(KEYS[0], article())], expected=None)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    description = library.describe()
    assert (description.writable, description.denial) == (False, Denial.FOLDER_CLOSED)
    assert description.access == f"the folder {disk / 'library'} may not be written to"
    with pytest.raises(UnavailableError, match="read-only"):
        library.push([Create(KEYS[1], article())], expected=None)
    with pytest.raises(UnavailableError, match="read-only"):
        version_of(library)


# Somebody else's files


@pytest.fixture
def home() -> Iterator[Path]:
    """A place that everybody can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        yield Path(place) / "library"


@pytest.fixture
def _unprivileged() -> Iterator[None]:
    """Be somebody whom file modes stop."""
    with somebody_else() if os.geteuid() == 0 else nullcontext():
        yield


@pytest.mark.usefixtures("_unprivileged")
def test_a_folder_that_may_not_be_written_is_unavailable(home: Path) -> None:
    library = open_library(home)
    library.push([Create(KEYS[0], article())], expected=None)
    (home / "items").chmod(0o555)

    with pytest.raises(UnavailableError, match="permission denied"):
        library.push([Create(KEYS[1], article())], expected=None)

    (home / "items").chmod(0o755)
    assert keys_in(home) == {KEYS[0]}


@pytest.mark.usefixtures("_unprivileged")
def test_one_file_that_may_not_be_read_stops_nothing(home: Path) -> None:
    library = open_library(home)
    library.push([Create(key, article()) for key in KEYS[:2]], expected=None)
    version = version_of(library)
    path = home / "items" / f"{KEYS[0]}.json"
    path.write_bytes(path.read_bytes().replace(b"title", b"shortTitle"))
    path.chmod(0)

    pages = list(library.changes_since(0))
    assert [item.key for page in pages for item in page.items] == [KEYS[1]]
    assert [key for page in pages for key in page.deleted] == []
    [outcome] = library.push([Update(KEYS[0], version, article("Ours"))], expected=None).outcomes
    assert isinstance(outcome, Refused)
    assert outcome.refusal is Refusal.INVALID

    path.chmod(0o644)
    assert [item.key for page in library.changes_since(version) for item in page.items] == [KEYS[0]]


@pytest.mark.usefixtures("_unprivileged")
def test_an_index_that_may_not_be_written_stops_a_push_before_anything_is(home: Path) -> None:
    library = open_library(home)
    library.push([Create(KEYS[0], article())], expected=None)
    # Old enough for the next look to find nothing that the index would have to be told.
    time.sleep(0.1)
    version_of(library)
    (home / ".syncd").chmod(0o555)

    with pytest.raises(UnavailableError):
        library.push([Create(KEYS[1], article())], expected=None)

    assert keys_in(home) == {KEYS[0]}
    (home / ".syncd").chmod(0o755)


# Cut short in the middle

UNKNOWN = 7


def _push_with_a_failing_rename(home: Path, failing: int) -> int:
    """Push in a child whose n-th renaming fails, the first being that of the library's identity."""
    child = os.fork()
    if child == 0:
        renamings = 0

        def fail(event: str, _: tuple[object, ...]) -> None:
            nonlocal renamings
            if event == "os.rename":
                renamings += 1
                if renamings == failing:
                    raise OSError(errno.EIO, "Input/output error")

        library = open_library(home)
        sys.addaudithook(fail)
        try:
            library.push([Create(key, article()) for key in KEYS[:3]], expected=None)
        except OutcomeUnknownError:
            os._exit(UNKNOWN)
        except UnavailableError:
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize(("failing", "leaves_with", "landed"), [(2, 0, 0), (3, UNKNOWN, 1)])
def test_a_push_that_fails_half_way_has_an_unknown_outcome_that_a_look_settles(
    tmp_path: Path, failing: int, leaves_with: int, landed: int
) -> None:
    home = tmp_path / "library"

    left_with = in_a_process_of_its_own(_push_with_a_failing_rename, home, failing)
    assert left_with == leaves_with

    library = open_library(home)
    assert [item.key for item in library.get(KEYS)] == KEYS[:landed]
    again = library.push([Create(key, article()) for key in KEYS[:3]], expected=None).outcomes
    assert [isinstance(outcome, Refused) for outcome in again] == [True] * landed + [False] * (
        3 - landed
    )
    assert keys_in(home) == set(KEYS[:3])


# Killed anywhere

PUSHES: list[list[Operation]] = [
    [CreateCollection(CollectionKey("CQLL2345"), "Inbox"), Create(KEYS[0], article())],
    [Update(KEYS[0], 2**40, article("Updated")), Create(KEYS[1], article())],
]


def _push_until_killed(home: Path, step: int) -> bool:
    """Do all pushes in a child that kills itself at its n-th call to the system; say if it did."""
    child = os.fork()
    if child == 0:
        steps = 0

        def count(event: str, _: tuple[object, ...]) -> None:
            nonlocal steps
            # What Python asks of the system; SQLite's own survival is its own promise.
            if event == "open" or event.startswith(("os.", "sqlite3.", "fcntl.")):
                steps += 1
                if steps == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        library = open_library(home)
        sys.addaudithook(count)
        for operations in PUSHES:
            library.push(operations, expected=None)
        library.finish()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _die_at_every_step(place: Path) -> int:
    """Do the same in many directories, dying one step later in each; return how often it died."""
    step = 1
    while _push_until_killed(place / str(step), step):
        step += 1
    return step - 1


@pytest.fixture
def in_ram() -> Iterator[Path]:
    """A place where many small files are quick."""
    with tempfile.TemporaryDirectory(
        dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    ) as place:
        yield Path(place)


def test_killed_at_any_step_every_item_is_whole_or_absent_and_all_are_there_in_the_end(
    in_ram: Path,
) -> None:
    steps = in_a_process_of_its_own(_die_at_every_step, in_ram)

    assert steps > 30
    for step in range(1, steps + 1):
        home = in_ram / str(step)
        library = open_library(home)
        present = keys_in(home) if (home / "items").is_dir() else set()
        seen = [item.key for page in library.changes_since(0) for item in page.items]
        assert sorted(seen) == sorted(present)

        for operations in PUSHES:
            for outcome in library.push(operations, expected=None).outcomes:
                assert isinstance(outcome, Accepted) or outcome.refusal is Refusal.KEY_TAKEN
        library.finish()

        assert keys_in(home) == set(KEYS[:2])
        assert {item.data["title"] for item in library.get(KEYS[:1])} == {"Updated"}
        assert [collection.name for collection in library.collections()] == ["Inbox"]
        leftovers = [path.name for path in home.rglob(".*tmp*")]
        assert leftovers == []


def test_what_a_killed_writer_left_behind_goes_at_the_next_look(tmp_path: Path) -> None:
    library = open_library(tmp_path / "library")
    library.push([Create(KEYS[0], article())], expected=None)
    Staging(tmp_path / "library" / "items").lay_out(f"{KEYS[1]}.json", b"half", base=None)

    version_of(library)

    assert [path.stem for path in (tmp_path / "library" / "items").iterdir()] == [KEYS[0]]


# Nothing of a person's is overwritten


def test_a_file_that_changed_since_its_content_was_decided_is_left_alone(tmp_path: Path) -> None:
    desk = Staging(tmp_path)
    desk.lay_out("ours", b"ours", base=None)
    desk.lay_out("theirs", b"ours", base=None)
    (tmp_path / "theirs").write_bytes(b"theirs")

    overtaken = desk.put_into_place()
    desk.clear()

    assert overtaken == {"theirs"}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "ours": b"ours",
        "theirs": b"theirs",
    }
