"""An entry becomes a record: common meaning of the tags here, habits of each source in its room.

To add a source, write a module that declares a `Source` and give it a line in `SOURCES`.
"""

from __future__ import annotations

from syncd.errors import InputError
from syncd.record import Record
from syncd.ris import Entry
from syncd.sources.cochrane import COCHRANE
from syncd.sources.dimensions import DIMENSIONS
from syncd.sources.draft import Draft
from syncd.sources.ebsco import EBSCO
from syncd.sources.embase import EMBASE
from syncd.sources.endnote import ENDNOTE
from syncd.sources.generic import GENERIC, fill_record
from syncd.sources.google_scholar import GOOGLE_SCHOLAR
from syncd.sources.ieee import IEEE
from syncd.sources.item_types import kind_of
from syncd.sources.ovid import OVID
from syncd.sources.own import OWN
from syncd.sources.proquest import PROQUEST
from syncd.sources.pubmed import PUBMED
from syncd.sources.pure import PURE
from syncd.sources.scopus import SCOPUS
from syncd.sources.source import Source
from syncd.sources.web_of_science import WEB_OF_SCIENCE

__all__ = ["SOURCES", "Source", "read_record"]

SOURCES = (
    OWN,
    PURE,
    SCOPUS,
    WEB_OF_SCIENCE,
    OVID,
    EBSCO,
    PROQUEST,
    EMBASE,
    COCHRANE,
    DIMENSIONS,
    IEEE,
    PUBMED,
    GOOGLE_SCHOLAR,
    ENDNOTE,
)
"""Asked in this order; the first that recognises an entry reads it."""


def read_record(entry: Entry, file: str) -> Record:
    """Return what an entry says.

    Raises `InputError`, with its line, for an entry that holds nothing but its type.
    """
    draft = Draft(entry)
    type_tags = draft.take("TY")
    draft.type_tag = type_tags[0].strip().upper() if type_tags else ""
    if not draft.tags:
        raise InputError("the entry holds nothing but its type", line=entry.line)
    draft.source = find_source(draft)
    if draft.source.read:
        draft.source.read(draft)
    else:
        _read_by_steps(draft)
    return draft.finish(file)


def _read_by_steps(draft: Draft) -> None:
    kind = kind_of(draft)
    draft.item_type = kind.item_type
    if not kind.certain:
        said = f"type {draft.type_tag} is unknown" if draft.type_tag else "there is no type"
        draft.warn(f"{said}: taken for a {kind.item_type}")
    draft.source.prepare(draft)
    fill_record(draft, kind.genre)
    if "title" not in draft.fields:
        draft.warn("there is no title")


def find_source(draft: Draft) -> Source:
    """Return the source that recognises an entry as its own, or the generic one."""
    tags = draft.tags
    for source in SOURCES:
        if source.recognise(tags):
            return source
    return GENERIC
