"""One life of a command: a process of its own that is killed at a chosen moment, or ends.

The process is forked, not started: hundreds of lives cost seconds. It is killed by SIGKILL, at one
of its writes or at a random time. A moment is what comes before and after each transaction of the
ledger and each push, and before each change of a file: opening to write, renaming, removing.
While a file is stored in the library, each request is one as well, and each piece of the file.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import httpx2
from sqlalchemy import Connection

from adapters.file.library import FileLibrary
from adapters.zotero_web.library import ZoteroWebLibrary
from syncd.ledger.store import Ledger
from syncd.library import Operation, Outcome, Pushed, StoreFile

_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate"})
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_PATIENCE = 120
"""Seconds after which a life that does not end is taken for hung."""


class Kill(NamedTuple):
    """When to kill: at a moment (counting from 0), or after so many seconds.

    `in_push` counts the seconds from the moment at which a push is sent, the first one or that
    after so many `pushes`. `storing` is a moment of those in which files are stored, from 0.
    """

    moment: int | None = None
    after: float | None = None
    in_push: float | None = None
    pushes: int = 0
    storing: int | None = None


class Ended(NamedTuple):
    """How a life ended: its exit code, None if it was killed; and how many moments it had."""

    code: int | None
    moments: int
    seconds: float
    told: str


class _Moments:
    """Counts the moments of this process, and kills it at one of them."""

    def __init__(self, kill: Kill, tally: int) -> None:
        self._kill = kill
        self._tally = tally
        self._passed = 0
        self._pushes = 0
        self._stored = 0
        self.is_storing = False
        """Whether a file is being stored."""
        self._lock = threading.Lock()

    def pass_one(self) -> None:
        with self._lock:
            if self._passed == self._kill.moment:
                os.kill(os.getpid(), signal.SIGKILL)
            if self.is_storing and self._stored == self._kill.storing:
                os.kill(os.getpid(), signal.SIGKILL)
            self._passed += 1
            self._stored += self.is_storing
        os.write(self._tally, b".")

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and _is_write(arguments)):
            self.pass_one()

    def push_begins(self) -> None:
        self.pass_one()
        self._pushes += 1
        if self._kill.in_push is not None and self._pushes == self._kill.pushes + 1:
            # Not the interpreter's own timer thread: a process that is busy dies all the same.
            threading.Thread(target=_die_in, args=(self._kill.in_push,), daemon=True).start()


def _is_write(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & _WRITES)


def _die_in(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


Meddle = Callable[[Sequence[Operation], int | None], None]
"""What somebody else does just before a push; it is told what the push is."""


def live(arguments: Sequence[str], kill: Kill, log: Path, meddle: Meddle) -> Ended:
    """Live one life of a command of syncd; what it prints goes to `log`."""
    ours, theirs = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        _live_here(arguments, log, _Moments(kill, theirs), meddle)
    os.close(theirs)
    if kill.after is not None:
        time.sleep(kill.after)
        os.kill(child, signal.SIGKILL)
    moments = _count(ours, child)
    os.close(ours)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begun
    told = log.read_text(errors="replace")
    return Ended(None if code == -signal.SIGKILL else code, moments, seconds, told)


def _count(pipe: int, child: int) -> int:
    """Count the moments until the process ends; one that hangs is killed and raises."""
    hung = threading.Timer(_PATIENCE, os.kill, (child, signal.SIGABRT))
    hung.start()
    try:
        moments = 0
        while part := os.read(pipe, 65536):
            moments += len(part)
        return moments
    finally:
        hung.cancel()


def _live_here(arguments: Sequence[str], log: Path, moments: _Moments, meddle: Meddle) -> None:
    """Be that process; never return."""
    code = 70
    try:
        random.seed()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        _make_mortal(moments, meddle)
        sys.addaudithook(moments.hear)
        from syncd.cli.program import run

        code = int(run(arguments))
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - whatever it is belongs into the log of this life
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def _make_mortal(moments: _Moments, meddle: Meddle) -> None:
    write: Any = Ledger.write

    @contextmanager
    def mortal_write(ledger: Ledger) -> Iterator[Connection]:
        moments.pass_one()
        with write(ledger) as connection:
            yield connection
            moments.pass_one()
        moments.pass_one()

    Ledger.write = mortal_write  # type: ignore[method-assign, assignment]
    for kind in (FileLibrary, ZoteroWebLibrary):
        _make_push_mortal(kind, moments, meddle)
        _make_storing_mortal(kind, moments)


def _make_push_mortal(kind: Any, moments: _Moments, meddle: Meddle) -> None:
    push = kind.push

    def mortal_push(
        library: Any, operations: Sequence[Operation], *, expected: int | None
    ) -> Pushed:
        meddle(operations, expected)
        moments.push_begins()
        answer: Pushed = push(library, operations, expected=expected)
        moments.pass_one()
        return answer

    kind.push = mortal_push


class _MortalContent:
    """A file that is read to be stored, by a process that may die before each piece."""

    def __init__(self, content: BinaryIO, moments: _Moments) -> None:
        self._content = content
        self._moments = moments

    def read(self, size: int = -1) -> bytes:
        self._moments.pass_one()
        return self._content.read(size)


def _make_storing_mortal(kind: Any, moments: _Moments) -> None:
    store_file = kind.store_file

    def mortal_store(library: Any, operation: StoreFile, content: BinaryIO) -> Outcome:
        moments.is_storing = True
        moments.push_begins()
        with _mortal_requests(moments):
            answer: Outcome = store_file(library, operation, _MortalContent(content, moments))
        moments.pass_one()
        moments.is_storing = False
        return answer

    kind.store_file = mortal_store


@contextmanager
def _mortal_requests(moments: _Moments) -> Iterator[None]:
    """Let the process die before and after each request of what is done here."""
    client: Any = httpx2.Client
    send = client.send

    def mortal_send(*args: Any, **named: Any) -> Any:
        moments.pass_one()
        answer = send(*args, **named)
        moments.pass_one()
        return answer

    client.send = mortal_send
    try:
        yield
    finally:
        client.send = send
