"""Every failure we name, sorted by what the caller does next.

SyncdError
├─ CommandError            the daemon says no; the command ends as it says
├─ ConfigError             the operator edits the configuration
├─ InputError              this file or record is set aside; go on with the rest
├─ StateError              the state directory cannot be made or is in use
│  └─ BusyError            another syncd works on the same state; try again later
│     └─ ServedError       a service works for the same library, and cannot be asked
├─ DescriptorsError        this process may not open as many files as it needs
├─ LedgerError             our own memory is in doubt; stop
├─ KeyLookupError          a library's key cannot be looked up; wait, or tell the operator
└─ LibraryError            raised by adapters, and (only PausedError) by the guards
   ├─ UnavailableError     nothing was written; try later
   │  ├─ UnsettledError    what was sent waits for its outcome; the rest goes on
   │  ├─ UnreadError       a request was refused unread; less of it may pass
   │  ├─ UnreachableError  the way to its server is shut
   │  ├─ NotRunningError   the program on this machine that keeps it does not run
   │  └─ CertificatesError the environment names certificates that are not there
   ├─ OutcomeUnknownError  it may have landed; look before sending again
   ├─ ConflictError        the library moved on and nothing was written; plan again
   ├─ RejectedError        never, as it is; hold it for a person
   ├─ PausedError          a guard stopped the library until a person resumes it
   ├─ AdapterFailedError   the code of somebody else's adapter failed; the others go on
   └─ AccessDeniedError    stop this library and tell the operator

An error carries facts as attributes. The sentence a person reads is built where
it is shown; `str(error)` is the short form for logs. A programming mistake is
not in this tree: it crashes, with a traceback.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import NamedTuple

NO_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE})
"""How the system says that no further file can be opened, whichever file it was."""


class SyncdError(Exception):
    """A failure that syncd foresees."""


class Problem(NamedTuple):
    """One thing wrong with a file a person wrote: where, and what to do about it."""

    message: str
    line: int | None = None


class CommandError(SyncdError):
    """The daemon says no; `code` is the exit code that goes with the reason."""

    def __init__(self, message: str, code: int) -> None:
        self.message = message
        self.code = code
        super().__init__(message)


class ConfigError(SyncdError):
    """The configuration cannot be used; `problems` lists all that is wrong with it."""

    def __init__(self, path: Path | None, problems: Sequence[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        where = str(path) if path else "configuration"
        super().__init__(
            "; ".join(f"{where}:{p.line or ''}: {p.message}".replace("::", ":") for p in problems)
        )


class InputError(SyncdError):
    """An export, or a part of it, cannot be used; the rest goes on."""

    def __init__(self, message: str, *, path: Path | None = None, line: int | None = None) -> None:
        self.message = message
        self.path = path
        self.line = line
        where = ":".join(str(part) for part in (path, line) if part is not None)
        super().__init__(f"{where}: {message}" if where else message)


class StateError(SyncdError):
    """The state directory cannot be made, read or written."""

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        self.message = message
        self.path = path
        super().__init__(f"{path}: {message}" if path else message)


class BusyError(StateError):
    """Another syncd works on the same state; `holder` says which, as far as it is known."""

    def __init__(self, message: str, *, path: Path | None = None, holder: str = "") -> None:
        self.holder = holder
        super().__init__(message, path=path)


class ServedError(BusyError):
    """A service of this machine works for the same library, with a ledger of its own."""


class DescriptorsError(SyncdError):
    """This process may not open as many files as its work needs."""


class LedgerError(SyncdError):
    """The ledger is damaged, newer than this syncd, or cannot be written; nothing may be sent.

    `passing` says that it is whole and only takes nothing for now: its disk is full, or, where it
    is `away`, its server does not answer. `driver` says that what reads its kind of database is
    missing, `gone` that its file was removed while it was open.
    """

    def __init__(
        self,
        message: str,
        *,
        passing: bool = False,
        away: bool = False,
        driver: bool = False,
        gone: bool = False,
    ) -> None:
        self.passing = passing or away
        self.away = away
        self.driver = driver
        self.gone = gone
        super().__init__(message)


class KeyLookupError(SyncdError):
    """The place where a library's key is kept does not give it out.

    `passing` says that waiting may help: a locked keyring will be unlocked, whereas a key file
    that others can read stays refused until somebody acts. `absent` says that there is no
    keyring here at all, which unlocking cannot change. `library` is the library's name in the
    configuration, which is added where the key was asked for.
    """

    def __init__(self, message: str, *, passing: bool, absent: bool = False) -> None:
        self.passing = passing
        self.absent = absent
        self.library: str | None = None
        super().__init__(message)


class LibraryError(SyncdError):
    """A library did not do what it was asked.

    `library` is its name in the configuration and `run` the run that was interrupted, which the
    session adds to what adapters raise; `status` is the HTTP status of the server's answer, where
    there was one.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        self.status = status
        self.library: str | None = None
        self.run: int | None = None
        super().__init__(message)


class UnavailableError(LibraryError):
    """Nothing was written and the library may answer later.

    `retry_after` is how long the library asked us to wait, if it said so.
    """

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, status: int | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, status=status)


class UnsettledError(UnavailableError):
    """Operations wait for their outcome, and the library can be used otherwise meanwhile.

    Their answer was lost, or the library had trouble of its own with them.
    """


class UnreadError(UnavailableError):
    """A request was refused as a whole, with no word about anything in it.

    The server's own trouble, or that of something on the way; it may be with a part of what was
    sent together. `in_words`: it was said in a plain sentence, as Zotero does, and by no page.
    """

    def __init__(self, message: str, *, in_words: bool = True, status: int | None = None) -> None:
        self.in_words = in_words
        super().__init__(message, status=status)


class UnreachableError(UnavailableError):
    """No server of the library could be reached: the network, or what it is asked to go through."""


class NotRunningError(UnavailableError):
    """The Zotero on this machine whose library it is does not run."""


class CertificatesError(UnavailableError):
    """No secure connection can be made: the certificates to check servers with cannot be read."""


class OutcomeUnknownError(LibraryError):
    """A write was sent and its answer did not arrive: some, all or none of it may have landed."""


class ConflictError(LibraryError):
    """The library is no longer at the version the plan was made against; nothing was written."""


class RejectedError(LibraryError):
    """The library refuses the whole request for good; sending it again will not help.

    `too_large` says that fewer operations at a time may pass.
    """

    def __init__(self, message: str, *, too_large: bool = False, status: int | None = None) -> None:
        self.too_large = too_large
        super().__init__(message, status=status)


class PausedError(LibraryError):
    """A guard stopped the library: nothing is read or written until a person resumes it.

    `only_as_new`: it may not go on as the library that it was, only as another.
    """

    def __init__(self, message: str, *, only_as_new: bool = False) -> None:
        self.only_as_new = only_as_new
        super().__init__(message)


class AdapterFailedError(LibraryError):
    """An adapter that does not come with syncd failed in a way that it does not name.

    `adapter` is its name and `distribution` what it was installed from; `is_open` is false where
    its code could not be loaded or its library not be opened. What became of a push that fails so
    is unknown.
    """

    def __init__(
        self, message: str, *, adapter: str, distribution: str, is_open: bool = True
    ) -> None:
        self.adapter = adapter
        self.distribution = distribution
        self.is_open = is_open
        super().__init__(f"the adapter {adapter} ({distribution}) failed: {message}")


class Denial(Enum):
    """What is wrong with a key, as far as what to do about it depends on that."""

    NO_KEY = "there is none"
    NO_KEY_AT_ALL = "what is stored is none"
    UNKNOWN = "the server does not know it"
    REVOKED = "it worked, and was revoked"
    SOMEBODY_ELSES = "it belongs to somebody else"
    NOT_OPENED = "it does not open this library"
    NO_MEMBER = "its owner is no member of the group, or there is none"
    READ_ONLY = "it may only read"
    ADMINS_ONLY = "only admins of the group may write"
    NOT_ALLOWED = "the library asks a person, who has not allowed it, or no longer does"
    FOLDER_CLOSED = "the library is a folder, and may not be written to"
    TOO_OLD = "no key lets other programs write to a library as old as this"
    OTHER = "whatever the server said"


class AccessDeniedError(LibraryError):
    """The key is missing, wrong, revoked, or not allowed to do this; nor is a folder's reader."""

    def __init__(
        self, message: str, *, denial: Denial = Denial.OTHER, status: int | None = None
    ) -> None:
        self.denial = denial
        super().__init__(message, status=status)
