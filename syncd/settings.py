"""What the operator decided, as frozen values: the one shape in which every room receives it.

Made by `config` from a file, or for a single file library without one. Paths are absolute,
durations are `timedelta`, sizes are bytes, and what a folder leaves open is already filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path


class After(Enum):
    """What becomes of an export once its records have an outcome."""

    LEAVE = "leave"
    MOVE = "move"


class WhenFound(Enum):
    """What to do with a record whose item is already there; each mode does what the last did."""

    SKIP = "skip"
    COLLECT = "collect"
    SYNC = "sync"
    FILL = "fill"


class LookAlikes(Enum):
    """What to do when it is undecided whether two records are the same work."""

    HOLD = "hold"
    SKIP = "skip"
    CREATE = "create"


class ByMetadata(Enum):
    """What metadata that agrees without any identifier may do: decide, or only ask."""

    DECIDE = "decide"
    HOLD = "hold"


class Attachments(Enum):
    """What is made of the links and files that a record names: each does more than the last.

    `UPLOAD` stores the files in the library, where `FILE` only points to them.
    """

    NONE = "none"
    LINK = "link"
    FILE = "file"
    UPLOAD = "upload"


MAX_UPLOAD = 50_000_000
"""The largest file, in bytes, that is stored in a library unless the operator says otherwise."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule of five cron fields (minute hour day month weekday); Sunday is 0 and 7."""

    expression: str


When = timedelta | Cron
"""How often something is due: after an interval, or at the times a cron expression names."""


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """One library; `options` are the adapter's own keys, as written."""

    name: str
    adapter: str
    options: Mapping[str, object]
    key_file: Path | None


@dataclass(frozen=True, slots=True)
class DuplicateSettings:
    """What to do with records that are, or may be, already there."""

    when_found: WhenFound
    look_alikes: LookAlikes
    by_metadata: ByMetadata = ByMetadata.DECIDE


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """One drop folder and where its records go. `collection` is a path of names."""

    path: Path
    libraries: tuple[str, ...]
    collection: tuple[str, ...]
    tags: tuple[str, ...]
    recursive: bool
    settle: timedelta
    after: After
    readd: bool
    duplicates: DuplicateSettings
    on_done: tuple[str, ...] = ()
    """The program that is told of each file that was delivered; empty: none."""
    on_failed: tuple[str, ...] = ()
    attachments: Attachments = Attachments.LINK
    max_upload: int = MAX_UPLOAD
    """The largest file, in bytes, that is stored in a library."""


@dataclass(frozen=True, slots=True)
class NoteSettings:
    """`keep` names the kinds of note that become child notes."""

    keep: frozenset[str]


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """When the daemon works unasked. `timezone` is an IANA name, or `local`."""

    reconcile: When
    rescan: When
    timezone: str


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How much may happen before a person is asked. Sizes in bytes; `max_shrink` is a share."""

    max_file_size: int
    max_creates: int
    max_updates: int
    max_shrink: float


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """What is made of news that an export brings about a work that is there.

    `retracted_tag` is given to works that were retracted or withdrawn, empty for none. `screening`
    says which label of a screening tool becomes which tag.
    """

    retracted_tag: str = ""
    relate_preprints: bool = False
    screening: Mapping[str, str] = field(default_factory=dict)


NO_UPDATES = UpdateSettings()


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger is; an empty url is SQLite in the state directory."""

    url: str


@dataclass(frozen=True, slots=True)
class PageSettings:
    """Where the status page listens: at an address of this machine, or at a socket; or nowhere."""

    address: tuple[str, int] | None = None
    socket: Path | None = None

    @property
    def is_on(self) -> bool:
        """Whether there is a page at all."""
        return self.address is not None or self.socket is not None


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where numbers for monitoring go: into a file, and to who has the token in another one."""

    file: Path | None = None
    token_file: Path | None = None


class WebhookKind(Enum):
    """In which shape a notice is posted."""

    BY_ADDRESS = ""
    JSON = "json"
    NTFY = "ntfy"
    SLACK = "slack"
    GOTIFY = "gotify"


IN_KEYRING = Path("keyring")
"""In the place of a file that holds an address: the keyring does."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Who gets mail, and by which server; an empty `sender` is one of this machine.

    A server that wants to know who sends is told `user` and a password.
    """

    to: str
    server: tuple[str, int]
    sender: str = ""
    user: str = ""
    password_file: Path | None = None


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """By which ways people are told, and when of all that waits; `titles` are told if wanted."""

    command: tuple[str, ...] = ()
    webhook: str = ""
    webhook_file: Path | None = None
    webhook_kind: WebhookKind = WebhookKind.BY_ADDRESS
    mail: MailSettings | None = None
    desktop: bool = False
    ping_file: Path | None = None
    titles: bool = False
    digest: When = Cron("0 8 * * *")

    @property
    def is_on(self) -> bool:
        """Whether anybody is told anything."""
        ways = (self.command, self.webhook, self.webhook_file, self.mail, self.ping_file)
        return self.desktop or any(ways)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything one syncd is told. `path` is the file it was read from, if there was one."""

    libraries: tuple[LibrarySettings, ...]
    folders: tuple[FolderSettings, ...]
    duplicates: DuplicateSettings
    notes: NoteSettings
    schedule: ScheduleSettings
    limits: LimitSettings
    ledger: LedgerSettings
    path: Path | None
    updates: UpdateSettings = field(default_factory=UpdateSettings)
    page: PageSettings = PageSettings()
    metrics: MetricsSettings = MetricsSettings()
    notify: NotifySettings = NotifySettings()

    def find_library(self, name: str) -> LibrarySettings | None:
        """Return the library of this name, or None if there is none."""
        return next((library for library in self.libraries if library.name == name), None)
