"""Where services and the commands of the same machine find each other: /run/syncd/INSTANCE.

A service that systemd gives such a directory listens there too, and lists the libraries that it
works for. Whoever is about to work for one of them asks the service, whatever state directory
they have themselves: two ledgers beside each other would not know of each other's questions.
"""

from __future__ import annotations

import json
import os
import pwd
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from syncd.errors import StateError
from syncd.system.private import write_private

SCHEMA = "syncd.service/1"
SERVED = "served"
"""The command by which a service is asked what it calls its libraries, and where its state is."""

_LIST = "libraries.json"
_RESTARTING = ".restarting"
"""What the unit of the machine adds to the name of the directory with the list while it is down."""
_LARGEST = 1 << 20
_TO_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Service:
    """A service of this machine: its runtime directory, who runs it, the libraries it serves."""

    directory: Path
    owner: str
    libraries: frozenset[str]

    def __str__(self) -> str:
        return f"the service {self.directory.name} (run by {self.owner})"


def list_libraries(directory: Path, identities: Iterable[str]) -> None:
    """Say in a service's runtime directory which libraries it serves, for everybody to read.

    Raises `StateError`.
    """
    document = {"schema": SCHEMA, "libraries": sorted(identities)}
    path = directory / _LIST
    try:
        write_private(path, json.dumps(document, indent=1) + "\n", mode=0o644)
    except OSError as error:
        raise StateError(f"cannot be written: {error.strerror}", path=path) from error


def unlist_libraries(directory: Path) -> None:
    """Say no longer that a service is here."""
    with suppress(OSError):
        (directory / _LIST).unlink()


def find_services(root: Path, own: Path | None = None) -> list[Service]:
    """Return the services that say below `root` what they serve, but for the one in `own`.

    One that is just being started anew is among them, though it does not answer.
    """
    ours = (own, own.with_name(own.name + _RESTARTING)) if own else ()
    try:
        directories = sorted(root.iterdir())
    except OSError:
        return []
    found = (_read(each) for each in directories if each not in ours)
    return [service for service in found if service is not None]


def find_serving(services: Iterable[Service], identities: Collection[str]) -> list[Service]:
    """Return those services that serve any of these libraries."""
    return [each for each in services if not each.libraries.isdisjoint(identities)]


def _read(directory: Path) -> Service | None:
    """Return the service of this directory; None where there is no list that can be used."""
    try:
        fd = os.open(directory / _LIST, _TO_READ)
    except OSError:
        return None
    try:
        status = os.fstat(fd)
        document = json.loads(os.read(fd, _LARGEST)) if stat.S_ISREG(status.st_mode) else None
    except (OSError, ValueError, RecursionError):
        return None
    finally:
        os.close(fd)
    match document:
        case {"schema": str(schema), "libraries": [*identities]} if schema == SCHEMA:
            names = frozenset(each for each in identities if isinstance(each, str))
            return Service(directory, _name_of(status.st_uid), names)
    return None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
