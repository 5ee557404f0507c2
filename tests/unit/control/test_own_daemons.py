"""A user's own daemons say that they run, to that user's commands alone, and only while they do."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from syncd.control import own_daemons
from syncd.control.own_daemons import Roots, claimed_directory, find_own_daemons
from syncd.control.services import find_serving
from syncd.errors import ServedError
from tests.support.somebody import NOBODY

MINE = ("https://www.zotero.org/users/3", "https://api.zotero.org")
MINE_ELSEWHERE = (MINE[0], "https://zotero.example")
FILES = ("file:/srv/library", "")

# Says so once it is listed, and then waits to be killed.
LISTED = """
import sys
from pathlib import Path
from syncd.control.own_daemons import claimed_directory
place, state = map(Path, sys.argv[1:])
with claimed_directory([place], state, "run", [("file:/srv/library", "")], lambda _: None) as made:
    print(made, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "runtime" / "syncd"


@contextmanager
def daemon(
    place: Path | Sequence[Path],
    state: Path,
    *libraries: tuple[str, str],
    alone: Callable[[Path], None] = lambda _: None,
) -> Iterator[Path | None]:
    places = [place] if isinstance(place, Path) else place
    with claimed_directory(places, state, "run", libraries, alone) as directory:
        yield directory


def test_it_is_found_while_it_runs_and_leaves_nothing(place: Path, tmp_path: Path) -> None:
    with daemon(place, tmp_path / "state", MINE) as directory:
        [found] = find_own_daemons([place])
        assert found.directory == directory
        assert f"syncd run (pid {os.getpid()}" in str(found)
        assert find_own_daemons([place], directory) == []

    assert find_own_daemons([place]) == []
    assert directory is not None
    assert not directory.exists()


def test_nobody_else_can_look_at_it(place: Path, tmp_path: Path) -> None:
    place.parent.mkdir()
    before = os.umask(0)
    try:
        with daemon(place, tmp_path / "state", MINE) as directory:
            assert directory is not None
            modes = {
                each.name: stat.S_IMODE(each.stat().st_mode)
                for each in (place, directory, *directory.iterdir())
            }
    finally:
        os.umask(before)

    assert modes == {"syncd": 0o700, directory.name: 0o700, "libraries.json": 0o600, "lock": 0o600}


def test_a_library_of_the_same_number_at_another_address_is_another(
    place: Path, tmp_path: Path
) -> None:
    with daemon(place, tmp_path / "state", MINE, FILES):
        found = find_own_daemons([place])

        assert find_serving(found, [MINE]) == find_serving(found, [FILES]) == found
        assert find_serving(found, [MINE_ELSEWHERE]) == []


def test_of_two_of_the_same_number_both_places_are_listed(place: Path, tmp_path: Path) -> None:
    with daemon(place, tmp_path / "state", MINE, MINE_ELSEWHERE):
        found = find_own_daemons([place])

        assert find_serving(found, [MINE]) == find_serving(found, [MINE_ELSEWHERE]) == found


def test_what_a_killed_daemon_left_counts_for_nothing_and_is_removed(
    place: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", LISTED, str(place), str(tmp_path / "killed")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        assert [each.directory for each in find_own_daemons([place])] == [left]
        process.kill()

    assert (left / "libraries.json").exists()
    assert find_own_daemons([place]) == []
    with daemon(place, tmp_path / "other", FILES):
        assert not left.exists()


def test_only_what_daemons_made_is_removed(place: Path, tmp_path: Path) -> None:
    kept = [place / "pages" / "lock", place / "0123456789abcdef" / "letters"]
    for each in kept:
        each.parent.mkdir(parents=True, mode=0o700)
        each.touch()
    place.chmod(0o700)

    with daemon(place, tmp_path / "state", FILES):
        assert all(each.exists() for each in kept)


def test_the_first_place_that_can_be_used_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    places = [file / "syncd", tmp_path / "home" / "daemons"]

    with daemon(places, tmp_path / "state", FILES) as directory:
        assert directory is not None
        assert directory.parent == places[1]
        assert len(Roots(tmp_path / "none", places).find_all()) == 1


@pytest.mark.parametrize("spoil", ["open", "a link", "somebody else's", "in an open directory"])
def test_a_place_that_others_could_have_made_is_neither_used_nor_believed(
    place: Path, tmp_path: Path, spoil: str
) -> None:
    real = tmp_path / "elsewhere"
    with daemon(real, tmp_path / "state", FILES):
        place.parent.mkdir(mode=0o700)
        if spoil == "a link":
            place.symlink_to(real)
        else:
            real.rename(place)
        if spoil == "open":
            place.chmod(0o770)
        elif spoil == "in an open directory":
            place.parent.chmod(0o777)
        elif spoil == "somebody else's":
            if os.geteuid() != 0:
                pytest.skip("only root can give something to somebody else")
            os.chown(place, NOBODY, -1)

        assert find_own_daemons([place]) == []
        with daemon(place, tmp_path / "another", FILES) as directory:
            assert directory is None


def test_without_any_place_the_daemon_works_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with daemon([], tmp_path / "state", FILES) as directory:
        assert directory is None

    assert "cannot find this daemon" in caplog.text


def test_a_full_disk_there_keeps_no_daemon_from_working(
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("syncd.control.services.write_private", full)

    with daemon(place, tmp_path / "state", FILES) as directory:
        assert directory is None

    assert "No space left on device" in caplog.text


def test_of_two_that_start_for_one_library_the_second_sees_the_first(
    place: Path, tmp_path: Path
) -> None:
    def expect_alone(own: Path) -> None:
        if find_serving(find_own_daemons([place], own), [FILES]):
            raise ServedError("served already")

    with (
        daemon(place, tmp_path / "one", FILES, alone=expect_alone),
        pytest.raises(ServedError, match="served already"),
        daemon(place, tmp_path / "two", FILES, alone=expect_alone),
    ):
        raise AssertionError("it started")

    assert own_daemons._directories_in(place) == []


def test_no_daemon_begins_where_the_state_of_one_that_runs_was_moved_away(
    place: Path, tmp_path: Path
) -> None:
    with (
        daemon(place, tmp_path / "state", FILES),
        pytest.raises(ServedError, match=r"syncd run \(pid .* which was moved meanwhile"),
        daemon(place, tmp_path / "state", FILES),
    ):
        raise AssertionError("it started")
