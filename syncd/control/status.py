"""How the daemon is: kept on a board while it works, in STATE/status.json for everybody else.

The document is `syncd.status/1`. Reading it needs no ledger and no library, so it can be done at
any moment: while the daemon is busy, and when it is dead. A daemon that runs answers by itself.
Whether it lives is never read from the
file, which a crash leaves behind, but asked of the lock.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

from syncd.control.fates import unusable_files
from syncd.control.protocol import ask
from syncd.errors import BusyError, CommandError, StateError
from syncd.system.private import write_private
from syncd.system.state_lock import find_holder

SCHEMA = "syncd.status/1"
DAEMON = "run"
"""The command under which the daemon holds the lock."""

STATUS = "status"
"""The command by which a running daemon is asked for its status."""

_FILE = "status.json"
_PATIENCE = timedelta(seconds=5)
FINE_STATES = frozenset({"ok", "starting", "idle"})
"""States of libraries and folders that need nobody's attention."""


class Health(IntEnum):
    """What `syncd status` exits with."""

    FINE = 0
    NOT_RUNNING = 69
    WAITING = 75


class LibraryState(Enum):
    """How a library is served."""

    STARTING = "starting"
    OK = "ok"
    WAITING = "waiting"
    """It cannot be reached, or asked for patience; tried again by itself."""
    REFUSED = "refused"
    """The key is missing or refused; a person is needed."""
    PAUSED = "paused"
    """A guard stopped it until a person says `syncd resume`."""
    LATE = "late"
    """It has not been reconciled for twice as long as it should be."""


def write_status(state_dir: Path, document: Mapping[str, Any]) -> None:
    """Replace STATE/status.json, at once or not at all, for its owner alone.

    Raises `StateError`.
    """
    path = state_dir / _FILE
    try:
        write_private(path, json.dumps(document, indent=1) + "\n")
    except OSError as error:
        raise StateError(f"cannot be written: {error.strerror}", path=path) from error


def read_status(state_dir: Path) -> dict[str, Any]:
    """Return what is known about the daemon of this state directory, dead or alive.

    A daemon that runs is asked, because its disk may be too full to write down how it is; where
    it does not answer, what it wrote last is shown. `running` is true only while a daemon holds
    the lock. Raises `StateError` when nothing can be found out.
    """
    holder = find_holder(state_dir)
    # A disk that is full keeps a daemon from writing even its name beside the lock.
    answers = holder is not None and (holder.command == DAEMON or not holder.pid)
    told = ask_status(state_dir) if answers else None
    document = told or _read(state_dir / _FILE)
    document["state_directory"] = str(state_dir)
    document["running"] = told is not None or (holder is not None and holder.command == DAEMON)
    if holder is not None and holder.pid:
        document["pid"] = holder.pid
    if not document["running"]:
        document["since"] = document["pid"] = None
        document["message"] = "" if holder is None else f"{holder} works here"
    elif holder is not None and holder.since is not None:
        document["since"] = format_moment(holder.since)
    return document


def is_served(state_dir: Path) -> bool:
    """Say whether a daemon works on this state directory. Raises `StateError`."""
    holder = find_holder(state_dir)
    if holder is None or holder.pid:
        return holder is not None and holder.command == DAEMON
    return ask_status(state_dir) is not None


def ask_status(directory: Path) -> dict[str, Any] | None:
    """Return what the daemon that listens here says of itself; None where it does not answer."""
    try:
        document = ask(directory, STATUS, patience=_PATIENCE)
    except (BusyError, CommandError):
        return None
    return document if isinstance(document, dict) and document.get("schema") == SCHEMA else None


def health_of(document: Mapping[str, Any], *, strict: bool = False) -> Health:
    """Sum a status document up for monitoring; `strict` counts what waits for a person too."""
    if not document["running"]:
        return Health.NOT_RUNNING
    troubled = (
        bool(document.get("message"))
        or any(each["state"] not in FINE_STATES for each in document["libraries"])
        or any(each["state"] not in FINE_STATES for each in document["folders"])
        or any(each.get("skipped") for each in document["folders"])
        or bool(unusable_files(document))
        or (strict and any(each["held"] for each in document["libraries"]))
    )
    return Health.WAITING if troubled else Health.FINE


def _read(path: Path) -> dict[str, Any]:
    empty: dict[str, Any] = {"schema": SCHEMA, "libraries": [], "folders": [], "runs": []}
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return empty
    except OSError as error:
        raise StateError(f"cannot be read: {error.strerror}", path=path) from error
    except ValueError:  # a power cut may leave anything; the next change writes it anew
        return empty
    return document if isinstance(document, dict) and document.get("schema") == SCHEMA else empty


def format_moment(moment: datetime | None) -> str | None:
    """Return an instant as the status document writes it, in whole seconds."""
    return moment.isoformat(timespec="seconds") if moment else None
