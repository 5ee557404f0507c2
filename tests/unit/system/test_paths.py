"""The configuration and the state are looked for in the promised order."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from syncd.errors import ConfigError, StateError
from syncd.system import paths as places
from syncd.system.paths import daemon_places, expand_home, find_config, state_directory, state_for

on_linux = pytest.mark.skipif(sys.platform == "darwin", reason="the XDG places are Linux's")


def test_a_named_configuration_wins_over_the_environment(tmp_path: Path) -> None:
    named, from_environment = tmp_path / "a.toml", tmp_path / "b.toml"
    environ = {"SYNCD_CONFIG": str(from_environment), "HOME": str(tmp_path)}

    assert find_config(named, environ) == named
    assert find_config(None, environ) == from_environment


@on_linux
def test_the_users_configuration_comes_before_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "etc.toml"
    system.touch()
    monkeypatch.setattr(places, "SYSTEM_CONFIG", system)
    user = tmp_path / "syncd" / "syncd.toml"
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}

    assert find_config(None, environ) == system
    user.parent.mkdir()
    user.touch()
    assert find_config(None, environ) == user


def test_without_a_configuration_every_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SYSTEM_CONFIG", tmp_path / "etc.toml")

    with pytest.raises(ConfigError) as caught:
        find_config(None, {"HOME": str(tmp_path)})

    message = caught.value.problems[0].message
    assert str(tmp_path / "etc.toml") in message
    assert "syncd init" in message


@on_linux
def test_the_state_is_where_the_nearest_word_says(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}

    assert state_directory(None, environ) == tmp_path / ".local/state/syncd"
    environ["XDG_STATE_HOME"] = str(tmp_path / "xdg")
    assert state_directory(None, environ) == tmp_path / "xdg/syncd"
    environ["STATE_DIRECTORY"] = "/var/lib/syncd:/var/lib/other"
    assert state_directory(None, environ) == Path("/var/lib/syncd")
    environ["SYNCD_STATE"] = "/srv/state"
    assert state_directory(None, environ) == Path("/srv/state")
    assert state_directory(tmp_path, environ) == tmp_path


@on_linux
def test_the_configuration_says_where_the_state_is_unless_something_nearer_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "etc.toml"
    system.write_text('[state]\ndirectory = "/srv/system"\n')
    monkeypatch.setattr(places, "SYSTEM_CONFIG", system)
    named = tmp_path / "named.toml"
    named.write_bytes(b'\xef\xbb\xbf[state]\ndirectory = "~/ledger"\n')
    environ = {"HOME": str(tmp_path)}

    assert state_directory(None, environ) == Path("/srv/system")
    assert state_directory(None, environ, config=named) == tmp_path / "ledger"
    assert state_directory(tmp_path, environ, config=named) == tmp_path
    for name in ("STATE_DIRECTORY", "SYNCD_STATE"):
        nearer = environ | {name: "/srv/nearer"}
        assert state_directory(None, nearer, config=named) == Path("/srv/nearer")


@on_linux
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[state]",
        "state = 1",
        "[state]\ndirectory = ''",
        "[state]\ndirectory = 'here'",
        "x",
        "[x",
    ],
)
def test_a_configuration_that_cannot_be_used_leaves_the_state_where_it_is(
    tmp_path: Path, text: str
) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text(text)

    found = state_directory(None, {"HOME": str(tmp_path)}, config=config)

    assert found == tmp_path / ".local/state/syncd"


def test_a_file_library_keeps_its_state_whatever_a_configuration_says(tmp_path: Path) -> None:
    config = tmp_path / "syncd.toml"
    config.write_text('[state]\ndirectory = "/srv/state"\n')

    assert state_for(None, tmp_path / "library", config) == tmp_path / "library" / ".syncd"


def test_a_system_service_is_never_asked_for_a_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(places, "SYSTEM_CONFIG", tmp_path / "etc.toml")
    (tmp_path / "etc.toml").touch()

    assert find_config(None, {}) == tmp_path / "etc.toml"
    assert state_directory(None, {"STATE_DIRECTORY": "/var/lib/syncd"}) == Path("/var/lib/syncd")
    assert expand_home("~/x", {}) is None
    with pytest.raises(StateError, match="--state"):
        state_directory(None, {})


def test_a_place_that_cannot_be_looked_at_has_no_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sandbox answers so about a home directory; a name that is too long does for everybody."""
    monkeypatch.setattr(places, "SYSTEM_CONFIG", tmp_path / "etc.toml")
    environ = {"XDG_CONFIG_HOME": f"/{'x' * 300}", "HOME": str(tmp_path)}
    assert not places.has_config(None, environ)
    (tmp_path / "etc.toml").touch()

    assert places.has_config(None, environ)
    assert find_config(None, environ) == tmp_path / "etc.toml"


@on_linux
def test_daemons_are_looked_for_in_the_runtime_directory_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, logged_in = tmp_path / "account", tmp_path / "run" / str(os.geteuid())
    for each in (account, logged_in, tmp_path / "named", tmp_path / "home"):
        each.mkdir(parents=True)
    monkeypatch.setattr(places, "RUNTIME_OF_USERS", tmp_path / "run")
    monkeypatch.setattr(places, "_find_account_home", lambda: account)
    environ = {"XDG_RUNTIME_DIR": str(tmp_path / "named"), "HOME": str(tmp_path / "home")}

    found = daemon_places(environ)

    assert found == [
        tmp_path / "named" / "syncd",
        logged_in / "syncd",
        account / ".local/state/syncd-daemons",
        tmp_path / "home" / ".local/state/syncd-daemons",
    ]
    # Cron tells neither: the account's are found all the same.
    assert daemon_places({"HOME": str(account)}) == found[1:3]


@on_linux
@pytest.mark.parametrize("named", ["relative", "/nowhere/at/all", "", f"/{'x' * 300}"])
def test_a_runtime_directory_that_is_none_is_passed_over(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "RUNTIME_OF_USERS", tmp_path / "run")
    monkeypatch.setattr(places, "_find_account_home", lambda: tmp_path)
    environ = {"XDG_RUNTIME_DIR": named, "HOME": str(tmp_path)}

    assert daemon_places(environ) == [tmp_path / ".local/state/syncd-daemons"]
