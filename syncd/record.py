"""The values that every other room speaks in: what an entry says, and what a work is known by.

ENTRY      what stands between TY and ER, as written (room `ris`)
RECORD     what we understood an entry to say, in Zotero's vocabulary but for no schema yet
IDENTITY   a record's comparable identifiers together, each in its one canonical spelling
CITATION   the few facts by which people, and `matching`, tell two works apart
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, NewType

Doi = NewType("Doi", str)
"""Bare and lower-cased: `10.1038/nrd3626`."""

Eid = NewType("Eid", str)
"""A Scopus accession number, always whole: `2-s2.0-84857789296`."""

ItemKey = NewType("ItemKey", str)
"""The eight characters by which a library knows an item."""


class Identity(NamedTuple):
    """A record's comparable identifiers; canonical spellings only, absent ones None or empty."""

    scopus: Eid | None = None
    doi: Doi | None = None
    pmid: str | None = None
    pmcid: str | None = None
    arxiv: str | None = None
    wos: str | None = None
    embase: str | None = None
    central: str | None = None
    isbn: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield (kind, value) for each identifier that names a work; an ISSN names a journal."""
        for kind, value in zip(_KINDS, self[:8], strict=True):
            if value is not None:
                yield kind, value
        for value in self.isbn:
            yield "isbn", value


_KINDS = ("scopus", "doi", "pmid", "pmcid", "arxiv", "wos", "embase", "central")
"""The identifiers of which a work has one, in their order in `Identity`."""

NO_IDENTITY = Identity()


class Person(NamedTuple):
    """A creator: either `family` and `given`, or `name` alone for a group or a single name.

    `role` is a Zotero creator type (`author`, `editor`, …), not yet checked against a schema.
    """

    role: str
    family: str = ""
    given: str = ""
    name: str = ""


class Keyword(NamedTuple):
    """A tag to be; `automatic` when the database assigned it rather than a person."""

    name: str
    automatic: bool = False


class Note(NamedTuple):
    """Text that may become a child note. `kind` is what `[notes] keep` chooses by."""

    kind: str
    html: str


KEPT_NOTES = ("funding", "other")
"""The kinds of note that become child notes unless the operator says otherwise."""


class Link(NamedTuple):
    """A file or address that belongs to the work beside its own url (L1-L4, further UR)."""

    target: str
    title: str = ""


UNKNOWN_SOURCE = "generic"
"""What stands for the source of a record that no source claims as its own."""


class Origin(NamedTuple):
    """Where a record stands: `index` counts from 1 in the file, `line` is where it starts.

    `title` is what it calls itself, for people.
    """

    file: str
    index: int  # type: ignore[assignment]  # rather this than what tuples call so
    line: int
    source_id: str | None = None
    source: str = UNKNOWN_SOURCE
    title: str | None = None


class Provenance(NamedTuple):
    """Which database said something, and of when its export is.

    `exported_at` is a day where the export says one, else the instant at which its file was last
    written; both in ISO 8601, UTC. After a `<` it is no newer than that.
    """

    source: str
    exported_at: str


class CarriedKey(NamedTuple):
    """An item key, and the library that it is said to be of (`users/1`), if any is named."""

    key: str
    library: str | None = None


class Record(NamedTuple):
    """What we understood one entry to say.

    `fields` maps Zotero field names to text; `item` moves what a schema lacks into `extra`.
    `extra` holds (label, value) lines. `unused` holds, by tag, the values nothing was made of.
    `is_unfinished` says that the export ends inside the entry: no work is made of that unasked.
    """

    origin: Origin
    item_type: str
    fields: Mapping[str, str]
    creators: tuple[Person, ...] = ()
    tags: tuple[Keyword, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
    identity: Identity = NO_IDENTITY
    warnings: tuple[str, ...] = ()
    unused: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    is_unfinished: bool = False
    exported_on: str = ""
    """The day on which the database wrote the export, where it says so; ISO 8601."""


class Details(NamedTuple):
    """What tells works apart that title, people, year and place do not; empty where unknown.

    `number` is a patent's, report's, bill's, docket's or episode's; `part` one of its parts.
    `edition` is a version too. `day` is month and day of the date. `trials` are the numbers of a
    register of trials, wherever they stood. `record` is a digest of all that a record says: two
    that have it in common are one record, met twice.
    """

    number: str = ""
    part: str = ""
    edition: str = ""
    day: str = ""
    address: str = ""
    trials: tuple[str, ...] = ()
    language: str = ""
    translators: tuple[str, ...] = ()
    publisher: str = ""
    event: str = ""
    record: str = ""


NO_DETAILS = Details()


class Citation(NamedTuple):
    """What `matching` compares: the same shape for a record and for an item in a library.

    `authors` are `Family, Given` or a group's name, in order; `year` is None when unknown.
    """

    item_type: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    identity: Identity = NO_IDENTITY
    details: Details = NO_DETAILS
    document_type: str = ""
    """What a database calls it, where that says more than the item type: `Published Erratum`."""
