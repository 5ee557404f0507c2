"""Work that may take for ever, waited for only a moment.

Reading from a network drive cannot be broken off, only left behind. So it is left to a thread of
its own, one at a time, and whoever comes again later finds what has become of it.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from datetime import timedelta
from threading import Lock, Thread
from typing import Generic, TypeVar

Topic = TypeVar("Topic", bound=Hashable)
Result = TypeVar("Result")

_MOMENT = timedelta(seconds=2)


class Attendant(Generic[Topic, Result]):
    """Does one piece of work at a time; `topic` says which, so that it is known again."""

    def __init__(self, moment: timedelta = _MOMENT) -> None:
        self._moment = moment
        self._lock = Lock()
        self._topic: Topic | None = None
        self._work: Future[Result] | None = None

    def attend(
        self, topic: Topic, perform: Callable[[], Result], forgo: Callable[[], None]
    ) -> Result:
        """Return what `perform` does, if it is done in a moment or has been done meanwhile.

        Raises what it raises, and `OSError` while it, or other work, is still going on; where it
        is not begun at all, `forgo` is called instead.
        """
        with self._lock:
            if self._topic == topic or self._is_busy():
                forgo()
            else:
                self._begin(topic, perform)
            work = self._work if self._topic == topic else None
        if work is None:
            raise OSError(errno.EAGAIN, "another file is being fetched from its drive")
        try:
            result = work.result(self._moment.total_seconds())
        except TimeoutError:
            raise OSError(errno.EAGAIN, "it is being fetched from its drive") from None
        finally:
            if work.done():
                self._forget(topic)
        return result

    def _is_busy(self) -> bool:
        return self._work is not None and not self._work.done()

    def _begin(self, topic: Topic, perform: Callable[[], Result]) -> None:
        work: Future[Result] = Future()

        def run() -> None:
            try:
                work.set_result(perform())
            except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
                work.set_exception(error)

        self._topic, self._work = topic, work
        Thread(target=run, name="fetching a file", daemon=True).start()

    def _forget(self, topic: Topic) -> None:
        with self._lock:
            if self._topic == topic:
                self._topic = self._work = None
