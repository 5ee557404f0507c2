"""Every key of the configuration: its type, default, sentence and example, in this one place.

`config/syncd.toml`, its JSON Schema and the reference in the documentation are made from here, and
from what adapters say of their own keys.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from syncd.config import values
from syncd.record import KEPT_NOTES
from syncd.settings import (
    After,
    Attachments,
    ByMetadata,
    LookAlikes,
    MailSettings,
    PageSettings,
    WebhookKind,
    When,
    WhenFound,
)

_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_DURATION = {"type": "string", "pattern": f"^{values.DURATION.pattern}$"}
_CRON = {
    "type": "object",
    "properties": {"cron": {"type": "string", "description": "Five cron fields."}},
    "required": ["cron"],
    "additionalProperties": False,
}
_MAIL = {
    "type": "object",
    "properties": {
        "to": _TEXT,
        "server": _TEXT,
        "from": _TEXT,
        "user": _TEXT,
        "password_file": _TEXT,
    },
    "additionalProperties": False,
}
_NAME = {"type": "string", "pattern": f"^{values.NAME.pattern}$"}
_NAMES = {"type": "array", "items": _NAME, "minItems": 1}
_LABELS = {"type": "object", "additionalProperties": _TEXT}
_SIZE = {"type": "string", "pattern": f"^{values.SIZE.pattern}$"}


def _one_of(choices: type[Enum]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": [choice.value for choice in choices]})


Duration = Annotated[timedelta, PlainValidator(values.parse_duration), WithJsonSchema(_DURATION)]
Due = Annotated[
    When, PlainValidator(values.parse_when), WithJsonSchema({"anyOf": [_DURATION, _CRON]})
]
Size = Annotated[int, PlainValidator(values.parse_size), WithJsonSchema(_SIZE)]
FilePath = Annotated[Path, PlainValidator(values.parse_path), WithJsonSchema(_TEXT)]
PathOrNone = Annotated[
    Path | None, PlainValidator(values.parse_path_or_none), WithJsonSchema({"type": "string"})
]
SecretPlace = Annotated[
    Path | None, PlainValidator(values.parse_secret_place), WithJsonSchema({"type": "string"})
]
Webhook = Annotated[str, PlainValidator(values.parse_webhook), WithJsonSchema({"type": "string"})]
WebhookChoice = Annotated[
    WebhookKind, PlainValidator(values.choice_of(WebhookKind)), _one_of(WebhookKind)
]
MailOrNone = Annotated[
    MailSettings | None, PlainValidator(values.parse_mail), WithJsonSchema(_MAIL)
]
MetricsPath = Annotated[
    Path | None, PlainValidator(values.parse_metrics_file), WithJsonSchema({"type": "string"})
]
Listen = Annotated[
    PageSettings, PlainValidator(values.parse_listen), WithJsonSchema({"type": "string"})
]
Name = Annotated[str, PlainValidator(values.parse_name), WithJsonSchema(_NAME)]
Names = Annotated[
    tuple[str, ...], PlainValidator(values.parse_names), WithJsonSchema({"anyOf": [_NAME, _NAMES]})
]
Words = Annotated[tuple[str, ...], PlainValidator(values.parse_words), WithJsonSchema(_TEXTS)]
Command = Annotated[
    tuple[str, ...],
    PlainValidator(values.parse_command),
    WithJsonSchema({"type": "array", "items": {"type": "string"}}),
]
Labels = Annotated[dict[str, str], PlainValidator(values.parse_labels), WithJsonSchema(_LABELS)]
Collection = Annotated[
    tuple[str, ...], PlainValidator(values.parse_collection), WithJsonSchema({"type": "string"})
]
Zone = Annotated[str, PlainValidator(values.parse_timezone), WithJsonSchema(_TEXT)]
AfterChoice = Annotated[After, PlainValidator(values.choice_of(After)), _one_of(After)]
AttachmentsChoice = Annotated[
    Attachments, PlainValidator(values.choice_of(Attachments)), _one_of(Attachments)
]
FoundChoice = Annotated[WhenFound, PlainValidator(values.choice_of(WhenFound)), _one_of(WhenFound)]
AlikeChoice = Annotated[
    LookAlikes, PlainValidator(values.choice_of(LookAlikes)), _one_of(LookAlikes)
]
MetadataChoice = Annotated[
    ByMetadata, PlainValidator(values.choice_of(ByMetadata)), _one_of(ByMetadata)
]


def key(default: Any = ..., /, *, sentence: str, example: Any = None, **limits: Any) -> Any:
    """Declare a key; without a default it must be given, and the example shows how."""
    examples = None if example is None else [example]
    return Field(default, description=sentence, examples=examples, **limits)


class Table(BaseModel):
    """A table of the configuration: nothing but its own keys, nothing converted by guesswork."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, validate_default=True, hide_input_in_errors=True
    )


class LibraryTable(Table):
    """A library that records go to; at least one. Keys not listed here are the adapter's own."""

    model_config = ConfigDict(extra="allow")

    name: Name = key(
        sentence="What the library is called here, in messages and for its key: 1 to 32 of "
        "a-z, 0-9, _ and -.",
        example="mine",
    )
    adapter: str = key(
        sentence="The kind of library: zotero-web, zotero-desktop, file, or any installed adapter.",
        example="zotero-web",
        min_length=1,
    )
    key_file: FilePath | None = key(
        None,
        sentence="A file that holds the library's key and that nobody else can read. Without it "
        "the key is looked up in systemd's credentials, then in the keyring (`syncd login`).",
        example="~/.config/syncd/mine.key",
    )


class DuplicatesTable(Table):
    """What happens to a record that is already there, or looks as if it were."""

    when_found: FoundChoice = key(
        "sync",
        sentence="What to do with a record whose item is already there. skip: leave the item "
        "alone. collect: only put it into the folder's collection and give it its tags. sync: "
        "also carry newer metadata into items that syncd itself made, as long as nobody has "
        "changed the field since. fill: also fill empty fields of items that others made. No "
        "mode overwrites what a person wrote; where both changed a field, you are asked.",
    )
    look_alikes: AlikeChoice = key(
        "hold",
        sentence="What to do when it is undecided whether a record is already there: hold it for "
        "`syncd review`, skip it, or create it.",
    )
    by_metadata: MetadataChoice = key(
        "decide",
        sentence="Whether title, people and place may decide that two records without an "
        "identifier in common are one work (decide), or a person is always asked (hold).",
    )


class FolderDuplicatesTable(Table):
    """What this folder does differently from [duplicates]."""

    when_found: FoundChoice | None = key(
        None, sentence="As in [duplicates], for this folder only.", example="collect"
    )
    look_alikes: AlikeChoice | None = key(
        None, sentence="As in [duplicates], for this folder only.", example="skip"
    )
    by_metadata: MetadataChoice | None = key(
        None, sentence="As in [duplicates], for this folder only.", example="hold"
    )


class FolderTable(Table):
    """A folder that is watched for exports, and where its records go."""

    path: FilePath = key(
        sentence="The folder to watch; absolute, or below the home directory with ~/.",
        example="~/Downloads/Scopus",
    )
    library: Names = key(
        sentence="The name of the library its records go to, or a list of names.",
        example="mine",
    )
    collection: Collection = key(
        "",
        sentence="The collection its records are put into, as a path of names; made when "
        "missing. Empty: none.",
        example="Inbox/Scopus",
    )
    tags: Words = key([], sentence="Tags that every item from here is given.", example=["scopus"])
    recursive: bool = key(False, sentence="Whether folders inside it are watched too.")
    settle: Duration = key(
        "2s",
        sentence="How long a file must have rested before it is read. One whose last record is "
        "unfinished waits up to 60 s.",
    )
    after: AfterChoice = key(
        "leave",
        sentence="What becomes of a file afterwards. leave: nothing is written, renamed or "
        "deleted in the folder. move: it goes into done/ or failed/ beside it.",
    )
    readd: bool = key(
        False,
        sentence="Whether records of this folder come back even where a person removed their item.",
    )
    attachments: AttachmentsChoice = key(
        "link",
        sentence="What becomes of links and files that a record names beside its own address. "
        "link: web addresses are attached as links. file: files below this folder are attached as "
        "well, as links to where they lie. upload: such files are stored in the library instead. "
        "none: neither.",
    )
    max_upload: Size = key(
        "50MB", sentence="A larger file is not stored in the library; the run says so."
    )
    on_done: Command = key(
        [],
        sentence="A program that the daemon calls after each file of this folder that was "
        "delivered, with its arguments; it is given JSON on its standard input. Empty: none.",
        example=["/usr/local/bin/tell", "--quietly"],
    )
    on_failed: Command = key(
        [],
        sentence="The same for each file of which nothing could be used.",
        example=["/usr/local/bin/tell", "--loudly"],
    )
    duplicates: FolderDuplicatesTable = Field(
        default_factory=FolderDuplicatesTable,
        description="What this folder does differently from [duplicates].",
    )


class UpdatesTable(Table):
    """What is made of news that a newer export brings about a work."""

    retracted_tag: str = key(
        "",
        sentence="The tag for works of which an export says that they were retracted or "
        "withdrawn. Empty: none; the plan says it all the same.",
        example="retracted",
    )
    relate_preprints: bool = key(
        False,
        sentence="Whether a preprint and what was published of it are related to each other in "
        "the library. They are never merged.",
    )
    screening: Labels = key(
        {},
        sentence="Which label of a screening tool (ASReview, Rayyan, Covidence), in a keyword or "
        "a note of a returned export, becomes which tag.",
        example={"ASReview_relevant": "included"},
    )


class NotesTable(Table):
    """What exports say in notes (N1)."""

    keep: Words = key(
        list(KEPT_NOTES),
        sentence="The kinds of note that become child notes of the item; the rest is kept in the "
        "ledger only.",
    )


class ScheduleTable(Table):
    """When the daemon works unasked."""

    reconcile: Due = key(
        "6h",
        sentence="How often ledger and library are compared: an interval, or "
        '{ cron = "0 3 * * *" }.',
        example={"cron": "0 3 * * *"},
    )
    rescan: Due = key(
        "10m",
        sentence="How often the folders are listed even if nothing seems to have changed.",
    )
    timezone: Zone = key(
        "local",
        sentence='The zone in which cron times are meant: "local", or a name such as '
        "Europe/Berlin.",
    )


class LimitsTable(Table):
    """How much may happen before a person is asked."""

    max_file_size: Size = key("64MB", sentence="A larger file is not read.")
    max_creates: int = key(
        20000,
        sentence="How many items one run may create; beyond them the library pauses until "
        "`syncd resume`.",
        ge=1,
    )
    max_updates: int = key(
        200,
        sentence="How many items one run may change; beyond them the library pauses until "
        "`syncd resume`.",
        ge=0,
    )
    max_shrink: float = key(
        0.33,
        sentence="The share of a library that may vanish between two looks before it pauses.",
        gt=0,
        le=1,
    )


class StateTable(Table):
    """Where syncd keeps its ledger, its lock and its status."""

    # `system.paths` reads it by itself, before anything else of the configuration is needed.
    directory: PathOrNone = key(
        "",
        sentence="The state directory; absolute, or below the home directory with ~/. --state, "
        "$SYNCD_STATE and the directory that systemd gives a service win over it. Empty: your "
        "state directory. It is read when a daemon starts, not when it reads its configuration "
        "again.",
        example="/srv/syncd/state",
    )


class LedgerTable(Table):
    """Where syncd remembers what it did."""

    url: str = key(
        "",
        sentence="The ledger's database. Empty: SQLite in the state directory. PostgreSQL needs "
        "`pip install 'syncd[postgresql]'`; a password belongs into `~/.pgpass`.",
        example="postgresql+psycopg://syncd@db.example.org/syncd",
    )


class PageTable(Table):
    """The status page, which a daemon shows in a browser."""

    listen: Listen = key(
        "",
        sentence="Where the page listens. Empty: there is no page, and no port is opened. "
        '"127.0.0.1:0": at a free port of this machine. "unix:/…": at a socket, for a proxy. '
        "`syncd page` prints the link to it.",
        example="127.0.0.1:0",
    )


class NotifyTable(Table):
    """Who is told when something becomes otherwise, and each day what waits; each way by itself.

    `syncd notify test` sends one message by each of them.
    """

    command: Command = key(
        [],
        sentence="A program that is called with each message, as JSON on its standard input. "
        "Empty: none.",
        example=["/usr/local/bin/tell-me"],
    )
    webhook: Webhook = key(
        "",
        sentence="An address that messages are posted to, if it is no secret. Empty: none.",
        example="https://hooks.example.org/syncd",
    )
    webhook_file: SecretPlace = key(
        "",
        sentence="A file that holds this address and that nobody else can read, where the address "
        'itself is a secret, as those of ntfy, Slack and Gotify are; or "keyring".',
        example="~/.config/syncd/webhook",
    )
    webhook_kind: WebhookChoice = key(
        "",
        sentence="In which shape messages are posted: json, ntfy, slack or gotify. Empty: as the "
        "address shows, else json.",
        example="ntfy",
    )
    mail: MailOrNone = key(
        {},
        sentence="To whom mail is sent, and by which server. One that wants a password: "
        'user = "…", and password_file = "…" or the keyring. Empty: to nobody.',
        example={"to": "you@example.org", "server": "localhost"},
    )
    desktop: bool = key(
        False, sentence="Whether messages are shown on the desktop of whoever runs the daemon."
    )
    ping_file: SecretPlace = key(
        "",
        sentence="A file that holds an address and that nobody else can read. It is asked for "
        "after each reconcile that leaves no library in trouble, so that somebody else notices "
        'when that ends (healthchecks.io and the like). Or "keyring".',
        example="~/.config/syncd/ping",
    )
    titles: bool = key(
        False,
        sentence="Whether messages hold titles, names of files and what servers say. Without it "
        "they hold numbers and the names of libraries.",
    )
    digest: Due = key(
        {"cron": "0 8 * * *"},
        sentence="When you are told of all that waits, if anything does: a time in the zone of "
        "[schedule], or an interval.",
    )


class MetricsTable(Table):
    """Numbers for monitoring, in the text format of Prometheus."""

    file: MetricsPath = key(
        "",
        sentence="A file that the daemon keeps current, for the textfile collector of "
        "node_exporter; its name ends in .prom. Empty: none.",
        example="/var/lib/prometheus/node-exporter/syncd.prom",
    )
    token_file: PathOrNone = key(
        "",
        sentence="A file with a token that nobody else can read; whoever sends it may read "
        "/metrics at the port of the page. At a socket no token is needed. Empty: a port does "
        "not tell them.",
        example="~/.config/syncd/metrics.token",
    )


class Document(Table):
    """The configuration of syncd."""

    library: list[LibraryTable] = Field(min_length=1)
    folder: list[FolderTable] = Field(default_factory=list)
    duplicates: DuplicatesTable = Field(default_factory=DuplicatesTable)
    updates: UpdatesTable = Field(default_factory=UpdatesTable)
    notes: NotesTable = Field(default_factory=NotesTable)
    schedule: ScheduleTable = Field(default_factory=ScheduleTable)
    limits: LimitsTable = Field(default_factory=LimitsTable)
    state: StateTable = Field(default_factory=StateTable)
    ledger: LedgerTable = Field(default_factory=LedgerTable)
    page: PageTable = Field(default_factory=PageTable)
    notify: NotifyTable = Field(default_factory=NotifyTable)
    metrics: MetricsTable = Field(default_factory=MetricsTable)


def table_of(model: type[BaseModel], name: str) -> type[BaseModel]:
    """Return the table that stands under this key, in an array or by itself."""
    annotation: Any = model.model_fields[name].annotation
    found: type[BaseModel] = next(iter(get_args(annotation)), annotation)
    return found
