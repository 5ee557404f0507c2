"""What to do about a failure: one table, looked up by the cause.

Commands, `syncd check` and the log all take their advice from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from syncd.errors import (
    AccessDeniedError,
    BusyError,
    CertificatesError,
    ConflictError,
    DescriptorsError,
    KeyLookupError,
    LedgerError,
    LibraryError,
    OutcomeUnknownError,
    PausedError,
    RejectedError,
    ServedError,
    StateError,
    SyncdError,
    UnavailableError,
    UnsettledError,
)
from syncd.system.descriptors import is_out_of_descriptors


class Cause(Enum):
    """Why something could not be done, as far as the remedy depends on it."""

    BUSY = "another syncd works here"
    SERVED = "a service works for the same library"
    STATE = "the state directory cannot be used"
    LEDGER_DAMAGED = "the ledger cannot be used"
    LEDGER_FULL = "the ledger's disk is full"
    KEY_LOCKED = "the place of the key is locked"
    KEY_MISSING = "the key cannot be looked up"
    KEY_REFUSED = "the library refuses the key"
    UNAVAILABLE = "the library is out of reach"
    CERTIFICATES = "servers cannot be checked"
    DESCRIPTORS = "no more files can be opened"
    OUTCOME_UNKNOWN = "an answer was lost"
    UNSETTLED = "the library has not settled something yet"
    CONFLICT = "the library moved on"
    REJECTED = "the library refuses the request"
    PAUSED = "a guard waits for a person"
    UNFORESEEN = "a bug"


_REMEDIES: Mapping[Cause, str] = {
    Cause.BUSY: "stop it, or wait until it has finished",
    Cause.SERVED: "nothing was done: a second ledger beside its own would know nothing of it",
    Cause.STATE: "make it writable, or name another directory with --state",
    Cause.LEDGER_DAMAGED: (
        "nothing was sent. Update syncd if the ledger is newer; else move the state directory "
        "aside: the ledger is built anew from the library, and nothing is sent twice"
    ),
    Cause.LEDGER_FULL: "nothing was sent; make room on its disk",
    Cause.KEY_LOCKED: "unlock the keyring, or name a key_file; syncd waits for it until then",
    Cause.KEY_MISSING: "store the key with `syncd login {library}`, or correct its key_file",
    Cause.KEY_REFUSED: "make a key that may do this, and store it with `syncd login {library}`",
    Cause.UNAVAILABLE: "nothing is lost; see whether this machine is online, and try again later",
    Cause.CERTIFICATES: (
        "nothing was sent; correct SSL_CERT_FILE or SSL_CERT_DIR, or take it out of the environment"
    ),
    Cause.DESCRIPTORS: (
        "nothing is lost; allow more open files (`ulimit -n 1024`, LimitNOFILE= in a unit) "
        "and run this again"
    ),
    Cause.OUTCOME_UNKNOWN: "run this again: syncd looks before it sends anything twice",
    Cause.UNSETTLED: (
        "run this again in a few minutes: syncd looks what became of it, and sends nothing twice"
    ),
    Cause.CONFLICT: "run this again",
    Cause.REJECTED: (
        "sending it again will not help; compare the keys of this [[library]] with "
        "docs/reference/configuration.md"
    ),
    Cause.PAUSED: "if that is as it should be, `syncd resume {library}` goes on",
    Cause.UNFORESEEN: "please report this",
}

_CAUSES: Mapping[type[SyncdError], Cause] = {
    BusyError: Cause.BUSY,
    ServedError: Cause.SERVED,
    StateError: Cause.STATE,
    LedgerError: Cause.LEDGER_DAMAGED,
    KeyLookupError: Cause.KEY_MISSING,
    UnsettledError: Cause.UNSETTLED,
    UnavailableError: Cause.UNAVAILABLE,
    CertificatesError: Cause.CERTIFICATES,
    DescriptorsError: Cause.DESCRIPTORS,
    OutcomeUnknownError: Cause.OUTCOME_UNKNOWN,
    ConflictError: Cause.CONFLICT,
    RejectedError: Cause.REJECTED,
    PausedError: Cause.PAUSED,
    AccessDeniedError: Cause.KEY_REFUSED,
}
"""An error's cause is that of the first of its classes that stands here."""


def cause_of(error: SyncdError) -> Cause:
    """Return why this could not be done."""
    if is_out_of_descriptors(error):
        # It shows wherever a file was to be opened next, and that place is not at fault.
        return Cause.DESCRIPTORS
    if isinstance(error, KeyLookupError) and error.passing:
        return Cause.KEY_LOCKED
    if isinstance(error, LedgerError) and error.passing:
        return Cause.LEDGER_FULL
    found = (_CAUSES[kind] for kind in type(error).__mro__ if kind in _CAUSES)
    return next(found, Cause.UNFORESEEN)


def remedy_of(cause: Cause) -> str:
    """Return what to do about a cause that concerns no library."""
    return _REMEDIES[cause]


def remedy_for(error: SyncdError, library: str | None = None) -> str:
    """Return what to do about a failure; `library` is the one it is about, if the error is mute."""
    name = (error.library if isinstance(error, LibraryError) else None) or library or "NAME"
    return _REMEDIES[cause_of(error)].replace("{library}", name)
