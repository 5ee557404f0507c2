"""The daemon as a process: signals, restarts, a second instance, and what is seen from outside."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syncd.control.protocol import ask
from syncd.control.status import Health, health_of, read_status
from syncd.errors import BusyError
from tests.fakes.running import Running
from tests.fakes.works import wait_until

ENTRY = b"TY  - JOUR\nTI  - %s\nER  - \n"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    path = tmp_path / "drop"
    path.mkdir()
    return path


Run = Callable[..., Running]


@pytest.fixture
def run(tmp_path: Path, drop: Path) -> Iterator[Run]:
    started: list[Running] = []

    def start(**config: float) -> Running:
        running = Running(tmp_path, drop, **config)
        started.append(running)
        assert running.hears("READY=1"), running.log.read_text()
        return running

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
        running.notify.close()


def put(folder: Path, name: str) -> bytes:
    content = ENTRY % name.encode()
    (folder / name).write_bytes(content)
    return content


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_leaves_at_once_and_well_when_it_is_told_to(run: Run, number: signal.Signals) -> None:
    daemon = run()

    begun = time.monotonic()
    daemon.send(number)

    assert daemon.ends() == 0
    assert time.monotonic() - begun < 2
    assert daemon.hears("STOPPING=1")
    assert health_of(read_status(daemon.state)) is Health.NOT_RUNNING


def test_it_leaves_within_ten_seconds_even_when_a_library_does_not_answer(
    run: Run, drop: Path
) -> None:
    daemon = run()
    (drop / "a.ris").write_bytes(b"hang\nER  - \n")
    time.sleep(0.5)

    begun = time.monotonic()
    daemon.send(signal.SIGTERM)

    assert daemon.ends(12) == 0
    assert time.monotonic() - begun < 10
    assert "leaving in the middle of a run" in daemon.log.read_text()


def test_killed_at_any_moment_it_starts_again_and_has_everything(run: Run, drop: Path) -> None:
    daemon = run()
    contents = []
    for round_number in range(4):
        contents += [put(drop, f"{round_number}-{number}.ris") for number in range(50)]
        time.sleep(0.1 + round_number * 0.05)
        daemon.send(signal.SIGKILL)
        assert daemon.ends() == -signal.SIGKILL
        daemon.start()
        assert daemon.hears("READY=1")

    assert all(daemon.has(content) for content in contents)


def test_a_second_daemon_is_refused_with_the_name_of_the_first(run: Run) -> None:
    daemon = run()
    first = daemon.process

    daemon.start()
    code = daemon.ends()
    daemon.process = first

    assert code == 75
    assert f"syncd run (pid {first.pid}" in daemon.log.read_text()


def test_status_is_seen_from_outside_while_it_runs(run: Run, drop: Path) -> None:
    daemon = run()
    content = put(drop, "a.ris")
    assert daemon.has(content)

    asked = ask(daemon.state, "status")
    assert wait_until(lambda: bool(read_status(daemon.state)["runs"]))
    read = read_status(daemon.state)

    assert asked["running"]
    assert read["running"]
    assert read["pid"] == daemon.process.pid
    assert read["folders"][0]["path"] == str(drop)
    assert read["runs"][0]["reason"] == "a.ris"
    assert health_of(read) is Health.FINE


def test_a_folder_that_goes_missing_shows_in_the_status_file(run: Run, drop: Path) -> None:
    daemon = run()

    drop.rmdir()

    assert wait_until(lambda: health_of(read_status(daemon.state)) is Health.WAITING)
    assert daemon.hears("waiting for the folder: it does not exist")


def test_a_new_configuration_is_applied(run: Run, drop: Path, tmp_path: Path) -> None:
    daemon = run()
    other = tmp_path / "other"
    other.mkdir()
    daemon.write_config(drop, other)

    daemon.send(signal.SIGHUP)

    assert daemon.hears("RELOADING=1")
    assert daemon.hears("READY=1")
    assert daemon.has(put(other, "b.ris"))
    assert daemon.has(put(drop, "c.ris"))


def test_a_bad_configuration_is_refused_and_the_old_one_stays(run: Run, drop: Path) -> None:
    daemon = run()
    daemon.config.write_text("{")

    daemon.send(signal.SIGHUP)

    assert daemon.hears("READY=1")
    assert daemon.has(put(drop, "a.ris"))
    assert wait_until(lambda: health_of(read_status(daemon.state)) is Health.WAITING)
    assert "the configuration was not applied: " in read_status(daemon.state)["message"]
    daemon.write_config(drop)
    daemon.send(signal.SIGHUP)
    assert wait_until(lambda: health_of(read_status(daemon.state)) is Health.FINE)


def test_a_hundred_reloads_at_once_are_a_few(run: Run, drop: Path) -> None:
    daemon = run()

    for _ in range(100):
        daemon.send(signal.SIGHUP)

    assert daemon.has(put(drop, "a.ris"))
    assert daemon.log.read_text().count("was read again") < 20


def test_a_stop_during_a_reload_is_a_stop(run: Run) -> None:
    daemon = run()

    daemon.send(signal.SIGHUP)
    daemon.send(signal.SIGTERM)

    assert daemon.ends() == 0


def test_a_daemon_that_does_not_hang_feeds_the_watchdog_and_one_that_does_starves_it(
    run: Run, drop: Path, tmp_path: Path
) -> None:
    daemon = run(hanging=1)
    daemon.send(signal.SIGTERM)
    daemon.ends()
    daemon.start(WATCHDOG_USEC="300000")
    assert daemon.hears("READY=1")
    assert all(daemon.hears("WATCHDOG=1") for _ in range(15))

    (drop / "a.ris").write_bytes(b"hang\nER  - \n")

    while daemon.hears("WATCHDOG=1", within=1):
        pass
    assert "has not moved for" in daemon.log.read_text()
    assert "_understand" in daemon.log.read_text()  # where it hangs, for the bug report


@pytest.mark.parametrize("jump", [2 * 86400, -3600, -365 * 86400])
def test_a_clock_that_jumps_makes_it_look_again_once_and_stops_nothing(
    run: Run, drop: Path, jump: int
) -> None:
    daemon = run(tick=0.1)
    assert daemon.has(put(drop, "before.ris"))

    (daemon.state / "jump").write_text(str(jump))

    assert wait_until(lambda: "the clock jumped" in daemon.log.read_text())
    assert daemon.has(put(drop, "after.ris"))
    time.sleep(0.5)
    assert daemon.log.read_text().count("the clock jumped") == 1


def test_nobody_answers_for_a_daemon_that_is_gone(run: Run) -> None:
    daemon = run()
    daemon.send(signal.SIGKILL)
    daemon.ends()

    with pytest.raises(BusyError):
        ask(daemon.state, "status")
