"""What to do about a failure: one table, looked up by the cause.

Commands, `syncd check` and the log all take their advice from here.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping
from enum import Enum

from syncd.errors import (
    AccessDeniedError,
    AdapterFailedError,
    BusyError,
    CertificatesError,
    ConfigError,
    ConflictError,
    Denial,
    DescriptorsError,
    InputError,
    KeyLookupError,
    LedgerError,
    LibraryError,
    NotRunningError,
    OutcomeUnknownError,
    PausedError,
    RejectedError,
    ServedError,
    StateError,
    SyncdError,
    UnavailableError,
    UnreachableError,
    UnsettledError,
)
from syncd.system.credentials import is_without_keyring
from syncd.system.descriptors import is_out_of_descriptors

OWN_ENVIRONMENT = (
    "install syncd into an environment of its own: `uv tool install`, `pipx install` or a venv"
)
"""What to do where another distribution's packages are in the way."""

KEYS_PAGE = "https://www.zotero.org/settings/keys"


class Cause(Enum):
    """Why something could not be done, as far as the remedy depends on it."""

    BUSY = "another syncd works here"
    ENGAGED = "the daemon cannot answer at the moment"
    SERVED = "a service works for the same library"
    STATE = "the state directory cannot be used"
    LEDGER_DAMAGED = "the ledger cannot be used"
    LEDGER_GONE = "the ledger's file is gone"
    LEDGER_FULL = "the ledger's disk is full"
    LEDGER_AWAY = "the ledger's server does not answer"
    LEDGER_DRIVER = "what reads this kind of database is missing"
    KEY_LOCKED = "the place of the key is locked"
    NO_KEYRING = "there is no keyring here"
    NO_KEYRING_IN_UNIT = "a unit of the system has no keyring"
    KEY_MISSING = "the key cannot be looked up"
    NO_KEY = "no key is stored"
    KEY_REFUSED = "the library refuses the key"
    KEY_UNKNOWN = "the server does not know the key, or no longer does"
    KEY_OF_ANOTHER = "the key belongs to somebody else"
    KEY_OPENS_OTHERS = "the key does not open this library"
    KEY_READS_ONLY = "the key may only read"
    NO_MEMBER = "there is no such group for this key"
    ADMINS_ONLY = "only admins of the group may write"
    NOT_ALLOWED = "nobody has allowed it in the library, or no longer does"
    FOLDER_CLOSED = "the folder of a library may not be written to"
    TOO_OLD = "the library is too old to be written to"
    READ_ONLY = "a place is mounted read-only"
    DISK_FULL = "there is no room for the library"
    UNAVAILABLE = "the library cannot be used now"
    UNREACHABLE = "the library's server is out of reach"
    NOT_RUNNING = "Zotero does not run on this machine"
    CERTIFICATES = "servers cannot be checked"
    DESCRIPTORS = "no more files can be opened"
    OUTCOME_UNKNOWN = "an answer was lost"
    UNSETTLED = "the library has not settled something yet"
    CONFLICT = "the library moved on"
    REJECTED = "the library refuses the request"
    PAUSED = "a guard waits for a person"
    ANOTHER = "it is another library than the one that was there"
    ADAPTER = "an adapter by others failed"
    ADAPTER_NOT_OPEN = "an adapter by others cannot be loaded, or not open its library"
    UNFORESEEN = "a bug"


_REMEDIES: Mapping[Cause, str] = {
    Cause.BUSY: "stop it, or wait until it has finished",
    Cause.ENGAGED: "run this again in a moment; `syncd status` shows how it is",
    Cause.SERVED: "nothing was done: a second ledger beside its own would know nothing of it",
    Cause.STATE: "make it writable, or name another directory with --state",
    Cause.LEDGER_DAMAGED: (
        "nothing was sent. Update syncd if the ledger is newer; else move the state directory "
        "aside: the ledger is built anew from the library, and nothing is sent twice"
    ),
    Cause.LEDGER_GONE: (
        "if there is a copy of it, put it back before syncd is started again; without one the "
        "ledger is built anew from the library, and nothing is sent twice"
    ),
    Cause.LEDGER_FULL: "nothing was sent; make room on its disk",
    Cause.LEDGER_AWAY: "nothing was sent; see whether the database runs, and try again",
    Cause.LEDGER_DRIVER: (
        "nothing was sent; for PostgreSQL, `pip install 'syncd[postgresql]'` where syncd is "
        "installed brings what is missing"
    ),
    Cause.KEY_LOCKED: "unlock the keyring, or name a key_file; syncd waits for it until then",
    Cause.NO_KEYRING: (
        "`syncd login {library} --key-file FILE` writes the key into a file for you alone; name "
        "that file as key_file of this [[library]]"
    ),
    Cause.NO_KEYRING_IN_UNIT: (
        "give the unit the line LoadCredentialEncrypted=syncd.{library}:"
        "/etc/syncd/syncd.{library}.cred, made with `systemd-creds encrypt --name=syncd.{library} "
        "- /etc/syncd/syncd.{library}.cred`, or name a key_file"
    ),
    Cause.KEY_MISSING: "store the key with `syncd login {library}`, or correct its key_file",
    Cause.NO_KEY: f"make one at {KEYS_PAGE}, and store it with `syncd login {{library}}`",
    Cause.KEY_REFUSED: "store a key that may do this with `syncd login {library}`",
    Cause.KEY_UNKNOWN: (
        f"make a key that may do this at {KEYS_PAGE}, and store it with `syncd login {{library}}`"
    ),
    Cause.NOT_ALLOWED: "`syncd login {library}` has the library ask again",
    Cause.TOO_OLD: "another key changes nothing",
    Cause.KEY_OF_ANOTHER: (
        "correct library_id, or store a key of its own with `syncd login {library}`"
    ),
    Cause.KEY_OPENS_OTHERS: (
        f"correct library_id, or give the key access to this library at {KEYS_PAGE}; then "
        "`syncd login {library}` tries it at once"
    ),
    Cause.KEY_READS_ONLY: (
        f"allow writing for this key at {KEYS_PAGE}, or store another; then "
        "`syncd login {library}` tries it at once"
    ),
    Cause.NO_MEMBER: (
        "correct library_id, which is the number in the group's address, or have the owner of "
        "the key invited to the group"
    ),
    Cause.FOLDER_CLOSED: (
        "see that it is there and that the account which syncd runs as may write to it (`chmod`, "
        "`chown`), or name another folder"
    ),
    Cause.ADMINS_ONLY: (
        "have an admin of the group make you one, or let its members edit the library in the "
        "group's settings; another key changes nothing"
    ),
    Cause.READ_ONLY: (
        "make it writable; in a systemd unit, ReadWritePaths= with this path opens it"
    ),
    Cause.DISK_FULL: "nothing is lost; make room on its disk",
    Cause.UNAVAILABLE: "nothing is lost; try again later",
    Cause.UNREACHABLE: "nothing is lost; see whether this machine is online, and try again later",
    Cause.NOT_RUNNING: "nothing is lost; start Zotero, and run this again (a daemon waits for it)",
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
    Cause.ANOTHER: (
        "if it is meant to be a library of its own, `syncd resume {library} --new` begins anew "
        "with it"
    ),
    Cause.PAUSED: "if that is as it should be, `syncd resume {library}` goes on",
    Cause.ADAPTER: (
        "other libraries go on. Tell whoever made it, with this line; `syncd resume {library}` has "
        "it loaded and tried again"
    ),
    Cause.ADAPTER_NOT_OPEN: (
        "other libraries go on. Install that anew, or a version of it that works here (`syncd "
        "check` tries it), and `syncd resume {library}` has it loaded again; if it stays so, tell "
        "whoever made it, with this line"
    ),
    Cause.UNFORESEEN: "please report this",
}

PASSES_BY_ITSELF = frozenset(
    {
        *(Cause.UNAVAILABLE, Cause.UNREACHABLE, Cause.NOT_RUNNING, Cause.OUTCOME_UNKNOWN),
        *(Cause.UNSETTLED, Cause.CONFLICT, Cause.DESCRIPTORS),
    }
)
"""Causes that a daemon waits for; what there is to do about them is meant for commands."""

_CAUSES: Mapping[type[SyncdError], Cause] = {
    BusyError: Cause.BUSY,
    ServedError: Cause.SERVED,
    StateError: Cause.STATE,
    LedgerError: Cause.LEDGER_DAMAGED,
    KeyLookupError: Cause.KEY_MISSING,
    UnsettledError: Cause.UNSETTLED,
    UnavailableError: Cause.UNAVAILABLE,
    UnreachableError: Cause.UNREACHABLE,
    NotRunningError: Cause.NOT_RUNNING,
    CertificatesError: Cause.CERTIFICATES,
    DescriptorsError: Cause.DESCRIPTORS,
    OutcomeUnknownError: Cause.OUTCOME_UNKNOWN,
    ConflictError: Cause.CONFLICT,
    RejectedError: Cause.REJECTED,
    PausedError: Cause.PAUSED,
    AdapterFailedError: Cause.ADAPTER,
}
"""An error's cause is that of the first of its classes that stands here."""


_DENIALS: Mapping[Denial, Cause] = {
    Denial.NO_KEY: Cause.NO_KEY,
    Denial.NO_KEY_AT_ALL: Cause.KEY_MISSING,
    Denial.UNKNOWN: Cause.KEY_UNKNOWN,
    Denial.REVOKED: Cause.KEY_UNKNOWN,
    Denial.SOMEBODY_ELSES: Cause.KEY_OF_ANOTHER,
    Denial.NOT_OPENED: Cause.KEY_OPENS_OTHERS,
    Denial.NO_MEMBER: Cause.NO_MEMBER,
    Denial.READ_ONLY: Cause.KEY_READS_ONLY,
    Denial.ADMINS_ONLY: Cause.ADMINS_ONLY,
    Denial.NOT_ALLOWED: Cause.NOT_ALLOWED,
    Denial.FOLDER_CLOSED: Cause.FOLDER_CLOSED,
    Denial.TOO_OLD: Cause.TOO_OLD,
    Denial.OTHER: Cause.KEY_REFUSED,
}


def cause_of(error: SyncdError) -> Cause:
    """Return why this could not be done."""
    if is_out_of_descriptors(error):
        # It shows wherever a file was to be opened next, and that place is not at fault.
        return Cause.DESCRIPTORS
    if is_read_only(error):
        return Cause.READ_ONLY
    # An adapter that asked for the key has its own words for it, and this as their cause.
    lookup = error if isinstance(error, KeyLookupError) else error.__cause__
    if isinstance(lookup, KeyLookupError):
        return _cause_of_lookup(lookup)
    if type(error) is BusyError and not error.holder:
        # It is no other syncd that is in the way: the one that was asked is.
        return Cause.ENGAGED
    if isinstance(error, AccessDeniedError):
        return _DENIALS[error.denial]
    if isinstance(error, PausedError) and error.only_as_new:
        return Cause.ANOTHER
    if isinstance(error, AdapterFailedError) and not error.is_open:
        return Cause.ADAPTER_NOT_OPEN
    if isinstance(error, LedgerError):
        return _cause_of_ledger(error)
    if isinstance(error, UnavailableError) and (cause := _cause_on_disk(error)) is not None:
        return cause
    found = (_CAUSES[kind] for kind in type(error).__mro__ if kind in _CAUSES)
    return next(found, Cause.UNFORESEEN)


def _cause_on_disk(error: UnavailableError) -> Cause | None:
    """Return what keeps a library in a folder from being used, if waiting alone ends it not."""
    failed = error.__cause__
    if getattr(failed, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return Cause.DISK_FULL
    if not isinstance(failed, OSError):
        return None
    if failed.errno in (errno.ENOSPC, errno.EDQUOT):
        return Cause.DISK_FULL
    # What names no file may be about a connection.
    is_closed = failed.errno in (errno.EACCES, errno.EPERM) and failed.filename is not None
    return Cause.FOLDER_CLOSED if is_closed else None


def _cause_of_ledger(error: LedgerError) -> Cause:
    if error.driver:
        return Cause.LEDGER_DRIVER
    if error.away:
        return Cause.LEDGER_AWAY
    if error.gone:
        return Cause.LEDGER_GONE
    return Cause.LEDGER_FULL if error.passing else Cause.LEDGER_DAMAGED


def _library_of(error: SyncdError) -> str | None:
    return error.library if isinstance(error, LibraryError | KeyLookupError) else None


def told(error: SyncdError) -> str:
    """Return in one line what happened to which library, and what to do about it."""
    if isinstance(error, ConfigError | InputError) and not is_out_of_descriptors(error):
        # Their own words say it, for they know what was asked and what was meant.
        return str(error)
    about = _library_of(error)
    happened = f"{about}: {error}" if about else str(error)
    return f"{happened}; {remedy_for(error)}"


def _cause_of_lookup(error: KeyLookupError) -> Cause:
    if error.absent:
        return Cause.NO_KEYRING_IN_UNIT if is_without_keyring() else Cause.NO_KEYRING
    return Cause.KEY_LOCKED if error.passing else Cause.KEY_MISSING


def is_read_only(error: BaseException) -> bool:
    """Tell whether something could not be written because its place is mounted read-only."""
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, OSError) and chain.errno == errno.EROFS:
            return True
        chain = chain.__cause__
    return False


def denial_remedy(denial: Denial, library: str) -> str:
    """Return what to do about a library that its key opens, and does not let write."""
    return _REMEDIES[_DENIALS[denial]].replace("{library}", library)


def remedy_of(cause: Cause) -> str:
    """Return what to do about a cause that concerns no library."""
    return _REMEDIES[cause]


def remedy_for(error: SyncdError, library: str | None = None) -> str:
    """Return what to do about a failure; `library` is the one it is about, if the error is mute."""
    name = _library_of(error) or library or "NAME"
    return _REMEDIES[cause_of(error)].replace("{library}", name)
