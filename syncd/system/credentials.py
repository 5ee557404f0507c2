"""Where a library's key is kept: a systemd credential, a file, or the keyring of the desktop.

They are asked in this order, and nothing else is: not the environment, not the arguments, not the
configuration, all of which others can see. The keyring is always the platform's own; other
backends keep secrets in plain text, forget them, or ask on a terminal that nobody watches.

A keyring may be
ABSENT   no such service here, or not yet: nobody has logged in
LOCKED   there, but nobody has unlocked it
SLOW     perhaps asking somebody to unlock it, and that may take for ever
EMPTY    it answers, and has no key for this library
Only the last one means that there is no key; the others are `KeyLookupError(passing=True)`.
"""

from __future__ import annotations

import importlib
import os
import queue
import re
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

from syncd.errors import KeyLookupError
from syncd.system.private import write_private

SERVICE = "syncd"
"""Under this name the keyring knows us; the user name there is the library's name."""

READ_PATIENCE = timedelta(seconds=20)
WRITE_PATIENCE = timedelta(minutes=2)
"""Somebody who has just typed a key is there to unlock the keyring too."""

_LARGEST_KEY_FILE = 4096
_KEY = re.compile(r"[!-~]{1,2048}")
"""A key has 24 characters; an address with a secret in it may be long."""
_PASSWORD = re.compile(r"[ -~]{1,512}")
"""Of a mail server: app passwords have blanks. The standard library sends no other letters."""

_BACKENDS = {"linux": "SecretService", "darwin": "macOS", "win32": "Windows"}
_CLASSES = {"linux": "Keyring", "darwin": "Keyring", "win32": "WinVaultKeyring"}

_T = TypeVar("_T")


class Keyring(Protocol):
    """What we ask of a keyring; the backends of `keyring` satisfy it."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


OpenKeyring = Callable[[], Keyring]
"""Return the keyring, or raise `KeyLookupError`."""


def find_key(
    name: str,
    *,
    key_file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    open_keyring: OpenKeyring | None = None,
    patience: timedelta = READ_PATIENCE,
) -> str | None:
    """Return the key of the library with this name; None when no place has one.

    Raises `KeyLookupError` when a place that may have it does not give it out.
    """
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if directory:
        key = _read_key_file(Path(directory) / f"{SERVICE}.{name}", private=False)
        if key is not None:
            return key
    if key_file is not None:
        key = _read_key_file(key_file.expanduser(), private=True)
        if key is not None:
            return key
    opener = open_keyring or platform_keyring
    try:
        return _ask(lambda: opener().get_password(SERVICE, name), patience)
    except KeyLookupError as error:
        if error.absent and key_file is None and is_without_keyring(environ):
            told = f"there is no credential {SERVICE}.{name}, and a unit of the system no keyring"
            raise KeyLookupError(told, passing=error.passing, absent=True) from error
        if key_file is None or not error.absent:
            raise
        # The keyring was only the next place to look: what is wrong is the file.
        raise KeyLookupError(f"there is no key file {key_file}", passing=False) from error


def find_password(
    name: str,
    path: Path | None,
    *,
    environ: Mapping[str, str] = os.environ,
    open_keyring: OpenKeyring | None = None,
) -> str | None:
    """Return a password, which may have blanks, as `read_secret` does or from the keyring.

    None where no place has one. Raises `KeyLookupError` as `find_key` does.
    """
    directory = environ.get("CREDENTIALS_DIRECTORY")
    places = [(Path(directory) / f"{SERVICE}.{name}", False)] if directory else []
    places += [(path.expanduser(), True)] if path is not None else []
    for place, private in places:
        found = _read_key_file(place, private=private, allowed=_PASSWORD)
        if found is not None:
            return found
    if path is not None:
        return None
    opener = open_keyring or platform_keyring
    return _ask(lambda: opener().get_password(SERVICE, name), READ_PATIENCE)


def read_secret(
    name: str, path: Path | None, environ: Mapping[str, str] = os.environ
) -> str | None:
    """Return a secret that is no library's: systemd's credential of this name, or a file's.

    None where neither is there. Raises `KeyLookupError` as `find_key` does.
    """
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if directory:
        secret = _read_key_file(Path(directory) / f"{SERVICE}.{name}", private=False)
        if secret is not None:
            return secret
    return _read_key_file(path.expanduser(), private=True) if path is not None else None


def store_key(
    name: str,
    key: str,
    *,
    open_keyring: OpenKeyring | None = None,
    patience: timedelta = WRITE_PATIENCE,
) -> None:
    """Put a library's key into the keyring, in place of the one it had.

    Raises `KeyLookupError`, also when what was stored does not come back.
    """
    opener = open_keyring or platform_keyring
    key = _checked(key, "what was given")

    def store() -> str | None:
        keyring = opener()
        keyring.set_password(SERVICE, name, key)
        return keyring.get_password(SERVICE, name)

    if _ask(store, patience) != key:
        raise KeyLookupError("the keyring took the key and does not have it", passing=False)


def write_key_file(path: Path, key: str) -> None:
    """Write a library's key into a file that its owner alone can read, whole or not at all.

    Raises `KeyLookupError`.
    """
    key = _checked(key, "what was given")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, f"{key}\n", durable=True)
    except OSError as error:
        raise KeyLookupError(
            f"the key file {path} cannot be written: {error.strerror}", passing=False
        ) from error


def forget_key(
    name: str,
    *,
    open_keyring: OpenKeyring | None = None,
    patience: timedelta = WRITE_PATIENCE,
) -> bool:
    """Take a library's key out of the keyring; say whether there was one.

    Raises `KeyLookupError`.
    """
    opener = open_keyring or platform_keyring

    def forget() -> bool:
        keyring = opener()
        if keyring.get_password(SERVICE, name) is None:
            return False
        keyring.delete_password(SERVICE, name)
        return True

    return _ask(forget, patience)


def is_without_keyring(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether this process was told that it has no keyring, as units of the system are."""
    return environ.get("PYTHON_KEYRING_BACKEND", "").endswith("null.Keyring")


def has_keyring() -> bool:
    """Tell whether there is a keyring here that could be asked, unlocked or not."""
    if is_without_keyring():
        return False
    try:
        platform_keyring()
    except KeyLookupError:
        return False
    return True


def platform_keyring() -> Keyring:
    """Return the platform's own keyring. Raises `KeyLookupError` when it is absent."""
    backend = _BACKENDS.get(sys.platform)
    if backend is None:
        raise KeyLookupError(f"no keyring is known for {sys.platform}", passing=False, absent=True)
    # keyring costs 0.2 s to import, and few commands need it.
    module = importlib.import_module(f"keyring.backends.{backend}")
    kind = getattr(module, _CLASSES[sys.platform])
    try:
        # Reading a backend's priority is how it says that its service is not there.
        kind.priority  # noqa: B018
    except Exception as error:
        raise KeyLookupError(
            f"no keyring answers here ({error})", passing=True, absent=True
        ) from error
    keyring: Keyring = kind()
    return keyring


def _read_key_file(path: Path, *, private: bool, allowed: re.Pattern[str] = _KEY) -> str | None:
    """Read a key from a file; None when there is no such file.

    `private` demands that nobody else can read it: a credential's directory is guarded by
    systemd, a file of the user's own is guarded by its mode alone.
    """
    try:
        # A FIFO would keep a plain open waiting for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyLookupError(
            f"the key file {path} cannot be read: {error}", passing=False
        ) from error
    try:
        _check_file(path, os.fstat(descriptor), private=private)
        content = os.read(descriptor, _LARGEST_KEY_FILE)
    finally:
        os.close(descriptor)
    return _checked(content.decode("ascii", "replace"), f"the key file {path}", allowed)


def _check_file(path: Path, status: os.stat_result, *, private: bool) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyLookupError(f"the key file {path} is not a file", passing=False)
    if private and status.st_mode & 0o077:
        raise KeyLookupError(
            f"the key file {path} is open to others; `chmod 600 {path}`, and make a new key "
            "if somebody may have read this one",
            passing=False,
        )


def _checked(text: str, where: str, allowed: re.Pattern[str] = _KEY) -> str:
    """Return the key in a text. Never repeats the text: it may be nearly a key."""
    key = text.strip()
    if not key:
        raise KeyLookupError(f"{where} is empty", passing=False)
    if not allowed.fullmatch(key):
        raise KeyLookupError(f"{where} does not hold a key", passing=False)
    return key


def _ask(question: Callable[[], _T], patience: timedelta) -> _T:
    """Put a question to the keyring in a thread, for it may never answer.

    Raises `KeyLookupError` for every way in which a keyring fails.
    """
    answers: queue.SimpleQueue[_T | BaseException] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(question())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            answers.put(error)

    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        answer = answers.get(timeout=patience.total_seconds())
    except queue.Empty:
        raise KeyLookupError(
            f"the keyring has not answered for {patience.total_seconds():g} s; "
            "is it asking somebody to unlock it?",
            passing=True,
        ) from None
    if isinstance(answer, BaseException):
        _raise_translated(answer)
    return answer


def _raise_translated(error: BaseException) -> NoReturn:
    from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

    if isinstance(error, NoKeyringError):
        raise KeyLookupError("there is no keyring here", passing=True, absent=True) from error
    if isinstance(error, KeyringLocked | InitError):
        raise KeyLookupError(f"the keyring is locked ({error})", passing=True) from error
    if isinstance(error, KeyringError) or type(error).__module__.startswith(
        ("secretstorage", "jeepney")
    ):
        raise KeyLookupError(f"the keyring failed: {error}", passing=True) from error
    raise error
