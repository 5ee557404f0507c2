"""`syncd login`: the key ends up where it is looked for, or nothing is stored."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import click
import pytest

from adapters.memory import MemoryLibrary
from syncd.cli import login
from syncd.cli.exits import Exit
from syncd.cli.program import run
from syncd.errors import AccessDeniedError, Denial, KeyLookupError
from syncd.system.resources import shipped_schema

KEY = "c4n4ryc4n4ryc4n4ryc4n4ry"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(login, "open_library", lambda *_: MemoryLibrary(shipped_schema()))
    path = tmp_path / "syncd.toml"
    path.write_text(
        '[[library]]\nname = "mine"\nadapter = "zotero-web"\nlibrary_id = 12\n', encoding="utf-8"
    )
    return path


def type_in(monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool = False) -> None:
    stdin = io.StringIO(text)
    stdin.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stdin", stdin)


def log_in(config: Path, *more: str | Path) -> Exit:
    where = ("--config", config, "--state", config.parent / "state")
    return run(["login", "mine", *map(str, where), *map(str, more)])


def test_a_key_file_that_the_configuration_names_is_written_and_not_the_keyring(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file = config.parent / "place" / "key"
    config.write_text(config.read_text() + f'key_file = "{key_file}"\n')
    monkeypatch.setattr(login, "store_key", lambda *_: pytest.fail("the keyring was used"))
    type_in(monkeypatch, f"{KEY}\n")

    assert log_in(config) is Exit.DONE

    assert key_file.read_text().strip() == KEY
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    err = capsys.readouterr().err
    assert "which the configuration names as key_file" in err
    assert KEY not in err


def test_a_file_can_be_asked_for_and_says_what_the_configuration_needs(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file = config.parent / "mine.key"
    type_in(monkeypatch, f"{KEY}\n")

    assert log_in(config, "--key-file", key_file) is Exit.DONE

    assert key_file.read_text().strip() == KEY
    assert f'key_file = "{key_file}"' in capsys.readouterr().err


def test_another_file_than_the_configurations_is_refused(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(config.read_text() + f'key_file = "{config.parent / "key"}"\n')
    type_in(monkeypatch, f"{KEY}\n")

    assert log_in(config, "--key-file", config.parent / "other") is Exit.USAGE
    assert "is read first" in capsys.readouterr().err


def _absent(*_: object) -> None:
    raise KeyLookupError("no keyring answers here", passing=True, absent=True)


def test_where_there_is_no_keyring_a_file_is_offered(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(config.parent / "home"))
    monkeypatch.setattr(login, "store_key", _absent)
    asked: list[str] = []

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return True

    monkeypatch.setattr(click, "prompt", lambda *_, **__: KEY)
    monkeypatch.setattr(click, "confirm", confirm)
    type_in(monkeypatch, "", terminal=True)

    assert log_in(config) is Exit.DONE

    assert (config.parent / "home" / "syncd" / "mine.key").read_text().strip() == KEY
    assert "readable for you alone" in asked[0]


def test_where_there_is_no_keyring_and_nobody_to_ask_the_option_is_named(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    monkeypatch.setattr(login, "store_key", _absent)
    type_in(monkeypatch, f"{KEY}\n")

    assert log_in(config) is Exit.TRY_AGAIN
    assert "--key-file FILE" in capsys.readouterr().err


def test_an_empty_key_is_said_to_be_none(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, " \n")

    assert log_in(config) is Exit.USAGE
    assert "no key was given" in capsys.readouterr().err


def test_what_the_library_says_to_a_wrong_key_names_the_library(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise AccessDeniedError("Zotero does not know the key", denial=Denial.UNKNOWN)

    monkeypatch.setattr(login, "open_library", refuse)
    type_in(monkeypatch, f"{KEY}\n")

    assert log_in(config) is Exit.KEY_REFUSED

    err = capsys.readouterr().err
    assert "mine: Zotero does not know the key" in err
    assert "`syncd login mine --config" in err
