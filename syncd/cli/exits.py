"""The exit codes, and the words for each failure: what happened, to what, and what to do.

README.md shows the same table; a test compares the two.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from enum import IntEnum

from syncd.app.remedies import Cause, is_read_only, remedy_of, told
from syncd.errors import (
    AccessDeniedError,
    AdapterFailedError,
    BusyError,
    CertificatesError,
    CommandError,
    ConfigError,
    ConflictError,
    DescriptorsError,
    InputError,
    KeyLookupError,
    LedgerError,
    NotRunningError,
    OutcomeUnknownError,
    PausedError,
    RejectedError,
    ServedError,
    StateError,
    SyncdError,
    UnavailableError,
    UnreachableError,
    UnreadError,
    UnsettledError,
)
from syncd.system.descriptors import is_out_of_descriptors
from syncd.system.printable import printable


class Exit(IntEnum):
    """How a command ended, after sysexits.h."""

    DONE = 0
    USAGE = 64
    INPUT = 65
    UNAVAILABLE = 69
    BUG = 70
    NO_STATE = 73
    LEDGER = 74
    TRY_AGAIN = 75
    KEY_REFUSED = 77
    CONFIG = 78
    INTERRUPTED = 130
    NO_READER = 141


EXITS: Mapping[type[SyncdError], Exit] = {
    ConfigError: Exit.CONFIG,
    InputError: Exit.INPUT,
    BusyError: Exit.TRY_AGAIN,
    ServedError: Exit.TRY_AGAIN,
    StateError: Exit.NO_STATE,
    DescriptorsError: Exit.TRY_AGAIN,
    LedgerError: Exit.LEDGER,
    KeyLookupError: Exit.KEY_REFUSED,
    UnsettledError: Exit.TRY_AGAIN,
    UnavailableError: Exit.UNAVAILABLE,
    UnreachableError: Exit.UNAVAILABLE,
    UnreadError: Exit.UNAVAILABLE,
    NotRunningError: Exit.UNAVAILABLE,
    CertificatesError: Exit.UNAVAILABLE,
    OutcomeUnknownError: Exit.TRY_AGAIN,
    ConflictError: Exit.TRY_AGAIN,
    RejectedError: Exit.UNAVAILABLE,
    PausedError: Exit.TRY_AGAIN,
    AdapterFailedError: Exit.TRY_AGAIN,
    AccessDeniedError: Exit.KEY_REFUSED,
}
"""An error's code is that of the first of its classes that stands here."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def exit_of(error: SyncdError) -> Exit:
    """Return the code with which this failure ends a command."""
    if isinstance(error, CommandError):
        return Exit(error.code)
    if is_out_of_descriptors(error) or (isinstance(error, KeyLookupError) and error.passing):
        return Exit.TRY_AGAIN
    return next((EXITS[kind] for kind in type(error).__mro__ if kind in EXITS), Exit.BUG)


def find_fault_of_machine(error: Exception) -> tuple[Exit, str] | None:
    """Return code and words for a full disk or too few descriptors; None for anything else."""
    if is_out_of_descriptors(error):
        where = getattr(error, "filename", None) or "too many files are open"
        return Exit.TRY_AGAIN, f"syncd: {_told(where, error)}; {remedy_of(Cause.DESCRIPTORS)}"
    if is_read_only(error):
        where = getattr(error, "filename", None) or "a disk"
        return Exit.LEDGER, f"syncd: {_told(where, error)}; {remedy_of(Cause.READ_ONLY)}"
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        where = error.filename or "a disk"
        return Exit.LEDGER, f"syncd: {_told(where, error)}; make room, nothing is lost"
    return None


def words_for(error: SyncdError) -> Iterator[str]:
    """Yield what to tell a person: `FILE:LINE: what happened; what to do`, one line each."""
    if is_out_of_descriptors(error):
        yield f"syncd: {printable(told(error))}"
    elif isinstance(error, ConfigError):
        for problem in error.problems:
            yield _located(error.path, problem.line, problem.message)
    elif isinstance(error, InputError):
        yield _located(error.path, error.line, error.message)
    elif isinstance(error, CommandError):
        # The daemon has said in its own words what to do.
        yield f"syncd: {printable(error.message)}"
    else:
        yield f"syncd: {printable(told(error))}"


def _told(where: object, error: Exception) -> str:
    return printable(f"{where}: {getattr(error, 'strerror', None) or error}")


def _located(path: object, line: int | None, message: str) -> str:
    where = ":".join(printable(str(part)) for part in (path or "syncd", line) if part is not None)
    return f"{where}: {printable(message)}"
