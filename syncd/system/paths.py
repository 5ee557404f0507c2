"""Where the configuration and the state are looked for on this machine.

Imports nothing heavy: `syncd status` needs no more than this. A system service has no home
directory, so none is asked for unless nothing else said where to look.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from syncd.errors import ConfigError, Problem, StateError

SYSTEM_CONFIG = Path("/etc/syncd/syncd.toml")
SERVICES = Path("/run/syncd")
"""Where the services of this machine have their runtime directories, each by its name."""

RUNTIME_OF_USERS = Path("/run/user")
"""Where systemd keeps a directory for each user who is logged in."""

STATE_OF_A_FILE_LIBRARY = ".syncd"


def find_config(explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the configuration to read: named, from $SYNCD_CONFIG, the user's, the system's.

    One that was named is returned whether it exists or not. Raises `ConfigError` when none
    was named and none is found.
    """
    named = explicit or _path_in(environ, "SYNCD_CONFIG")
    if named is not None:
        return named
    places = list(config_places(environ))
    for place in places:
        if _is(place.is_file):
            return place
    looked = " and ".join(str(place) for place in places)
    raise ConfigError(
        None,
        [Problem(f"no configuration found (looked for {looked}); make one with `syncd init`")],
    )


def has_config(explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether a configuration was named, or is where one is looked for."""
    named = explicit or _path_in(environ, "SYNCD_CONFIG")
    return named is not None or any(_is(place.is_file) for place in config_places(environ))


def config_places(environ: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Yield where a configuration is looked for when none was named, in order."""
    user = user_config_directory(environ)
    if user is not None:
        yield user / "syncd.toml"
    yield SYSTEM_CONFIG


def config_to_write(explicit: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where a new configuration belongs: named, from $SYNCD_CONFIG, the user's place."""
    named = explicit or _path_in(environ, "SYNCD_CONFIG")
    return named or next(config_places(environ))


def user_config_directory(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return this user's directory for syncd's configuration, or None without a home."""
    return _user_directory(environ, "XDG_CONFIG_HOME", ".config")


def state_directory(
    explicit: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    config: Path | None = None,
) -> Path:
    """Return where the ledger and the lock live.

    That is what was named, or stands in $SYNCD_STATE, in systemd's $STATE_DIRECTORY or in the
    configuration that is read (`config` names one); else the user's own place for state. Raises
    `StateError` when there is no home directory to put it under.
    """
    named = explicit or _path_in(environ, "SYNCD_STATE") or _systemd_path(environ, "STATE")
    named = named or _find_configured_state(config, environ)
    if named is not None:
        return named.absolute()
    user = _user_directory(environ, "XDG_STATE_HOME", ".local/state")
    if user is None:
        raise StateError("there is no home directory to keep the state in; name one with --state")
    return user


def state_for(state: Path | None, file_library: Path | None, config: Path | None = None) -> Path:
    """Return the state directory: a file library brings its own, unless another is named.

    Raises `StateError` as `state_directory` does.
    """
    if state is None and file_library is not None:
        return file_library.absolute() / STATE_OF_A_FILE_LIBRARY
    return state_directory(state, config=config)


def runtime_directory(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the runtime directory that systemd gives this service, or None."""
    return _systemd_path(environ, "RUNTIME")


def daemon_places(environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Return where daemons of this user may say that they run, the best place first.

    That is below the runtime directory of whoever is logged in: `$XDG_RUNTIME_DIR`, or where
    systemd makes it, for cron and ssh do not always tell. Where there is none, it is in the home
    directory that the account has, whatever $HOME says: all of a user's commands look there.
    """
    named = environ.get("XDG_RUNTIME_DIR", "")
    runtimes = [Path(named), RUNTIME_OF_USERS / str(os.geteuid())]
    homes = [_find_account_home(), find_home(environ)]
    places = [base / "syncd" for base in runtimes if base.is_absolute() and _is(base.is_dir)]
    places += [home / ".local/state/syncd-daemons" for home in homes if home and _is(home.is_dir)]
    return list(dict.fromkeys(places))


def _is(ask: Callable[[], bool]) -> bool:
    """Ask about a path that this process may not be let near: a sandbox hides some."""
    try:
        return ask()
    except OSError:
        return False


def _find_account_home() -> Path | None:
    try:
        return Path(pwd.getpwuid(os.geteuid()).pw_dir)
    except KeyError:
        return None


def find_home(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the home directory, or None where there is none (a systemd DynamicUser)."""
    try:
        home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError:
        return None
    return home if home.is_absolute() else None


def expand_home(text: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the absolute path that `text` names, or None if it is relative or has no home."""
    if text == "~" or text.startswith("~/"):
        home = find_home(environ)
        return home / text[2:] if home else None
    path = Path(text)
    return path if path.is_absolute() else None


def _path_in(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    return Path(value).expanduser() if value else None


def _systemd_path(environ: Mapping[str, str], kind: str) -> Path | None:
    # systemd joins several directories with colons; the first is the unit's own.
    value = environ.get(f"{kind}_DIRECTORY", "").split(":")[0]
    return Path(value) if value else None


def _find_configured_state(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return `[state] directory` of the configuration that is read.

    Only this is looked at, for `syncd status` needs no more. None also where the configuration
    cannot be used: whoever reads it whole says what is wrong, and a daemon that keeps its old one
    must still be found.
    """
    import tomllib  # most commands are told where the state is, or read the configuration anyway

    try:
        document = tomllib.loads(find_config(config, environ).read_bytes().decode("utf-8-sig"))
    except (ConfigError, OSError, ValueError):
        return None
    match document:
        case {"state": {"directory": str(text)}}:
            return expand_home(text, environ)
    return None


def _user_directory(environ: Mapping[str, str], variable: str, below_home: str) -> Path | None:
    if sys.platform == "darwin":
        below_home = "Library/Application Support"
    base = environ.get(variable)
    if base and Path(base).is_absolute():
        return Path(base) / "syncd"
    home = find_home(environ)
    return home / below_home / "syncd" if home else None
