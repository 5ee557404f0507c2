"""Commands say what can be typed as it stands: with the options that they were given themselves."""

from __future__ import annotations

import importlib
import logging
from pathlib import Path

import pytest

from syncd.cli.exits import Exit
from syncd.cli.program import COMMANDS, run
from syncd.system import paths
from syncd.system.logs import JsonFormatter, TextFormatter
from syncd.system.suggestions import LEAVES_OUT, point_at


def test_the_table_of_options_is_what_the_commands_take() -> None:
    for name, place in COMMANDS.items():
        command = importlib.import_module(place.module).command
        takes = {option for parameter in command.params for option in parameter.opts}
        for option, without in LEAVES_OUT.items():
            assert (option in takes) == (name not in without), (name, option)


def test_a_report_names_the_file_library_that_it_is_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "lib"

    assert run(["status", "--file-library", str(place)]) is Exit.UNAVAILABLE

    assert f"`syncd run --file-library {place} --folder PATH`" in capsys.readouterr().out


def test_the_status_of_a_machine_whose_service_is_down_names_the_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "etc" / "syncd.toml"
    config.parent.mkdir()
    config.write_text('[[library]]\nname = "lab"\nadapter = "file"\npath = "/srv/lab"\n')
    monkeypatch.setattr(paths, "SYSTEM_CONFIG", config)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("SYNCD_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)

    assert run(["status", "--state", str(tmp_path / "state")]) is Exit.UNAVAILABLE
    assert "`systemctl status syncd`" in capsys.readouterr().out

    run(["status", "--file-library", str(tmp_path)])
    assert "systemctl" not in capsys.readouterr().out


def test_an_error_names_the_configuration_that_it_is_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "none.toml"

    assert run(["once", "--config", str(place)]) is Exit.CONFIG

    assert f"`syncd init --config {place}`" in capsys.readouterr().err


def test_what_is_wrongly_used_names_it_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["review", "skip", "--file-library", str(tmp_path)]) is Exit.USAGE

    assert f"`syncd review skip NUMBER --file-library {tmp_path}`" in capsys.readouterr().err


@pytest.mark.parametrize("formatter", [TextFormatter(for_journal=False), JsonFormatter()])
def test_the_log_names_it(formatter: logging.Formatter) -> None:
    point_at(file_library=Path("/my/lib"))
    told = logging.LogRecord("s", logging.INFO, "", 1, "`syncd review` shows them", (), None)

    line = formatter.format(told)

    point_at()
    assert "`syncd review --file-library /my/lib` shows them" in line


def test_one_command_says_nothing_of_the_place_of_the_one_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["status", "--file-library", str(tmp_path)])
    capsys.readouterr()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SYNCD_CONFIG", raising=False)

    run(["login", "mine"])

    assert "--file-library" not in capsys.readouterr().err
