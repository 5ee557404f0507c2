"""The daemon's ear, over real sockets."""

from __future__ import annotations

import json
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.control.protocol import ControlServer, Handler, Progress, ask
from syncd.errors import (
    BusyError,
    CommandError,
    InputError,
    LedgerError,
    LibraryError,
    PausedError,
    StateError,
    SyncdError,
)

Serve = Callable[[Mapping[str, Handler]], None]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    servers: list[ControlServer] = []

    def start(handlers: Mapping[str, Handler]) -> None:
        server = ControlServer(tmp_path, handlers)
        server.start()
        servers.append(server)

    yield start
    for server in servers:
        server.close()


def test_a_command_is_carried_out_with_its_arguments_and_its_progress(
    tmp_path: Path, serve: Serve
) -> None:
    def once(arguments: Mapping[str, Any], progress: Progress) -> Any:
        for name in arguments["files"]:
            progress({"file": name})
        return {"schema": "syncd.plan/1", "run": 7}

    serve({"once": once})
    seen: list[Any] = []

    result = ask(tmp_path, "once", {"files": ["a.ris", "\udcff.ris"]}, progress=seen.append)

    assert result == {"schema": "syncd.plan/1", "run": 7}
    assert seen == [{"file": "a.ris"}, {"file": "\udcff.ris"}]


def test_a_result_of_nothing_is_a_result(tmp_path: Path, serve: Serve) -> None:
    serve({"rescan": lambda _arguments, _progress: None})

    assert ask(tmp_path, "rescan") is None


def test_a_refusal_comes_with_its_exit_code(tmp_path: Path, serve: Serve) -> None:
    def refuse(_arguments: Mapping[str, Any], _progress: Progress) -> Any:
        raise CommandError("no library is called “nine”", 64)

    serve({"reconcile": refuse})

    with pytest.raises(CommandError, match="nine") as refusal:
        ask(tmp_path, "reconcile")
    assert refusal.value.code == 64


def test_a_failure_that_syncd_foresees_keeps_its_exit_code(tmp_path: Path) -> None:
    def fail(_arguments: Mapping[str, Any], _progress: Progress) -> Any:
        raise LedgerError("damaged")

    server = ControlServer(tmp_path, {"once": fail}, lambda _: 74)
    server.start()

    with pytest.raises(CommandError, match="damaged") as refusal:
        ask(tmp_path, "once")
    server.close()
    assert refusal.value.code == 74


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PausedError("paused: too many"), r"lab: paused: too many; .*`syncd resume lab`"),
        (LedgerError("damaged"), "damaged; nothing was sent"),
        (InputError("there is no run 9; `syncd runs` lists them"), "lists them$"),
        (BusyError("the daemon is stopping"), "stopping; run this again in a moment"),
    ],
)
def test_a_failure_comes_with_what_to_do_about_it(
    tmp_path: Path, serve: Serve, error: SyncdError, words: str
) -> None:
    def fail(_arguments: Mapping[str, Any], _progress: Progress) -> Any:
        if isinstance(error, LibraryError):
            error.library = "lab"
        raise error

    serve({"once": fail})

    with pytest.raises(CommandError, match=words):
        ask(tmp_path, "once")


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError(5, "a disk")])
def test_a_failing_command_is_a_bug_of_the_daemons_and_it_goes_on_listening(
    tmp_path: Path, serve: Serve, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_arguments: Mapping[str, Any], _progress: Progress) -> Any:
        raise error

    serve({"fail": fail, "status": lambda *_: "well"})

    with pytest.raises(CommandError) as refusal:
        ask(tmp_path, "fail")
    assert refusal.value.code == 70
    assert "the command fail failed" in caplog.text
    assert ask(tmp_path, "status") == "well"


def test_an_unknown_command_is_wrong_usage(tmp_path: Path, serve: Serve) -> None:
    serve({})

    with pytest.raises(CommandError) as refusal:
        ask(tmp_path, "dance")
    assert refusal.value.code == 64


@pytest.mark.parametrize("nonsense", [b"\n", b"[1]\n", b"{\n", b"\xff\n", b""])
def test_nonsense_is_answered_or_dropped_and_the_next_one_is_heard(
    tmp_path: Path, serve: Serve, nonsense: bytes
) -> None:
    serve({"status": lambda *_: "well"})
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "control.sock"))
        client.sendall(nonsense)

    assert ask(tmp_path, "status") == "well"


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * 500_000 + b"\n",
        b'{"command": ' * 80_000 + b"\n",
        b'{"command": "status", "arguments": {"a": "' + b"a" * 2_000_000 + b'"}}\n',
        b"[1]\n",
        b"\xff\n",
    ],
    ids=["nested lists", "nested objects", "a huge line", "no object", "no text"],
)
def test_what_is_no_request_is_refused_in_words_and_is_no_bug(
    tmp_path: Path, serve: Serve, caplog: pytest.LogCaptureFixture, bomb: bytes
) -> None:
    serve({"status": lambda *_: "well"})
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "control.sock"))
        with suppress(BrokenPipeError):  # it does not listen to the end of a line without end
            client.sendall(bomb)
        answer = client.makefile("rb").readline()

    assert json.loads(answer)["code"] == 64
    assert "JSON object" in json.loads(answer)["error"]
    assert not caplog.records
    assert ask(tmp_path, "status") == "well"


def test_many_may_ask_at_once_while_one_command_is_at_work(tmp_path: Path, serve: Serve) -> None:
    go_on = threading.Event()
    serve({"slow": lambda *_: go_on.wait(10), "status": lambda *_: "well"})
    slow = threading.Thread(target=ask, args=(tmp_path, "slow"))
    slow.start()

    answers = [ask(tmp_path, "status") for _ in range(5)]
    go_on.set()
    slow.join()

    assert answers == ["well"] * 5


def test_without_a_daemon_nobody_answers(tmp_path: Path, serve: Serve) -> None:
    with pytest.raises(BusyError, match="does not answer"):
        ask(tmp_path, "status")
    with pytest.raises(BusyError):
        ask(tmp_path / "nowhere", "status")


def test_a_daemon_that_died_leaves_a_socket_that_its_successor_replaces(
    tmp_path: Path, serve: Serve
) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "control.sock"))
    with pytest.raises(BusyError):
        ask(tmp_path, "status")

    serve({"status": lambda *_: "well"})

    assert ask(tmp_path, "status") == "well"


def test_a_daemon_that_falls_silent_is_not_waited_for_beyond_patience(
    tmp_path: Path, serve: Serve
) -> None:
    go_on = threading.Event()
    serve({"slow": lambda *_: go_on.wait(10)})

    with pytest.raises(BusyError):
        ask(tmp_path, "slow", patience=timedelta(seconds=0.05))
    go_on.set()


def test_only_the_owner_may_come_near(tmp_path: Path, serve: Serve) -> None:
    serve({})

    assert (tmp_path / "control.sock").stat().st_mode & 0o777 == 0o600


def test_a_state_directory_may_lie_deeper_than_a_socket_address_can_say(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100) / ("y" * 100)
    deep.mkdir(parents=True)
    server = ControlServer(deep, {"status": lambda *_: "well"})
    server.start()

    assert ask(deep, "status") == "well"
    server.close()
    assert list(deep.iterdir()) == []


def test_a_service_is_asked_in_its_runtime_directory_too(tmp_path: Path) -> None:
    state, runtime = tmp_path / "state", tmp_path / "runtime"
    state.mkdir()
    runtime.mkdir()
    server = ControlServer(state, {"who": lambda *_: "erin"}, runtime_dir=runtime)
    server.start()

    assert [ask(place, "who") for place in (state, runtime)] == ["erin", "erin"]
    modes = [stat.S_IMODE((each / "control.sock").stat().st_mode) for each in (state, runtime)]
    assert modes == [0o600, 0o660]
    server.close()
    assert [*state.iterdir(), *runtime.iterdir()] == []


def test_where_the_runtime_directory_is_missing_nothing_is_listened_to(tmp_path: Path) -> None:
    server = ControlServer(tmp_path, {}, runtime_dir=tmp_path / "nowhere")

    with pytest.raises(StateError, match="cannot listen here"):
        server.start()

    assert list(tmp_path.iterdir()) == []


def test_so_many_that_wait_keep_no_other_command_from_being_answered(
    tmp_path: Path, serve: Serve
) -> None:
    gate, begun = threading.Event(), threading.Semaphore(0)

    def once(_arguments: Mapping[str, Any], _progress: Progress) -> Any:
        begun.release()
        gate.wait()

    serve({"once": once, "status": lambda *_: "well"})
    waiting = [threading.Thread(target=ask, args=(tmp_path, "once")) for _ in range(8)]
    for each in waiting:
        each.start()
    assert all(begun.acquire(timeout=30) for _ in waiting)

    with pytest.raises(CommandError, match="8 others wait for “once”") as refusal:
        ask(tmp_path, "once")
    answer = ask(tmp_path, "status")
    gate.set()
    for each in waiting:
        each.join()

    assert (refusal.value.code, answer) == (75, "well")
    assert ask(tmp_path, "once") is None
