"""What commands have a running daemon do for them.

One process at a time works on a state directory. While that is the daemon, a command hands its
request over: the library's own thread carries it out, and the answer is the same report that the
command would have made by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from syncd.app.once import OnceReport
from syncd.control.protocol import GROUP, ask
from syncd.control.services import SERVED, Service, find_services, find_serving
from syncd.control.status import is_served
from syncd.control.wire import ONCE, read_report
from syncd.errors import BusyError, ServedError, StateError
from syncd.system.clock import Clock, Pause

Routes = Mapping[str, Sequence[Path]]
"""The files that go to each library; empty for a pass over all folders."""

_LOOK_EVERY = timedelta(milliseconds=200)
_STARTING = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Running:
    """The daemon that works for a command's libraries.

    `directory` is where it listens. One with another state directory is a `service`: `names` are
    what it calls the command's libraries, and its ledger is in `state`.
    """

    directory: Path
    state: Path
    service: Service | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def name_of(self, library: str) -> str:
        """Return what the daemon calls a library of the command's configuration."""
        return self.names.get(library, library)


def find_daemon(
    state: Path,
    identify: Callable[[], Mapping[str, str]],
    root: Path,
    clock: Clock,
    pause: Pause,
    *,
    all_of_them: bool = True,
) -> Running | None:
    """Return the daemon that works on this state directory, or a service for the same libraries.

    `identify` gives the identity of each library by its name; `root` is where services are
    looked for. Raises `ServedError` where a service serves one of them and cannot be asked, or not
    about `all_of_them`, and `StateError` where nothing can be found out about the state directory.
    """
    unknown: StateError | None = None
    try:
        if is_served(state):
            return Running(state, state)
    except StateError as error:
        # It may be a service's own, which nobody else can look into.
        unknown = error
    services = find_services(root)
    wanted = identify() if services else {}
    for service in find_serving(services, wanted.values()):
        running = _reach(service, wanted, clock, pause)
        if all_of_them and (missing := sorted(wanted.keys() - running.names.keys())):
            told = _served_by(service, wanted)
            raise ServedError(f"{told}, and {', '.join(missing)} is not; name one with --library")
        return running
    if unknown is not None:
        raise unknown
    return None


def expect_unserved(identities: Mapping[str, str], root: Path, own: Path | None) -> None:
    """Raise `ServedError` where another service than `own` serves one of these libraries."""
    for service in find_serving(find_services(root, own), identities.values()):
        raise ServedError(f"{_served_by(service, identities)} already")


def _reach(service: Service, wanted: Mapping[str, str], clock: Clock, pause: Pause) -> Running:
    told = _served_by(service, wanted)
    try:
        answer = ask_daemon(service.directory, SERVED, {}, clock, pause)
    except BusyError as error:
        if isinstance(error.__cause__, PermissionError):
            raise ServedError(
                f"{told}, which you have no right to ask; let {service.owner} do it, or have"
                f" yourself put into the group {GROUP}"
            ) from error
        raise ServedError(f"{told}, which does not answer; it may be starting") from error
    served = answer["libraries"]
    names = {name: served[identity] for name, identity in wanted.items() if identity in served}
    return Running(service.directory, Path(answer["state"]), service, names)


def _served_by(service: Service, wanted: Mapping[str, str]) -> str:
    names = [name for name, identity in wanted.items() if identity in service.libraries]
    return f"{', '.join(names)} is served by {service}"


def ask_daemon(
    directory: Path, command: str, arguments: Mapping[str, Any], clock: Clock, pause: Pause
) -> Any:
    """Have the daemon that listens in this directory carry something out; return its answer.

    Raises `CommandError` when it says no, `BusyError` when it does not answer.
    """
    until = clock.elapsed() + _STARTING
    while True:
        try:
            return ask(directory, command, arguments)
        except BusyError as error:
            # It may be starting: it holds the lock for a moment before it listens.
            if clock.elapsed() >= until or isinstance(error.__cause__, PermissionError):
                raise
        pause(_LOOK_EVERY)


def ask_once(
    daemon: Running, routes: Routes, clock: Clock, pause: Pause, *, allowed: bool = False
) -> OnceReport:
    """Have the daemon make the pass; raises as `ask_daemon` does.

    `allowed`: a person lets it go by the guards.
    """
    written = {
        daemon.name_of(name): [str(path.absolute()) for path in paths]
        for name, paths in routes.items()
    }
    request = {"routes": written, "allowed": allowed}
    return read_report(ask_daemon(daemon.directory, ONCE, request, clock, pause))
