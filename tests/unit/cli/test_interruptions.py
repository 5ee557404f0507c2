"""Who is stopped half-way hears what waits, and whoever comes next hears that it goes first."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from syncd.cli import program
from syncd.cli.exits import Exit
from syncd.cli.interruptions import (
    tell_left_over,
    telling_that_it_goes_on,
    telling_what_waits,
)
from syncd.errors import LedgerError


def _in_doubt() -> int:
    raise LedgerError("locked")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (lambda: 3, "3 changes wait to be sent: `syncd once` goes on, and sends nothing twice"),
        (lambda: 1, "1 change waits"),
        (lambda: 0, "nothing waits to be sent"),
        (_in_doubt, "what was promised is kept"),
    ],
)
def test_ctrl_c_says_what_waits_and_how_it_goes_on(
    count: Callable[[], int], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(KeyboardInterrupt), telling_what_waits(count):
        raise KeyboardInterrupt

    assert words in capsys.readouterr().err


def test_ctrl_c_beside_a_daemon_says_that_it_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), telling_that_it_goes_on():
        raise KeyboardInterrupt

    assert "the daemon goes on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "--offline", "a.ris"], "syncd: stopped; nothing was changed\n"),
        (["login", "mine"], "syncd: stopped\n"),
    ],
)
def test_ctrl_c_is_answered_by_every_command(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(program.group, "main", _interrupt)

    assert program.run(arguments) is Exit.INTERRUPTED

    assert capsys.readouterr().err == words


def test_ctrl_c_is_answered_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        with telling_what_waits(lambda: 0, "so it is"), telling_that_it_goes_on():
            raise KeyboardInterrupt

    monkeypatch.setattr(program.group, "main", interrupt)

    assert program.run(["once"]) is Exit.INTERRUPTED

    err = capsys.readouterr().err
    assert err.count("stopped") == 1
    assert "so it is" not in err


def test_ctrl_c_says_what_is_true_besides(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), telling_what_waits(lambda: 0, "answers stay"):
        raise KeyboardInterrupt

    assert "nothing waits to be sent; answers stay" in capsys.readouterr().err


def _interrupt(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def test_what_ends_in_order_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with telling_what_waits(lambda: 3), telling_that_it_goes_on():
        pass

    assert capsys.readouterr().err == ""


def test_what_an_earlier_command_left_is_said_first(capsys: pytest.CaptureFixture[str]) -> None:
    runs: Any = [
        SimpleNamespace(name=name, figures=lambda n=pending: SimpleNamespace(pending=n))
        for name, pending in (("mine", 4), ("lab", 0), ("group", 1))
    ]

    tell_left_over(runs)

    assert capsys.readouterr().err.splitlines() == [
        "mine: 4 changes of an earlier run wait to be sent; they go first",
        "group: 1 change of an earlier run waits to be sent; it goes first",
    ]
