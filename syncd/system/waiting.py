"""Waiting only so long for what may take for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from threading import Thread
from typing import TypeVar

LOOKING = timedelta(seconds=10)
"""How long who only looks waits for a library, before what the ledger knows has to do."""

_T = TypeVar("_T")


def within(limit: timedelta, perform: Callable[[], _T]) -> _T:
    """Return what `perform` does. Raises what it raises, and while it goes on, `TimeoutError`.

    That one says so in words. Neither a read from a drive nor a request can be broken off, so it is
    left to a thread of its own, for which the process does not wait at its end; Ctrl-C ends the
    wait at once.
    """
    work: Future[_T] = Future()

    def run() -> None:
        try:
            work.set_result(perform())
        except BaseException as error:  # noqa: BLE001 - raised where the result is waited for
            work.set_exception(error)

    Thread(target=run, name="taking long", daemon=True).start()
    seconds = limit.total_seconds()
    try:
        return work.result(seconds)
    except TimeoutError as error:
        if work.done():
            raise  # it is what was raised there
        raise TimeoutError(f"it has not answered within {seconds:.0f} seconds") from error
