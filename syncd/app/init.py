"""From a few answers to a configuration: what `syncd init` finds out, proposes and writes."""

from __future__ import annotations

import errno
import http.client
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.errors import ConfigError, Problem
from syncd.system.paths import find_home
from syncd.system.private import write_private
from syncd.system.resources import shipped

ZOTERO_PORT = 23119
UNIT = "syncd.service"
_EXEC_START = re.compile(r"^ExecStart=.*$", re.MULTILINE)
_PLAIN_WORD = re.compile(r"[\w/.,:@%+-]+")
_ANSWERS_WITHIN = 1.0
_USER_DIRECTORY = re.compile(r'^XDG_DOWNLOAD_DIR="(\$HOME/)?(.*)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person wants: where exports arrive, and where their records go.

    `options` are the adapter's own keys.
    """

    folder: Path
    adapter: str
    options: Mapping[str, object]
    name: str = "mine"
    collection: str = ""


def document_of(answers: Answers, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the answers as a configuration; paths below the home directory begin with ~."""
    library = {"name": answers.name, "adapter": answers.adapter, **answers.options}
    if isinstance(library.get("path"), Path):
        library["path"] = shorten(Path(str(library["path"])), environ)
    folder = {
        "path": shorten(answers.folder, environ),
        "library": answers.name,
        "collection": answers.collection,
    }
    return {"library": [library], "folder": [folder]}


def shorten(path: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Return the path as a person would write it: whole, with ~ for their home."""
    home = find_home(environ)
    path = path.absolute()
    if home is not None and path.is_relative_to(home) and path != home:
        return f"~/{path.relative_to(home)}"
    return str(path)


def find_downloads(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return where browsers put files (xdg-user-dirs), or None if there is no such folder."""
    home = find_home(environ)
    if home is None:
        return None
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    found = None
    with suppress(OSError):
        found = _USER_DIRECTORY.search((config / "user-dirs.dirs").read_text(encoding="utf-8"))
    named = (home / found[2] if found[1] else Path(found[2])) if found else home / "Downloads"
    return named if named.is_dir() and named != home else None


def find_zotero_user(port: int = ZOTERO_PORT) -> int | None:
    """Ask a Zotero that runs here for the number of its user; None if that cannot be found out.

    Its local API must be switched on, somebody logged in, and the library not empty.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWERS_WITHIN)
    try:
        connection.request("GET", "/api/users/0/items?limit=1", headers={"Zotero-API-Version": "3"})
        answer = connection.getresponse()
        items = json.loads(answer.read(1 << 20)) if answer.status == http.client.OK else []
        number = items[0]["library"]["id"] if items else None
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        return None
    finally:
        connection.close()
    return number if isinstance(number, int) and number > 0 else None


def has_user_systemd(environ: Mapping[str, str] = os.environ) -> bool:
    """Say whether a systemd of this user runs, which could look after the daemon."""
    runtime = environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and Path(str(runtime), "systemd", "private").exists()


def user_unit(program: Sequence[str], config: Path | None) -> str:
    """Return the shipped user unit, starting this syncd with this configuration."""
    command = [*program, "run"]
    if config is not None:
        command += ["--config", str(config)]
    started = " ".join(_quote(word) for word in command)
    shipped_unit = shipped("systemd", "syncd.service").read_text(encoding="utf-8")
    return _EXEC_START.sub(lambda _: f"ExecStart={started}", shipped_unit, count=1)


def _quote(word: str) -> str:
    """Write a word of a command as systemd.service(5) reads it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return escaped if _PLAIN_WORD.fullmatch(escaped) else f'"{escaped}"'


def install_user_unit(unit: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Put the unit where the user's systemd looks for it; return the place.

    Raises `OSError`, also when there is no home directory.
    """
    home = find_home(environ)
    if home is None:
        raise FileNotFoundError(errno.ENOENT, "there is no home directory")
    directory = Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "systemd", "user")
    directory.mkdir(parents=True, exist_ok=True)
    place = directory / UNIT
    write_private(place, unit)
    return place


def start_user_unit() -> str | None:
    """Have the user's systemd start the daemon, now and at every login; say what went wrong."""
    for command in (("daemon-reload",), ("enable", "--now", UNIT)):
        ended = subprocess.run(  # noqa: S603 - nothing in it comes from outside
            ("systemctl", "--user", *command),  # noqa: S607 - where it is, the system knows
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode != 0:
            return ended.stderr.strip() or f"systemctl --user {' '.join(command)} failed"
    return None


def expect_none(path: Path) -> None:
    """Raise `ConfigError` where a configuration is there already."""
    if path.exists():
        problem = (
            "is there already; `syncd init --add` adds a folder or library to it, "
            "`syncd init --force` replaces it"
        )
        raise ConfigError(path, [Problem(problem)])


def write_new(path: Path, text: str, *, replace: bool) -> None:
    """Write a configuration, whole or not at all, for its owner alone.

    Raises `ConfigError` when one is there already and is not to be replaced, or when it cannot
    be written.
    """
    if not replace:
        expect_none(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, text, durable=True)
    except OSError as error:
        raise ConfigError(path, [Problem(f"cannot be written: {error.strerror}")]) from error
