"""The operator's own programs: run without a shell, for ten seconds, with JSON to read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from syncd.system.printable import printable

LONGEST = timedelta(seconds=10)

_KEPT = ("PATH", "HOME", "LANG")
"""All that a program sees of our environment, which may name credentials."""
_WORDS = 300
_MOST_BYTES = 4 * _WORDS
_PIECE = 65_536
_CATCHING_UP = 0.5
"""So many seconds are given to words that were said just before the end."""


class NotToldError(Exception):
    """Somebody could not be told something; the words are for a log and hold no secret."""


def run_program(
    command: Sequence[str], document: Mapping[str, Any], longest: timedelta = LONGEST
) -> None:
    """Run a program with a document on its standard input, and wait until it ends.

    Raises `NotToldError` if it cannot be started, fails, or takes longer; it is ended then, with
    all that it has started.
    """
    given = json.dumps(document).encode() + b"\n"
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
    process, said = _start(command, environ)
    try:
        process.communicate(given, timeout=longest.total_seconds())
    except subprocess.TimeoutExpired:
        # Not reaped yet, so the group is still this program's.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise NotToldError(
            f"{_name(command)} took longer than {longest.total_seconds():g} s and was ended"
        ) from None
    if process.returncode:
        raise NotToldError(f"{_name(command)} ended with {_ended(process.returncode, said)}")


def _start(
    command: Sequence[str], environ: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], _Said]:
    try:
        said = _Said()
        try:
            process = subprocess.Popen(  # noqa: S603 - the operator's own configuration names it
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said.pipe,
                env=environ,
                start_new_session=True,
            )
        finally:
            said.listen()
    except (OSError, ValueError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "not a program"
        raise NotToldError(f"{_name(command)} cannot be started: {why}") from error
    return process, said


class _Said:
    """What a program says on its standard error: its first words; all others are read over.

    It is read to its end by a thread that nobody waits for: what the program leaves running behind
    it may keep the pipe open, and would break if it could no longer write there.
    """

    def __init__(self) -> None:
        self._ours, self.pipe = os.pipe()
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, name="program's words", daemon=True)

    def listen(self) -> None:
        """Begin to read; to be called when the program has its end, or will never have it."""
        os.close(self.pipe)
        self._thread.start()

    def words(self) -> bytes:
        """Return the first words of a program that has ended."""
        self._thread.join(_CATCHING_UP)
        return bytes(self._kept)

    def _read(self) -> None:
        with os.fdopen(self._ours, "rb", buffering=0) as pipe:
            while part := pipe.read(_PIECE):
                self._kept += part[: _MOST_BYTES - len(self._kept)]


def _name(command: Sequence[str]) -> str:
    # The arguments are the operator's business: a token may stand there.
    return printable(command[0])


def _ended(code: int, said: _Said) -> str:
    words = printable(" ".join(said.words().decode("utf-8", "replace").split()))[:_WORDS]
    return f"{code}: {words}" if words else str(code)
