"""What the disk says, in the words of our errors.

The only place where an `OSError` or an error of SQLite becomes a `LibraryError`.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from syncd.errors import LibraryError, OutcomeUnknownError, UnavailableError

_NO_SPACE = "the disk is full: no space left on the disk"
_WORDS = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EIO: "the disk reports an error",
    errno.ESTALE: "the network folder has gone away",
    errno.ENOTCONN: "the network folder has gone away",
}
_SQLITE_WORDS = {
    sqlite3.SQLITE_FULL: _NO_SPACE,
    sqlite3.SQLITE_READONLY: "the file system is read-only or permission is denied",
    sqlite3.SQLITE_CANTOPEN: "the index cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_BUSY: "another program uses the index",
}


@contextmanager
def naming_faults(directory: Path) -> Iterator[None]:
    """Raise `UnavailableError` for what goes wrong on the disk inside; nothing is written yet."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise UnavailableError(f"{directory}: {_words(error, directory)}") from error


def unknown_outcome(directory: Path, error: Exception) -> LibraryError:
    """Return the error for a fault in the middle of a write, when some of it has landed."""
    words = _words(error, directory)
    return OutcomeUnknownError(f"{directory}: {words}; some of it may have been written")


def _words(error: Exception, directory: Path) -> str:
    if isinstance(error, OSError):
        said = _WORDS.get(error.errno or 0) or error.strerror or str(error)
        return f"{said} ({error.filename})" if error.filename else said
    # The lowest byte of an extended code is the code it belongs to.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_IOERR and _is_full(directory):
        # SQLite says so of a full disk where it was not writing into the file itself.
        return _NO_SPACE
    return _SQLITE_WORDS.get(code, str(error))


def _is_full(directory: Path) -> bool:
    with suppress(OSError):
        return os.statvfs(directory).f_bavail == 0
    return False
