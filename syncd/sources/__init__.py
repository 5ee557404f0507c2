"""An entry becomes a record: common meaning of the tags here, habits of each source in its room.

To add a source, write a module that declares a `Source` and give it a line in `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from syncd.errors import InputError
from syncd.record import Record
from syncd.ris import Entry
from syncd.sources.cochrane import COCHRANE
from syncd.sources.dimensions import DIMENSIONS
from syncd.sources.draft import Draft
from syncd.sources.ebsco import EBSCO
from syncd.sources.embase import EMBASE
from syncd.sources.endnote import ENDNOTE
from syncd.sources.generic import GENERIC, fill_records
from syncd.sources.google_scholar import GOOGLE_SCHOLAR
from syncd.sources.ieee import IEEE
from syncd.sources.item_types import fill_item_type
from syncd.sources.ovid import OVID
from syncd.sources.own import OWN
from syncd.sources.procite import PROCITE
from syncd.sources.proquest import PROQUEST
from syncd.sources.pubmed import PUBMED
from syncd.sources.pure import PURE
from syncd.sources.scopus import SCOPUS
from syncd.sources.source import Source
from syncd.sources.web_of_science import WEB_OF_SCIENCE

__all__ = ["SOURCES", "Source", "read_record", "read_records"]

SOURCES = (
    OWN,
    GOOGLE_SCHOLAR,
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
    PROCITE,
    ENDNOTE,
)
"""Asked in this order; the first that recognises an entry reads it."""


def read_record(entry: Entry, file: str) -> Record:
    """Return what an entry says.

    Raises `InputError`, with its line, for an entry that holds nothing but its type.
    """
    [read] = read_records([entry], file)
    if isinstance(read, InputError):
        raise read
    return read


def read_records(entries: Sequence[Entry], file: str) -> list[Record | InputError]:
    """Return, for each of a few entries of a file, what it says, or why it says nothing.

    All are taken through one step before the next: what a step needs, code and tables, is then at
    hand in the processor, which halves the time. A dozen entries or two are best.
    """
    drafts = [_begin(entry) for entry in entries]
    usable = [draft for draft in drafts if isinstance(draft, Draft)]
    for draft in usable:
        draft.source = find_source(draft)
    common = [draft for draft in usable if not draft.source.read]
    for draft in common:
        fill_item_type(draft)
    for draft in common:
        draft.source.prepare(draft)
    fill_records(common)
    for draft in usable:
        if draft.source.read:
            draft.source.read(draft)
    return [draft.finish(file) if isinstance(draft, Draft) else draft for draft in drafts]


def _begin(entry: Entry) -> Draft | InputError:
    draft = Draft(entry)
    if draft.tags:
        return draft
    return InputError("the entry holds nothing but its type", line=entry.line)


def find_source(draft: Draft) -> Source:
    """Return the source that recognises an entry as its own, or the generic one."""
    tags = draft.tags
    for source in _marked_by(tuple(tags)):
        if source.recognise(tags):
            return source
    return GENERIC


@lru_cache(maxsize=4096)
def _marked_by(tags: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(source for source in SOURCES if not source.marks.isdisjoint(tags))
