"""A command finds the daemon that works for its libraries, whatever state directory that has."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from syncd.control.client import Running, expect_unserved, find_daemon
from syncd.control.own_daemons import Roots
from syncd.control.protocol import ControlServer
from syncd.control.services import SERVED, Known, list_libraries
from syncd.errors import CommandError, ServedError, StateError
from syncd.system.state_lock import StateLock
from tests.fakes.clock import FakeClock
from tests.support.somebody import somebody_else

MINE, OURS = "https://www.zotero.org/users/3", "https://www.zotero.org/groups/7"
ZOTERO, ELSEWHERE = "https://api.zotero.org", "https://zotero.example"


@contextmanager
def service(root: Path, name: str, libraries: Mapping[str, str]) -> Iterator[Path]:
    """Have a service in `root` that calls its libraries so: identity → name."""
    state, runtime = root.parent / f"state of {name}", root / name
    for each in (state, runtime):
        each.mkdir(parents=True)
    served = [[identity, ZOTERO, name] for identity, name in libraries.items()]
    answer = {"libraries": served, "state": str(state)}
    server = ControlServer(state, {SERVED: lambda *_: answer}, runtime_dir=runtime)
    server.start()
    list_libraries(runtime, [(identity, ZOTERO) for identity in libraries])
    try:
        yield runtime
    finally:
        server.close()


def find(tmp_path: Path, wanted: Mapping[str, str], *, all_of_them: bool = True) -> Running | None:
    clock = FakeClock()
    return find_daemon(
        tmp_path / "own",
        lambda: {name: (identity, ZOTERO) for name, identity in wanted.items()},
        Roots(tmp_path / "run"),
        clock,
        lambda _: clock.advance(seconds=1),
        all_of_them=all_of_them,
    )


def test_without_any_service_nobody_is_asked_which_libraries_are_meant(tmp_path: Path) -> None:
    def identify() -> Mapping[str, Known]:
        raise AssertionError("that is expensive")

    roots = Roots(tmp_path / "run")
    found = find_daemon(tmp_path, identify, roots, FakeClock(), lambda _: None)

    assert found is None


def test_the_daemon_of_the_own_state_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "own"
    with service(tmp_path / "run", "erin", {MINE: "mine"}), StateLock(own, "run"):
        assert find(tmp_path, {"mine": MINE}) == Running(own, own)


def test_a_service_is_spoken_to_by_its_own_names(tmp_path: Path) -> None:
    with service(tmp_path / "run", "erin", {MINE: "erins", OURS: "group"}) as runtime:
        found = find(tmp_path, {"mine": MINE})

        assert found is not None
        assert (found.directory, found.state) == (runtime, tmp_path / "state of erin")
        assert found.name_of("mine") == "erins"


def test_a_service_for_other_libraries_is_left_alone(tmp_path: Path) -> None:
    with service(tmp_path / "run", "erin", {OURS: "group"}):
        assert find(tmp_path, {"mine": MINE}) is None
        assert not (tmp_path / "own").exists()


def test_a_service_for_some_of_the_libraries_is_asked_for_those_alone(tmp_path: Path) -> None:
    both = {"mine": MINE, "group": OURS}
    with service(tmp_path / "run", "erin", {OURS: "group"}):
        with pytest.raises(ServedError, match=r"group is served by .*erin.* and mine is not"):
            find(tmp_path, both)

        assert find(tmp_path, both, all_of_them=False) is not None


def test_a_service_that_does_not_answer_is_waited_for_and_named(tmp_path: Path) -> None:
    runtime = tmp_path / "run" / "erin"
    runtime.mkdir(parents=True)
    list_libraries(runtime, [(MINE, ZOTERO)])

    with pytest.raises(ServedError, match=r"mine is served by .*erin.* does not answer"):
        find(tmp_path, {"mine": MINE})


def test_whoever_has_no_right_is_told_who_runs_the_service() -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        base.chmod(0o755)
        (base / "run").mkdir(mode=0o755)
        with (
            service(base / "run", "erin", {MINE: "mine"}),
            somebody_else(),
            pytest.raises(ServedError, match=r"run by root.* no right to ask"),
        ):
            find(base, {"mine": MINE})


def test_a_state_directory_that_is_closed_may_be_a_services(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_state: Path) -> bool:
        raise StateError("cannot be read: Permission denied")

    monkeypatch.setattr("syncd.control.client.is_served", closed)

    with pytest.raises(StateError, match="Permission denied"):
        find(tmp_path, {"mine": MINE})
    with service(tmp_path / "run", "erin", {MINE: "mine"}):
        assert find(tmp_path, {"mine": MINE}) is not None


def test_a_second_daemon_for_the_same_library_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "run"
    with service(root, "erin", {MINE: "mine"}) as runtime:
        expect_unserved({"mine": (MINE, ZOTERO)}, Roots(root), runtime)
        expect_unserved({"group": (OURS, ZOTERO)}, Roots(root), None)
        with pytest.raises(ServedError, match="erin"):
            expect_unserved({"mine": (MINE, ZOTERO)}, Roots(root), None)


@contextmanager
def own_daemon(state: Path, *libraries: tuple[str, str, str]) -> Iterator[None]:
    """Have a daemon on this state directory that serves these: identity, place, name."""
    answer = {"libraries": [list(each) for each in libraries], "state": str(state)}
    with StateLock(state, "run"):
        server = ControlServer(state, {SERVED: lambda *_: answer})
        server.start()
        try:
            yield
        finally:
            server.close()


def test_the_daemon_of_the_own_state_is_spoken_to_by_its_own_names(tmp_path: Path) -> None:
    with own_daemon(tmp_path / "own", (MINE, ZOTERO, "called before")):
        found = find(tmp_path, {"mine": MINE})

    assert found is not None
    assert found.name_of("mine") == "called before"


@pytest.mark.parametrize(
    "served", [(OURS, ZOTERO, "mine"), (MINE, ELSEWHERE, "mine")], ids=["another", "elsewhere"]
)
def test_another_library_of_the_same_name_is_not_taken_for_ours(
    tmp_path: Path, served: tuple[str, str, str]
) -> None:
    with own_daemon(tmp_path / "own", served):
        found = find(tmp_path, {"mine": MINE})

    assert found is not None
    with pytest.raises(CommandError, match="does not serve mine as it stands") as caught:
        found.name_of("mine")
    assert caught.value.code == 78


def test_where_the_daemon_of_the_own_state_serves_others_one_that_serves_ours_is_found(
    tmp_path: Path,
) -> None:
    with (
        service(tmp_path / "run", "erin", {MINE: "erins"}),
        own_daemon(tmp_path / "own", (OURS, ZOTERO, "mine")),
    ):
        found = find(tmp_path, {"mine": MINE})

    assert found is not None
    assert found.name_of("mine") == "erins"
