"""What the daemon's main thread lists for commands of other accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

import pytest

from syncd.config import file_library_settings
from syncd.control.protocol import ControlServer
from syncd.control.services import find_services, list_libraries
from syncd.daemon.service import Daemon, Means
from syncd.daemon.work import Assembly
from syncd.daemon.workers import Workers
from syncd.settings import Settings
from syncd.system.sd_notify import Notifier
from syncd.system.state_lock import StateLock


class Still:
    """Workers that do nothing but take on what they are told."""

    def __init__(self, settings: Settings, renew: Callable[[], None]) -> None:
        self.settings = settings
        self._renew = renew

    def resume(self, _library: str, *, as_new: bool) -> None:
        if as_new:
            self._renew()

    def is_busy(self) -> bool:
        return False

    def show_silent(self) -> None:
        """Nothing hangs."""

    def find_late(self, _now: datetime) -> Collection[str]:
        return ()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    made = tmp_path / "library"
    made.mkdir()
    call(made, "file:first")
    return made


def call(library: Path, identity: str) -> None:
    card = {"id": identity, "mark": "m", "place": str(library)}
    (library / "identity.json").write_text(json.dumps(card))


def make_daemon(tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    runtime = tmp_path / "run" / "erin"
    runtime.mkdir(parents=True)
    settings = file_library_settings(library)
    daemon = Daemon(tmp_path, lambda _: Assembly(settings, []), Means(runtime_dir=runtime))
    workers: Workers | Still = Still(settings, lambda: call(library, "file:second"))
    monkeypatch.setattr(daemon, "_workers", workers)
    return daemon


def listed(tmp_path: Path) -> set[str]:
    [service] = find_services(tmp_path / "run")
    return set(service.libraries)


def test_a_library_that_takes_another_identity_is_listed_by_that(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = make_daemon(tmp_path, library, monkeypatch)
    daemon._list_libraries()
    assert listed(tmp_path) == {"file:first"}

    daemon.resume("library", as_new=True)
    daemon._wakeup.ring()
    daemon._round()

    assert listed(tmp_path) == {"file:second"}
    assert daemon._describe_service()["libraries"] == [["file:second", "", "library"]]


def test_a_list_that_cannot_be_written_anew_is_told_and_ends_nothing(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = make_daemon(tmp_path, library, monkeypatch)
    (tmp_path / "run" / "erin").rmdir()

    daemon._list_again()

    assert "cannot be written" in daemon.document()["message"]


@pytest.mark.parametrize(("environ", "stays"), [({}, False), ({"NOTIFY_SOCKET": "/none"}, True)])
def test_the_list_outlives_a_restart_where_a_manager_removes_it_at_the_end(
    tmp_path: Path, library: Path, environ: dict[str, str], stays: bool
) -> None:
    runtime = tmp_path / "run" / "erin"
    runtime.mkdir(parents=True)
    means = Means(runtime_dir=runtime, notifier=Notifier(environ))
    settings = file_library_settings(library)
    daemon = Daemon(tmp_path, lambda _: Assembly(settings, []), means)
    list_libraries(runtime, [("file:first", "")])

    daemon._end(ControlServer(tmp_path, {}, lambda _: 1))

    assert bool(find_services(tmp_path / "run")) is stays


def test_a_state_directory_that_is_moved_is_told_until_it_is_back(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = make_daemon(tmp_path / "state", library, monkeypatch)
    with StateLock(tmp_path / "state", "run"):
        daemon._tick()
        assert daemon.document()["message"] == ""

        (tmp_path / "state").rename(tmp_path / "moved")
        daemon._tick()
        assert f"no longer {tmp_path / 'state'}" in daemon.document()["message"]

        (tmp_path / "moved").rename(tmp_path / "state")
        daemon._tick()
        assert daemon.document()["message"] == ""
