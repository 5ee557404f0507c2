"""The operator's own programs: run without a shell, for ten seconds, with JSON to read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import IO, Any

from syncd.system.printable import printable

LONGEST = timedelta(seconds=10)

_KEPT = ("PATH", "HOME", "LANG")
"""All that a program sees of our environment, which may name credentials."""
_WORDS = 300


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
    # A file and no pipe: what the program leaves running behind it would keep a pipe open.
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(  # noqa: S603 - the operator's own configuration names it
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=environ,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = (isinstance(error, OSError) and error.strerror) or "not a program"
            raise NotToldError(f"{_name(command)} cannot be started: {why}") from error
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


def _name(command: Sequence[str]) -> str:
    # The arguments are the operator's business: a token may stand there.
    return printable(command[0])


def _ended(code: int, said: IO[bytes]) -> str:
    said.seek(0)
    words = printable(" ".join(said.read(4 * _WORDS).decode("utf-8", "replace").split()))[:_WORDS]
    return f"{code}: {words}" if words else str(code)
