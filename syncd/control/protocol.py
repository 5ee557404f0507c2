"""The daemon's ear: a unix socket in the state directory, for its owner alone.

A service has another one in its runtime directory, for its owner and a group; see `services`.
Each side speaks JSON, one object per line. A request is `{"command": …, "arguments": {…}}`.
The answer begins with `{"accepted": true}`, so that a daemon that hangs is told from one that is
at work; then come any number of `{"progress": …}`, and `{"result": …}` or
`{"error": …, "code": …}`.
What the commands are is the business of the table that the server is given.
"""

from __future__ import annotations

import grp
import itertools
import json
import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from syncd.app.remedies import told
from syncd.errors import BusyError, CommandError, StateError, SyncdError

log = logging.getLogger(__name__)

GROUP = "syncd"
"""Who is in this group may speak with the services of this machine."""

SOCKET = "control.sock"
_LINE = 1 << 20
_NO_REQUEST = f"a request is one line with a JSON object, of at most {_LINE >> 20} MiB"
_USAGE = 64
_TRY_AGAIN = 75
_AT_ONCE = 64
_OF_ONE_COMMAND = 8
"""So many that wait for a library leave room for those that do not."""
_TAKING_BREATH = 0.1
_HEARS = timedelta(seconds=5)
_PATIENCE = timedelta(seconds=30)

Progress = Callable[[Any], None]
Handler = Callable[[Mapping[str, Any], Progress], Any]
"""Carries out a command with its arguments; what it returns is the result."""


class _Stream(Protocol):
    def readline(self, size: int = ..., /) -> bytes: ...
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


class _HungUpError(Exception):
    """Whoever asked is no longer listening."""


def is_number(value: object) -> bool:
    """Tell whether this is a number that a ledger may hold: of a run, say, or a question."""
    # `True` counts as a number in Python.
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


class _Ear:
    """One socket that is listened to, in a directory that nobody else can write to."""

    def __init__(self, directory: Path, *, mode: int) -> None:
        self._directory = directory
        self._mode = mode
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Begin to listen. Raises `StateError`."""
        path = self._directory / SOCKET
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with suppress(FileNotFoundError):
                path.unlink()
            # The mode of the socket becomes that of the file, so it is nobody else's at any time.
            os.fchmod(server.fileno(), 0o600)
            with _short_address(self._directory) as address:
                server.bind(address)
            if self._mode != 0o600:
                _let_group_in(path, self._mode)
            server.listen()
        except OSError as error:
            server.close()
            raise StateError(f"cannot listen here: {error.strerror}", path=path) from error
        self._socket = server

    def accept(self) -> socket.socket | None:
        """Wait for whoever speaks next; None once it is closed."""
        while (server := self._socket) is not None:
            try:
                return server.accept()[0]
            except OSError as error:
                # Closed on purpose, or too many files are open just now, which passes.
                if self._socket is not None:
                    log.warning("a command cannot be heard: %s", error.strerror)
                    time.sleep(_TAKING_BREATH)
        return None

    def is_for(self, connection: socket.socket) -> bool:
        """Say whether whoever connected may ask for something."""
        # Whether somebody is in the group has been for the kernel to say: seen from a user
        # namespace of its own, as services have one, all but the owner and root are nobody.
        return _is_ours(connection) or (self._mode != 0o600 and self._is_given())

    def _is_given(self) -> bool:
        """Say whether the socket is a group's on purpose: one's own may be everybody's."""
        try:
            group = (self._directory / SOCKET).lstat().st_gid
        except OSError:
            return False
        return group != os.getegid() or group == _find_group()

    def close(self) -> None:
        """Hear nobody any more."""
        server, self._socket = self._socket, None
        if server is not None:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
            with suppress(OSError):
                (self._directory / SOCKET).unlink()


class ControlServer:
    """Answers requests until it is closed, each in a thread of its own.

    It listens in the state directory, and in a `runtime_dir`: a service's is for a group as well
    (`is_shared`). `code_of` gives the exit code that goes with a command's failure.
    """

    def __init__(
        self,
        state_dir: Path,
        handlers: Mapping[str, Handler],
        code_of: Callable[[SyncdError], int] = lambda _: 70,
        runtime_dir: Path | None = None,
        *,
        is_shared: bool = True,
    ) -> None:
        self._places = [_Ear(state_dir, mode=0o600)]
        if runtime_dir is not None:
            self._places.append(_Ear(runtime_dir, mode=0o660 if is_shared else 0o600))
        self._handlers = handlers
        self._code_of = code_of
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._rooms = {name: threading.BoundedSemaphore(_OF_ONE_COMMAND) for name in handlers}

    def start(self) -> None:
        """Begin to listen. The caller holds the state's lock. Raises `StateError`."""
        try:
            for ear in self._places:
                ear.open()
        except StateError:
            self.close()
            raise
        for ear in self._places:
            threading.Thread(target=self._accept, args=(ear,), name="control", daemon=True).start()

    def close(self) -> None:
        """Hear nobody any more."""
        for ear in self._places:
            ear.close()

    def _accept(self, ear: _Ear) -> None:
        while (connection := ear.accept()) is not None:
            if not ear.is_for(connection) or not self._slots.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(
                target=self._serve, args=(connection,), name="control request", daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with closing(connection), connection.makefile("rwb") as stream:
                connection.settimeout(_HEARS.total_seconds())
                request = _parse(stream.readline(_LINE))
                connection.settimeout(_PATIENCE.total_seconds())
                if request is None:
                    _send(stream, {"error": _NO_REQUEST, "code": _USAGE})
                else:
                    self._answer(request, stream)
        except (OSError, _HungUpError) as error:
            log.debug("a control connection broke off: %s", error)
        finally:
            self._slots.release()

    def _answer(self, request: Mapping[str, Any], stream: _Stream) -> None:
        command = str(request.get("command"))
        handler = self._handlers.get(command)
        if handler is None:
            _send(stream, {"error": f"the daemon knows no command “{command}”", "code": _USAGE})
            return
        if not self._rooms[command].acquire(blocking=False):
            why = f"{_OF_ONE_COMMAND} others wait for “{command}” already; try again later"
            _send(stream, {"error": why, "code": _TRY_AGAIN})
            return
        try:
            self._carry_out(command, request.get("arguments"), stream)
        finally:
            self._rooms[command].release()

    def _carry_out(self, command: str, arguments: Any, stream: _Stream) -> None:
        handler = self._handlers[command]
        _send(stream, {"accepted": True})
        try:
            result = handler(
                arguments if isinstance(arguments, dict) else {},
                lambda progress: _send(stream, {"progress": progress}),
            )
        except CommandError as error:
            _send(stream, {"error": error.message, "code": error.code})
        except SyncdError as error:
            _send(stream, {"error": told(error), "code": int(self._code_of(error))})
        except _HungUpError:
            raise
        except Exception as error:
            log.exception("the command %s failed", command)
            _send(stream, {"error": f"{type(error).__name__}: {error}", "code": 70})
        else:
            _send(stream, {"result": result})


def ask(
    state_dir: Path,
    command: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    progress: Progress = lambda _: None,
    patience: timedelta | None = None,
) -> Any:
    """Have the daemon of this state directory carry out a command; return its result.

    `patience` bounds the silence between two answers. Raises `CommandError` when the daemon says
    no, `BusyError` when it does not answer at all.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_HEARS.total_seconds())
    try:
        with closing(connection), _short_address(state_dir) as address:
            connection.connect(address)
            with connection.makefile("rwb") as stream:
                _send(stream, {"command": command, "arguments": dict(arguments or {})})
                accepted = _parse(stream.readline(_LINE)) or {}
                connection.settimeout(patience.total_seconds() if patience else None)
                return _result(itertools.chain([accepted], _answers(stream)), progress)
    except (OSError, _HungUpError) as error:
        message = f"the daemon does not answer: {error}"
        raise BusyError(message, path=state_dir) from error


def _result(answers: Iterator[Mapping[str, Any]], progress: Progress) -> Any:
    for answer in answers:
        if "progress" in answer:
            progress(answer["progress"])
        elif "error" in answer:
            raise CommandError(str(answer["error"]), int(answer.get("code", 70)))
        elif "result" in answer:
            return answer["result"]
    raise ConnectionResetError("it broke off in the middle of its answer")


def _answers(stream: _Stream) -> Iterator[Mapping[str, Any]]:
    while line := stream.readline():
        yield _parse(line) or {}


def _parse(line: bytes) -> Mapping[str, Any] | None:
    """Return the object that a line holds; None where it is cut short or holds anything else."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _send(stream: _Stream, value: Mapping[str, Any]) -> None:
    line = json.dumps(value).encode() + b"\n"
    try:
        stream.write(line)
        stream.flush()
    except OSError as error:
        raise _HungUpError(str(error)) from error


@contextmanager
def _short_address(state_dir: Path) -> Iterator[str]:
    """Name the socket within the 108 bytes that an address may have, however deep it lies."""
    fd = os.open(state_dir, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{fd}/{SOCKET}"
    finally:
        os.close(fd)


def _let_group_in(path: Path, mode: int) -> None:
    """Open a socket to the group `syncd`; where there is none, to that which it has."""
    group = _find_group()
    if group is not None and path.lstat().st_gid != group:
        try:
            os.chown(path, -1, group, follow_symlinks=False)
        except OSError as error:
            # A sandboxed service may not give anything away; its unit does so after the start.
            log.debug("%s is not given to the group %s: %s", path, GROUP, error.strerror)
    path.chmod(mode)


def _find_group() -> int | None:
    try:
        return grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None


def _is_ours(connection: socket.socket) -> bool:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return uid in (0, os.geteuid())
