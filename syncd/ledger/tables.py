"""Every table of the ledger and every column's meaning, in SQL that SQLite and PostgreSQL share.

The definitions here always make the newest shape; `migrations` bring an older ledger forward.
Conventions: instants are TEXT in ISO 8601, UTC, ending in `Z`; JSON is TEXT; everything that
belongs to a library names it by `library_id`, because identity is per library.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData()

_Big = BigInteger().with_variant(Integer, "sqlite")  # STRICT tables know INTEGER only


def _table(name: str, *parts: SchemaItem, rowid: bool = True) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


# One row per library, told apart by what it *is*: a type and a number, or an id of its own.
# Renaming a library in the configuration changes nothing here, nor does moving it elsewhere.
library = _table(
    "library",
    Column("library_id", Integer, primary_key=True),
    Column(
        "identity",
        Text,
        nullable=False,
        unique=True,
        comment="what the ledger knows it by, for good; keys are minted from it",
    ),
    Column("title", Text, nullable=False, comment="as last seen; for people"),
    Column(
        "cursor",
        _Big,
        nullable=False,
        comment="library version up to which `item` is complete; 0: nothing seen yet",
    ),
    Column(
        "foreign_version",
        _Big,
        nullable=False,
        comment="last library version at which somebody else's change arrived",
    ),
    Column("mirrored_at", Text, comment="when the mirror was last brought up to date"),
    Column("reconciled_at", Text, comment="when a reconcile last succeeded"),
    Column("not_before", Text, comment="the library asked for patience until then"),
    Column(
        "paused",
        Text,
        comment="why a guard stopped this library; null: it runs; empty: a person resumed it, "
        "and the guards let the next run pass",
    ),
    Column("known_as", Text, comment="what the library says it is: a type and a number, an id"),
    Column("location", Text, comment="the address or folder where it was last seen"),
    Column("called", Text, comment="its name in the configuration that it was last met with"),
    Column("adapter", Text, comment="the name of the adapter that it was last met by"),
    Column("notices", Text, comment="what it had to tell people at the last look; JSON; null: no"),
)

# The mirror: what is known of each item in a library, and of each that was removed from it.
# A deleted item keeps its row: that is the tombstone which stops it from being made again.
item = _table(
    "item",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column("version", _Big, nullable=False, comment="library version of its last change"),
    Column("state", Text, nullable=False, comment="present | trashed | deleted"),
    Column("made_by_run", Integer, comment="the run that created it; null: others did"),
    Column("collections", Text, nullable=False, comment="keys of its collections, blank-separated"),
    Column(
        "features",
        LargeBinary,
        comment="what matching compares, identifiers included; null: a note, an attachment, "
        "or deleted before it was ever seen",
    ),
    Column("parent", Text, comment="the item that it hangs below; null: a work, or deleted unseen"),
    rowid=False,
)

Index("item_by_parent", item.c.library_id, item.c.parent)

# Since when an item is in the trash or gone. It leaves when the item is back; a removal that
# syncd did not witness has no row.
removal = _table(
    "removal",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column("removed_at", Text, nullable=False, comment="as the library says, or when it was seen"),
    rowid=False,
)

Index("item_by_state", item.c.library_id, item.c.state)

# What a merge in the library said: one item stands for another, which is in the trash or gone
# since. It holds as long as the item that stays says so.
replacement = _table(
    "replacement",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("survivor_key", Text, primary_key=True, comment="the item that stays"),
    Column("item_key", Text, primary_key=True, comment="the item that it replaces"),
    rowid=False,
)
Index("replacement_by_item", replacement.c.library_id, replacement.c.item_key)

# Two items that are one work, by an identifier that both bear or by all they say; kept so that a
# library is not compared with itself at every look. Whether both are there still, `item` says.
duplicate = _table(
    "duplicate",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("one", Text, primary_key=True, comment="the item key that sorts before the other"),
    Column("other", Text, primary_key=True),
    Column(
        "kind", Text, primary_key=True, comment="of the identifier: scopus | doi | …; look: none"
    ),
    Column("value", Text, primary_key=True, comment="the identifier; empty where there is none"),
    Column("reason", Text, nullable=False, comment="why they are one work, for people"),
    rowid=False,
)
Index("duplicate_by_other", duplicate.c.library_id, duplicate.c.other)

# Works that have changed since their duplicates were looked for.
unpaired = _table(
    "unpaired",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    rowid=False,
)

# The index from an identifier to the items that bear it.
identifier = _table(
    "identifier",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("kind", Text, primary_key=True, comment="scopus | doi | pmid | …"),
    Column("value", Text, primary_key=True, comment="in its canonical spelling"),
    Column("item_key", Text, primary_key=True),
    Column(
        "alias",
        Integer,
        nullable=False,
        comment="0: read from the item. 1: learnt from a record, and known to us alone",
    ),
    rowid=False,
)

# The index from a blocking key to the items worth comparing.
block = _table(
    "block",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("block", _Big, primary_key=True, comment="64-bit hash of a few features"),
    Column("item_key", Text, primary_key=True),
    rowid=False,
)

# Records found to be an item's work although they look different from it. A further record
# joins the item only if it agrees with each of these too.
member = _table(
    "member",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column("features", LargeBinary, primary_key=True, comment="what matching compares"),
    rowid=False,
)

# DOIs found to name several works (supplements, containers): no longer evidence of identity.
shared_doi = _table(
    "shared_doi",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("doi", Text, primary_key=True),
    rowid=False,
)

# Where syncd once put an item. An item that a person took out again is not put back.
placement = _table(
    "placement",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column("kind", Text, primary_key=True, comment="collection | tag"),
    Column("value", Text, primary_key=True, comment="the collection's key, the tag's name"),
    Column("run_id", Integer, comment="the run that put it there; null: before runs were noted"),
    rowid=False,
)

# Which collection answers to a path of names that a folder asks for. A person may rename it or move
# it elsewhere; it is known by its key. The newest row of a path is the one in use.
asked_collection = _table(
    "asked_collection",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("path", Text, primary_key=True, comment="JSON list of names, as configured"),
    Column("collection_key", Text, primary_key=True),
    Column("asked_at", Text, nullable=False, comment="when it was first used for this path"),
    rowid=False,
)

# A file as dropped, known by its content: renaming or touching it changes nothing.
export = _table(
    "export",
    Column("export_id", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("size", _Big, nullable=False, comment="bytes"),
    Column("name", LargeBinary, nullable=False, comment="its last name, in the bytes of the disk"),
    Column("first_seen_at", Text, nullable=False),
)

# One row per export and place it was delivered to. A row means: all its records are in
# `record`, and what was to be sent is in `outbox` or has its outcome.
delivery = _table(
    "delivery",
    Column("export_id", ForeignKey("export.export_id"), primary_key=True),
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("folder", LargeBinary, primary_key=True, comment="the folder's path; empty: by hand"),
    Column("run_id", ForeignKey("run.run_id"), nullable=False),
    Column("delivered_at", Text, nullable=False),
    Column("unusable", Text, comment="why nothing of it could be used; null: something could"),
    Column("place", LargeBinary, comment="the directory that it lay in; null: the folder itself"),
    Column("problems", Text, comment="what was odd about it: JSON, [line or null, words] each"),
)

# One pass from inbox to outcomes.
run = _table(
    "run",
    Column("run_id", Integer, primary_key=True),
    Column("library_id", ForeignKey("library.library_id"), nullable=False),
    Column("reason", Text, nullable=False, comment="why it began: change | once | undo | …"),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text, comment="null: it was interrupted, or still goes on"),
    Column("counts", Text, nullable=False, comment="JSON: how many records by decision"),
    Column("undoes", Integer, comment="the run that this one takes back; null: none"),
)
Index("run_by_undone", run.c.undoes)

# How often a library was asked over the network, by what its server answered.
request_count = _table(
    "request_count",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("status", Text, primary_key=True, comment="of the answer; `none`: there was none"),
    Column("times", _Big, nullable=False),
    rowid=False,
)

# What was decided about each record of each export, and what became of it.
record = _table(
    "record",
    Column("record_id", Integer, primary_key=True),
    Column("run_id", ForeignKey("run.run_id"), nullable=False),
    Column("library_id", ForeignKey("library.library_id"), nullable=False),
    Column("export_id", ForeignKey("export.export_id"), nullable=False),
    Column("file", Text, nullable=False, comment="the export's name as shown to people"),
    Column("position", Integer, nullable=False, comment="index in the export, from 1"),
    Column("line", Integer, nullable=False, comment="line of the export where it starts"),
    Column("source_id", Text, comment="the RIS ID tag, if any"),
    Column("source", Text, nullable=False, comment="which database wrote it"),
    Column("decision", Text, nullable=False, comment="create | skip | collect | … (plan.Decision)"),
    Column("reason", Text, nullable=False, comment="why, in a sentence for people"),
    Column("evidence", Text, nullable=False, comment="JSON list: what spoke for and against"),
    Column("pointers", Text, nullable=False, comment="JSON: duplicate_of and candidates"),
    Column("identity", Text, nullable=False, comment="JSON: the record's identifiers"),
    Column("item_key", Text, comment="the item it became or was found to be"),
    Column("outcome", Text, comment="accepted | unchanged | refused | pending; null: nothing sent"),
    Column("error", Text, comment="the library's words, when it refused"),
    Column("entry", LargeBinary, comment="the entry as written, packed: nothing is ever lost"),
    Column(
        "exported_at",
        Text,
        comment="of when the export is: a day, or an instant; after `<`: no newer",
    ),
    Column(
        "title", Text, comment="what it calls itself; null: unknown, or before titles were kept"
    ),
)
Index("record_by_item", record.c.library_id, record.c.item_key)
Index("record_by_run", record.c.run_id)
Index("record_by_export", record.c.export_id)

# What records are found by when a person looks for them: little beside a whole record, so that all
# of it can be gone through.
search_text = _table(
    "search_text",
    Column("record_id", ForeignKey("record.record_id"), primary_key=True),
    Column("library_id", ForeignKey("library.library_id"), nullable=False),
    Column("text", Text, nullable=False, comment="the folded title; below it, each identifier"),
)

# One row per operation we have promised to carry out. A row is written in the same
# transaction as the reason for it, before anything is sent, and leaves only with an outcome.
# After a crash, rows in state 'sent' are those whose fate must be looked up in the library.
outbox = _table(
    "outbox",
    Column("operation_id", Integer, primary_key=True, comment="the order of sending"),
    Column("library_id", ForeignKey("library.library_id"), nullable=False),
    Column("run_id", ForeignKey("run.run_id"), nullable=False),
    Column("record_id", ForeignKey("record.record_id"), comment="null: a collection"),
    Column("kind", Text, nullable=False, comment="create | collect | restore | trash | …"),
    Column("item_key", Text, nullable=False, comment="minted while planning; the idempotency key"),
    Column("ordinal", Integer, nullable=False, comment="which key of the series that one is"),
    Column("base_version", _Big, comment="the item's version at planning; null for create"),
    Column(
        "planned_version",
        _Big,
        nullable=False,
        comment="the mirror's cursor when this was decided; older than the library's "
        "foreign_version: decide again before sending",
    ),
    Column("mapping", Integer, nullable=False, comment="version of the mapping that made it"),
    Column("reason", Text, nullable=False, comment="shown by `syncd explain`"),
    Column("attempts", Integer, nullable=False, comment="how often the library sent it back"),
    Column("state", Text, nullable=False, comment="planned | sent"),
    Column("owner", Text, comment="the process that sent it, by a name of its own choice"),
    Column("sent_at", Text, comment="when it was last sent; null: it is not under way"),
    Column(
        "note",
        Text,
        comment="what a library that gives its own keys needs to find what was sent to it",
    ),
    Column(
        "set_back_at",
        Text,
        comment="when it was last sent for nothing, so that it goes behind all others; null: never",
    ),
    Column(
        "phase",
        Integer,
        nullable=False,
        comment="when its turn is: 0, a collection, before all others; 2, a file, after them; 1",
    ),
)
Index(
    "outbox_by_library",
    *(outbox.c.library_id, outbox.c.state, outbox.c.phase, outbox.c.operation_id),
)
Index("outbox_by_item", outbox.c.library_id, outbox.c.item_key)

# What is written once for an operation of the outbox and is large. It lies apart, because what
# becomes of the operation is written again and again, and looked through to find the next ones.
outbox_content = _table(
    "outbox_content",
    Column("operation_id", ForeignKey("outbox.operation_id"), primary_key=True),
    Column("library_id", ForeignKey("library.library_id"), nullable=False),
    Column(
        "payload",
        Text,
        nullable=False,
        comment="what is sent, as JSON; with an attachment, the file that it is to hold",
    ),
    Column(
        "offer",
        Text,
        comment="JSON: what an update was decided from, to decide it again; null for all others",
    ),
    Column("before", Text, comment="JSON: the properties it changes, as read before it was sent"),
    Column(
        "features",
        LargeBinary,
        comment="what matching compares of the work to be made, as `item` will hold it; null: it "
        "makes none, or the item is to be asked",
    ),
)

# One row per operation that has its outcome, in the order in which they came: what a run did,
# and what it takes to take it back.
done = _table(
    "done",
    Column("done_id", Integer, primary_key=True, comment="the order of outcomes"),
    Column("library_id", ForeignKey("library.library_id"), nullable=False),
    Column("run_id", ForeignKey("run.run_id"), nullable=False),
    Column("record_id", ForeignKey("record.record_id"), comment="null: a collection"),
    Column("kind", Text, nullable=False, comment="as in `outbox`"),
    Column("item_key", Text, nullable=False),
    Column("outcome", Text, nullable=False, comment="accepted | unchanged | refused"),
    Column("version", _Big, comment="the item's version afterwards; null: it was refused"),
    Column(
        "written",
        LargeBinary,
        nullable=False,
        comment="what was sent, as JSON; an older syncd deflated it",
    ),
    Column(
        "before",
        Text,
        comment="JSON: the item's state, version and collections in the mirror until then, and "
        "in `data` those of its properties that were changed; null: there was none",
    ),
    Column("done_at", Text, nullable=False),
    Column("base_version", _Big, comment="the item's version at planning; null for create"),
)
Index("done_by_item", done.c.library_id, done.c.item_key)
Index("done_by_run", done.c.run_id)

# What syncd last wrote to each item that it made, as the library took it. What differs from it
# since was changed by somebody else, and belongs to them.
base = _table(
    "base",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column("version", _Big, nullable=False, comment="the item's version when it was written"),
    Column(
        "data",
        LargeBinary,
        comment="the item's data, as packed JSON; null: what `done` says that it was made of",
    ),
    Column("run_id", ForeignKey("run.run_id"), nullable=False),
    rowid=False,
)

# Which source gave an item its fields, and of when its export is. Nobody else may move them. Of an
# item that others made, the fields that syncd filled: what a person empties there stays empty.
field_source = _table(
    "field_source",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column(
        "sources",
        Text,
        nullable=False,
        comment="JSON: field (`*`: all others) to its source and the date of the export",
    ),
    rowid=False,
)

# A value that an undo took out of a field of an item: it is not written there again by itself.
taken_back = _table(
    "taken_back",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("digest", Text, primary_key=True, comment="SHA-256 of the value as JSON"),
    Column("run_id", ForeignKey("run.run_id"), nullable=False),
    rowid=False,
)

# What waits for a person: one row per question, however many records ask it.
hold = _table(
    "hold",
    Column("hold_id", Integer, primary_key=True),
    Column("library_id", ForeignKey("library.library_id"), nullable=False),
    Column("record_id", ForeignKey("record.record_id"), nullable=False),
    Column("kind", Text, nullable=False, comment="identity | unfinished | refused | twin | fields"),
    Column("question", Text, nullable=False, comment="fingerprint: the same question joins it"),
    Column("reason", Text, nullable=False, comment="what is asked, in a sentence for people"),
    Column("payload", Text, nullable=False, comment="JSON: item, notes and place if it is created"),
    Column("held_at", Text, nullable=False),
    Column(
        "answer",
        Text,
        comment="accept | create | skip | retry | drop | mine | theirs; undone: its run was taken "
        "back; null: it waits",
    ),
    Column("answered_at", Text),
    UniqueConstraint("library_id", "question"),
)
Index("hold_by_answer", hold.c.answer, hold.c.hold_id)
Index("hold_by_library", hold.c.library_id, hold.c.answer)

# What a person said about two works, for good: each named by its item key where it is in the
# library, else by its fingerprint. `one` sorts before `other`; it is empty where a person left out
# the work named in `other`.
answer = _table(
    "answer",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("one", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("verdict", Text, nullable=False, comment="same | different | left out"),
    Column("answered_at", Text, nullable=False),
    rowid=False,
)

# Which work an answer means by a fingerprint: enough to know it again when it comes with other
# words, or when another version of syncd makes another fingerprint of it.
answered_work = _table(
    "answered_work",
    Column("library_id", ForeignKey("library.library_id"), primary_key=True),
    Column("name", Text, primary_key=True, comment="the fingerprint that stands in `answer`"),
    Column("citation", Text, nullable=False, comment="JSON: what matching compares of it"),
    rowid=False,
)
