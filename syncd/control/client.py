"""What commands have a running daemon do for them.

One process at a time works on a state directory. While that is the daemon, a command hands its
request over: the library's own thread carries it out, and the answer is the same report that the
command would have made by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from syncd.app.once import OnceReport
from syncd.control.protocol import ask
from syncd.control.status import DAEMON
from syncd.control.wire import ONCE, read_report
from syncd.errors import BusyError
from syncd.system.clock import Clock, Pause
from syncd.system.state_lock import find_holder

Routes = Mapping[str, Sequence[Path]]
"""The files that go to each library; empty for a pass over all folders."""

_LOOK_EVERY = timedelta(milliseconds=200)
_STARTING = timedelta(seconds=3)


def is_served(state: Path) -> bool:
    """Say whether a daemon works on this state directory."""
    holder = find_holder(state)
    return holder is not None and holder.command == DAEMON


def ask_daemon(
    state: Path, command: str, arguments: Mapping[str, Any], clock: Clock, pause: Pause
) -> Any:
    """Have the daemon of this state directory carry something out; return its answer.

    Raises `CommandError` when it says no, `BusyError` when it does not answer.
    """
    until = clock.elapsed() + _STARTING
    while True:
        try:
            return ask(state, command, arguments)
        except BusyError:
            # It may be starting: it holds the lock for a moment before it listens.
            if clock.elapsed() >= until:
                raise
        pause(_LOOK_EVERY)


def ask_once(state: Path, routes: Routes, clock: Clock, pause: Pause) -> OnceReport:
    """Have the daemon make the pass; raises as `ask_daemon` does."""
    written = {name: [str(path.absolute()) for path in paths] for name, paths in routes.items()}
    return read_report(ask_daemon(state, ONCE, {"routes": written}, clock, pause))
