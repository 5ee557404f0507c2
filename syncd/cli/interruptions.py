"""What a command says when it is stopped half-way, and what it finds of one that was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from syncd.cli.saying import say
from syncd.errors import LedgerError
from syncd.system.printable import printable

if TYPE_CHECKING:
    from syncd.sync.session import LibraryRun


class Interruption(KeyboardInterrupt):
    """Ctrl-C, of which everything has been said that there is to say."""


@contextmanager
def telling_what_waits(count: Callable[[], int], also: str = "") -> Iterator[None]:
    """Say on Ctrl-C what is promised and not done yet, how it goes on, and what is true besides."""
    try:
        yield
    except Interruption:
        raise
    except KeyboardInterrupt:
        say("; ".join(filter(None, [_stopped(count), also])))
        raise Interruption from None


@contextmanager
def telling_that_it_goes_on() -> Iterator[None]:
    """Say on Ctrl-C that a daemon which was asked does what it was asked."""
    try:
        yield
    except Interruption:
        raise
    except KeyboardInterrupt:
        told = (
            "stopped waiting; the daemon goes on with it, and `syncd status` shows what came of it"
        )
        say(f"syncd: {told}")
        raise Interruption from None


def tell_stop(stop: BaseException, *, only_looks: bool) -> None:
    """Say that a command was stopped, if nobody has; one that only looks has changed nothing."""
    if not isinstance(stop, Interruption):
        say("syncd: stopped; nothing was changed" if only_looks else "syncd: stopped")


def _stopped(count: Callable[[], int]) -> str:
    try:
        pending = count()
    except LedgerError:
        return "syncd: stopped; what was promised is kept, and `syncd once` goes on with it"
    if not pending:
        return "syncd: stopped; nothing waits to be sent"
    waits = "1 change waits" if pending == 1 else f"{pending:,} changes wait"
    return f"syncd: stopped; {waits} to be sent: `syncd once` goes on, and sends nothing twice"


def tell_left_over(runs: Iterable[LibraryRun]) -> None:
    """Say first that what an earlier command left is carried out now."""
    for run in runs:
        pending = run.figures().pending
        if pending:
            one = "1 change of an earlier run waits to be sent; it goes first"
            more = f"{pending:,} changes of an earlier run wait to be sent; they go first"
            say(f"{printable(run.name)}: {one if pending == 1 else more}")
