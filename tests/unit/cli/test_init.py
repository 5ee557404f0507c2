"""A few answers become a configuration that works, and nobody's configuration is overwritten."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd import __version__
from syncd.app.additions import parse_option
from syncd.app.init import (
    Answers,
    document_of,
    find_downloads,
    find_zotero_user,
    install_user_unit,
    shorten,
    start_user_unit,
    user_unit,
    write_new,
)
from syncd.app.wiring import all_options
from syncd.cli.asking import Flags, ask_library
from syncd.cli.exits import Exit
from syncd.cli.program import run
from syncd.config import load_settings, parse_settings
from syncd.config.documents import configuration
from syncd.errors import ConfigError
from syncd.library import Option


def test_answers_become_a_configuration_that_says_the_same(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "drop", "zotero-web", {"library_id": 7}, collection="Inbox/New")
    path = tmp_path / "etc" / "syncd.toml"

    write_new(path, configuration(all_options(), document_of(answers)), replace=False)

    settings = load_settings(path)
    assert settings.libraries[0].options["library_id"] == 7
    assert settings.folders[0].path == tmp_path / "drop"
    assert settings.folders[0].collection == ("Inbox", "New")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["syncd.toml"]


def test_paths_are_written_as_a_person_would() -> None:
    environ = {"HOME": "/home/ada"}
    answers = Answers(Path("/home/ada/RIS"), "file", {"path": Path("/home/ada/lib")})

    document = document_of(answers, environ)

    assert document["folder"][0]["path"] == "~/RIS"
    assert document["library"][0]["path"] == "~/lib"
    assert shorten(Path("/srv/x"), environ) == "/srv/x"
    assert shorten(Path("/home/ada"), environ) == "/home/ada"
    assert parse_settings(document).libraries[0].adapter == "file"


def test_a_configuration_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "syncd.toml"
    path.write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigError, match="--force"):
        write_new(path, "other", replace=False)

    assert path.read_text(encoding="utf-8") == "mine"
    write_new(path, "other", replace=True)
    assert path.read_text(encoding="utf-8") == "other"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="cannot be written"):
        write_new(tmp_path / "file" / "syncd.toml", "x", replace=False)


@pytest.mark.parametrize(
    ("told", "made", "expected"),
    [
        (None, "Downloads", "Downloads"),
        ('XDG_DOWNLOAD_DIR="$HOME/Hämtningar"\n', "Hämtningar", "Hämtningar"),
        ('XDG_DOWNLOAD_DIR="$HOME/"\n', "Downloads", None),
        (None, "elsewhere", None),
    ],
)
def test_the_folder_of_the_browser_is_found(
    tmp_path: Path, told: str | None, made: str, expected: str | None
) -> None:
    (tmp_path / made).mkdir()
    if told:
        (tmp_path / ".config").mkdir()
        (tmp_path / ".config" / "user-dirs.dirs").write_text("# x\n" + told, encoding="utf-8")

    found = find_downloads({"HOME": str(tmp_path)})

    assert found == (tmp_path / expected if expected else None)


ANSWERS: dict[str, tuple[int, bytes]] = {}


class LocalZotero(BaseHTTPRequestHandler):
    """Answers as a running Zotero does, with what the test has put into `ANSWERS`."""

    def do_GET(self) -> None:
        status, body = ANSWERS["now"]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        return


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), LocalZotero) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


ITEM = {"key": "ABCD2345", "library": {"type": "user", "id": 1234567}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, json.dumps([ITEM]), 1234567),
        (200, "[]", None),
        (200, '[{"library": {"id": 0}}]', None),
        (200, "<html>", None),
        (200, '{"x": 1}', None),
        (403, "Local API is not enabled", None),
    ],
)
def test_a_running_zotero_is_asked_for_its_user(
    port: int, status: int, body: str, expected: int | None
) -> None:
    ANSWERS["now"] = (status, body.encode())

    assert find_zotero_user(port) == expected


def test_without_a_running_zotero_nobody_is_found() -> None:
    assert find_zotero_user(9) is None


def test_the_unit_starts_this_syncd_with_this_configuration() -> None:
    unit = user_unit(["/opt/my venv/bin/syncd"], Path('/home/ada/100%/"s".toml'))

    [start] = [line for line in unit.splitlines() if line.startswith("ExecStart=")]
    assert start == (
        'ExecStart="/opt/my venv/bin/syncd" run --config "/home/ada/100%%/\\"s\\".toml"'
    )
    assert "Type=notify" in unit


def test_the_unit_is_put_where_systemd_looks(tmp_path: Path) -> None:
    unit = user_unit(["/usr/bin/syncd"], None)

    place = install_user_unit(unit, {"HOME": str(tmp_path)})

    assert place == tmp_path / ".config/systemd/user/syncd.service"
    assert "\nExecStart=/usr/bin/syncd run\n" in place.read_text(encoding="utf-8")


def test_what_systemd_says_against_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemctl = tmp_path / "systemctl"
    log = tmp_path / "log"
    refusal = '[ "$2" != enable ] || { echo no such bus >&2; exit 1; }'
    systemctl.write_text(f'#!/bin/sh\necho "$@" >> {log}\n{refusal}\n', encoding="utf-8")
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    refused = start_user_unit()
    systemctl.write_text("#!/bin/sh\n", encoding="utf-8")
    started = start_user_unit()

    assert refused == "no such bus"
    assert started is None
    assert log.read_text() == "--user daemon-reload\n--user enable --now syncd.service\n"


# A folder or library more


BEFORE = """# my own words
[[library]]
name = "mine"
adapter = "file"
path = "/srv/mine"

[[folder]]
path = "/srv/drop"
library = "mine"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "syncd.toml"
    path.write_text(BEFORE, encoding="utf-8")
    return path


def test_a_folder_is_added_and_what_was_there_stays(config: Path, tmp_path: Path) -> None:
    drop = tmp_path / 'a "quoted" drop'

    code = run(["init", "--add", "--yes", "--config", str(config), "--folder", str(drop)])

    settings = load_settings(config)
    assert code is Exit.DONE
    assert config.read_text(encoding="utf-8").startswith(BEFORE)
    assert [folder.path for folder in settings.folders] == [Path("/srv/drop"), drop]
    assert settings.folders[1].libraries == ("mine",)
    assert drop.is_dir()


def test_a_library_is_added_with_its_folder(config: Path, tmp_path: Path) -> None:
    account = ["--library-type", "group", "--library-id", "4567"]
    where = ["--config", str(config), "--folder", str(tmp_path / "lab")]

    code = run(["init", "--add", "--yes", "--library", "lab", *account, *where])

    settings = load_settings(config)
    assert code is Exit.DONE
    assert [library.name for library in settings.libraries] == ["mine", "lab"]
    assert settings.libraries[1].options["library_id"] == 4567
    assert settings.folders[1].libraries == ("lab",)


def test_an_addition_that_is_wrong_changes_nothing(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["init", "--add", "--yes", "--config", str(config), "--folder", "/srv/drop"])

    assert code is Exit.CONFIG
    assert config.read_text(encoding="utf-8") == BEFORE
    assert "that of an earlier folder" in capsys.readouterr().err


def test_a_configuration_that_is_there_is_found_before_anything_is_asked(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("syncd.cli.init.ask_library", lambda _: pytest.fail("it asked"))

    assert run(["init", "--config", str(config)]) is Exit.CONFIG
    assert "syncd init --add" in capsys.readouterr().err


def test_without_an_account_or_anybody_to_ask_something_is_left_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("syncd.cli.asking.find_zotero_user", lambda: None)
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "syncd.toml"

    assert run(["init", "--yes", "--config", str(config)]) == 0

    settings = load_settings(config)
    assert settings.libraries[0].adapter == "file"
    assert settings.folders[0].path == tmp_path / "syncd-drop"
    assert settings.folders[0].path.is_dir()


@pytest.mark.parametrize(
    ("kind", "words"), [("user", "library_access=1&notes_access=1"), ("group", "all_groups=write")]
)
def test_it_says_where_the_key_is_made_and_where_it_will_be_kept(
    tmp_path: Path,
    kind: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("syncd.cli.init.has_keyring", lambda: False)
    account = ["--library-type", kind, "--library-id", "12"]
    where = ["--config", str(tmp_path / "c.toml"), "--folder", str(tmp_path)]

    assert run(["init", "--yes", *account, *where]) is Exit.DONE

    err = capsys.readouterr().err
    key_file = tmp_path / "home" / "syncd" / "mine.key"
    assert words in err
    assert f"It will be kept in {key_file}" in err
    assert load_settings(tmp_path / "c.toml").libraries[0].key_file == key_file


def test_an_adapter_by_others_is_taken_with_its_own_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.cli.asking.known_adapters", lambda: ["file", "shelf", "zotero-web"])
    monkeypatch.setattr("syncd.cli.init.check_options", lambda _adapter, _options: {})
    monkeypatch.setattr("syncd.cli.init.find_consent", lambda _library: None)
    monkeypatch.setattr("syncd.cli.init.find_keyed", lambda _adapter: None)
    keys = ["--set", "path=/srv/shelf", "--set", "boards = 3", "--set", 'colours=["red"]']
    where = ["--config", str(tmp_path / "c.toml"), "--folder", str(tmp_path)]

    assert run(["init", "--yes", "--adapter", "shelf", *keys, *where]) is Exit.DONE

    library = load_settings(tmp_path / "c.toml").libraries[0]
    assert library.adapter == "shelf"
    assert dict(library.options) == {"path": "/srv/shelf", "boards": 3, "colours": ["red"]}


def test_what_an_adapter_must_be_given_is_asked_for_in_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declared = [
        Option("folder", "Where it is.", "/srv", required=True),
        Option("kind", "What it is.", "user", required=True, choices=("user", "group")),
        Option("boards", "How many there are.", 3, required=True),
        Option("colours", "What it looks like.", ["red"], required=True),
        Option("depth", "How deep it goes.", 1, 1),
    ]
    monkeypatch.setattr("syncd.cli.asking.known_adapters", lambda: ["shelf"])
    monkeypatch.setattr("syncd.cli.asking.options_of", lambda _: {"shelf": declared})
    flags = Flags("shelf", None, None, None, None, None, ("folder=/srv/shelf",), True)

    with CliRunner().isolation(input='club\ngroup\nmany\n4\n["red"]\n') as (_, err, _):
        adapter, keys = ask_library(flags)
        asked = err.getvalue().decode()

    assert adapter == "shelf"
    assert keys == {"folder": "/srv/shelf", "kind": "group", "boards": 4, "colours": ["red"]}
    assert "What it is." in asked
    assert "How deep it goes." not in asked


def test_a_library_that_asks_for_its_key_itself_is_named_with_login(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--config", str(tmp_path / "c.toml"), "--folder", str(tmp_path)]

    assert run(["init", "--yes", "--adapter", "zotero-desktop", *where]) is Exit.DONE

    assert "next: `syncd login mine --config" in capsys.readouterr().err


def test_an_adapter_that_nobody_has_is_told_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["init", "--yes", "--adapter", "shelf", "--config", str(tmp_path / "c.toml")])

    assert code is Exit.USAGE
    assert "known are file, zotero-desktop, zotero-web" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a=1", ("a", 1)),
        ("a=true", ("a", True)),
        ("a=~/x", ("a", "~/x")),
        ('a="1"', ("a", "1")),
        ("a=b=c", ("a", "b=c")),
    ],
)
def test_a_key_on_the_command_line_means_what_it_would_in_the_file(
    text: str, meant: tuple[str, object]
) -> None:
    assert parse_option(text) == meant


def test_the_program_starts_as_a_module_too() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "syncd", "-V"], capture_output=True, text=True, check=True
    )

    assert ended.stdout == f"syncd {__version__}\n"


def test_an_address_in_the_place_of_a_number_is_told_what_a_number_looks_like(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://www.zotero.org/somebody/library"

    code = run(["init", "--yes", "--library-id", address, "--config", str(tmp_path / "c.toml")])

    assert code is Exit.USAGE
    err = " ".join(capsys.readouterr().err.split())
    assert "is not a number such as 1234567" in err
    assert not (tmp_path / "c.toml").exists()


def test_what_is_next_is_said_for_this_very_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "c.toml"
    where = ("--folder", str(tmp_path / "drop"), "--config", str(config))

    run(["init", "--yes", "--library-id", "7", *where])

    place = f"--config {config}`"
    told = f"next: `syncd login mine {place}, then `syncd check {place}, then `syncd run {place}"
    assert told in capsys.readouterr().err
