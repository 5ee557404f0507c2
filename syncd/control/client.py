"""What commands have a running daemon do for them.

One process at a time works on a state directory. While that is the daemon, a command hands its
request over: the library's own thread carries it out, and the answer is the same report that the
command would have made by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from syncd.app.once import OnceReport
from syncd.control.own_daemons import Roots
from syncd.control.protocol import GROUP, ask
from syncd.control.services import SERVED, Known, Service, find_serving
from syncd.control.status import is_served
from syncd.control.wire import ONCE, read_report
from syncd.errors import BusyError, CommandError, ServedError, StateError
from syncd.system.clock import Clock, Pause

Routes = Mapping[str, Sequence[Path]]
"""The files that go to each library; empty for a pass over all folders."""

_LOOK_EVERY = timedelta(milliseconds=200)
_STARTING = timedelta(seconds=3)
_ANSWERS = timedelta(seconds=5)
"""How long a daemon may take to say what it serves, for which it waits for nobody."""
_CONFIG = 78

Identify = Callable[[], Mapping[str, Known]]
"""Gives by what each library of a command is known, by its name."""


@dataclass(frozen=True, slots=True)
class Running:
    """The daemon that works for a command's libraries.

    `directory` is where it listens. One with another state directory is a `service`, or another
    daemon of the user. `names` are what it calls the command's libraries, as far as it has told;
    its ledger is in `state`.
    """

    directory: Path
    state: Path
    service: Service | None = None
    names: Mapping[str, str] | None = None

    def name_of(self, library: str) -> str:
        """Return what the daemon calls a library of the command's configuration.

        Raises `CommandError` where it serves none that is the same, whatever it calls its own.
        """
        if self.names is None:
            return library
        if library not in self.names:
            raise CommandError(
                f"the daemon whose state is in {self.state} does not serve {library} as it stands"
                " in this configuration; have it read that (SIGHUP), or name another state"
                " directory with --state",
                _CONFIG,
            )
        return self.names[library]


def find_daemon(
    state: Path,
    identify: Identify,
    roots: Roots,
    clock: Clock,
    pause: Pause,
    *,
    all_of_them: bool = True,
) -> Running | None:
    """Return the daemon that works on this state directory, or another for the same libraries.

    Raises `ServedError` where another serves one of them and cannot be asked, or not about
    `all_of_them`, and `StateError` where nothing can be found out about the state directory.
    """
    unknown: StateError | None = None
    near: Running | None = None
    try:
        if is_served(state):
            near = _look_near(state, identify, clock, pause)
    except StateError as error:
        # It may be a service's own, which nobody else can look into.
        unknown = error
    if near is not None and near.names != {}:
        return near
    services = roots.find_all()
    wanted = identify() if services else {}
    for service in find_serving(services, wanted.values()):
        running = _reach(service, wanted, clock, pause)
        if all_of_them and (missing := sorted(wanted.keys() - (running.names or {}).keys())):
            told = _served_by(service, wanted)
            raise ServedError(f"{told}, and {', '.join(missing)} is not; name one with --library")
        return running
    if unknown is not None:
        raise unknown
    return near


def expect_unserved(libraries: Mapping[str, Known], roots: Roots, own: Path | None) -> None:
    """Raise `ServedError` where another than `own` serves one of these libraries."""
    for service in find_serving(roots.find_all(own), libraries.values()):
        raise ServedError(f"{_served_by(service, libraries)} already")


def _look_near(state: Path, identify: Identify, clock: Clock, pause: Pause) -> Running:
    """Return the daemon of a state directory, with its names for the libraries if it tells them.

    It may work with another configuration, in which other libraries bear the same names.
    """
    try:
        answer = ask_daemon(state, SERVED, {}, clock, pause, patience=_ANSWERS)
    except (BusyError, CommandError):
        return Running(state, state)  # which tells whoever asks for more
    return Running(state, state, names=_names_in(answer, identify()))


def _reach(service: Service, wanted: Mapping[str, Known], clock: Clock, pause: Pause) -> Running:
    told = _served_by(service, wanted)
    try:
        answer = ask_daemon(service.directory, SERVED, {}, clock, pause, patience=_ANSWERS)
    except BusyError as error:
        if isinstance(error.__cause__, PermissionError):
            raise ServedError(
                f"{told}, which you have no right to ask; let {service.owner} do it, or have"
                f" yourself put into the group {GROUP}"
            ) from error
        raise ServedError(f"{told}, which does not answer; it may be starting") from error
    names = _names_in(answer, wanted, anywhere=not service.places)
    return Running(service.directory, Path(answer["state"]), service, names)


def _names_in(
    answer: Mapping[str, Any], wanted: Mapping[str, Known], *, anywhere: bool = False
) -> dict[str, str]:
    """Return what a daemon calls those of the libraries that it serves, there or `anywhere`."""
    served = {(identity, place): name for identity, place, name in answer["libraries"]}
    if anywhere:
        served |= {(identity, ""): name for (identity, _), name in served.items()}
        wanted = {name: (identity, "") for name, (identity, _) in wanted.items()}
    return {name: served[known] for name, known in wanted.items() if known in served}


def _served_by(service: Service, wanted: Mapping[str, Known]) -> str:
    names = [name for name, library in wanted.items() if service.serves(library)]
    return f"{', '.join(names)} is served by {service}"


def ask_daemon(
    directory: Path,
    command: str,
    arguments: Mapping[str, Any],
    clock: Clock,
    pause: Pause,
    *,
    patience: timedelta | None = None,
) -> Any:
    """Have the daemon that listens in this directory carry something out; return its answer.

    `patience` bounds the silence until there is one. Raises `CommandError` when it says no,
    `BusyError` when it does not answer.
    """
    until = clock.elapsed() + _STARTING
    while True:
        try:
            return ask(directory, command, arguments, patience=patience)
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
