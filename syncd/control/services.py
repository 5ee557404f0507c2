"""Where daemons and the commands of the same machine find each other.

A SERVICE is given a directory by systemd, /run/syncd/INSTANCE, for all accounts to look into. A
daemon that a person starts makes one for that user alone (`own_daemons`). Either listens there too,
and lists the libraries that it works for. Whoever is about to work for one of them asks it,
whatever state directory they have themselves: two ledgers beside each other would not know of each
other's questions.
"""

from __future__ import annotations

import json
import os
import pwd
import stat
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from syncd.errors import StateError
from syncd.system.private import write_private

SCHEMA = "syncd.service/1"
SERVED = "served"
"""The command by which a daemon is asked what it calls its libraries, and where its state is."""

_LIST = "libraries.json"
CONTENTS = (_LIST, f".{_LIST}.new")
"""What listing leaves in a directory; the second is there after a crash."""
_RESTARTING = ".restarting"
"""What the unit of the machine adds to the name of the directory with the list while it is down."""
_LARGEST = 1 << 20
_TO_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK

Known = tuple[str, str]
"""By what a library is known here: what it is, and where ("": wherever), see `wiring.recognise`."""


@dataclass(frozen=True, slots=True)
class Service:
    """A daemon that lists what it serves: its runtime directory, who runs it, the libraries.

    `places` says where the libraries are, of those that are another one elsewhere, and `holder`
    which process a user's own daemon is.
    """

    directory: Path
    owner: str
    libraries: frozenset[str]
    places: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    holder: str = ""

    def __str__(self) -> str:
        return self.holder or f"the service {self.directory.name} (run by {self.owner})"

    def serves(self, library: Known) -> bool:
        """Say whether this is one of its libraries, as far as its list tells."""
        identity, place = library
        return identity in self.libraries and place in self.places.get(identity, (place,))


def list_libraries(
    directory: Path, libraries: Iterable[Known], *, with_places: bool = False
) -> None:
    """Say in a runtime directory which libraries are served, for everybody to read.

    `with_places` says also where they are, for their owner alone. Raises `StateError`.
    """
    places: defaultdict[str, list[str]] = defaultdict(list)
    for identity, place in sorted(libraries):
        places[identity].append(place)
    document: dict[str, object] = {"schema": SCHEMA, "libraries": list(places)}
    if with_places:
        document["places"] = places
    path = directory / _LIST
    mode = 0o600 if with_places else 0o644
    try:
        write_private(path, json.dumps(document, indent=1) + "\n", mode=mode)
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
    found = (read_list(each) for each in directories if each not in ours)
    return [service for service in found if service is not None]


def find_serving(services: Iterable[Service], libraries: Iterable[Known]) -> list[Service]:
    """Return those services that serve any of these libraries."""
    wanted = list(libraries)
    return [each for each in services if any(map(each.serves, wanted))]


def read_list(directory: Path, holder: str = "") -> Service | None:
    """Return what a daemon says in this directory; None where there is no list that can be used."""
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
        case {"schema": str(schema), "libraries": [*identities], **more} if schema == SCHEMA:
            names = frozenset(each for each in identities if isinstance(each, str))
            owner = _name_of(status.st_uid)
            return Service(directory, owner, names, _read_places(more.get("places")), holder)
    return None


def _read_places(listed: object) -> Mapping[str, frozenset[str]]:
    if not isinstance(listed, dict):
        return {}
    return {
        identity: frozenset(map(str, places))
        for identity, places in listed.items()
        if isinstance(places, list)
    }


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
