"""An entry becomes a record: common meaning of the tags here, habits of each source in its room.

To add a source, write a module that declares a `Source` and give it a line in `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from syncd.errors import InputError
from syncd.formats.ris import Entry
from syncd.formats.sources.cochrane import COCHRANE
from syncd.formats.sources.dimensions import DIMENSIONS
from syncd.formats.sources.draft import Draft
from syncd.formats.sources.ebsco import EBSCO
from syncd.formats.sources.embase import EMBASE
from syncd.formats.sources.endnote import ENDNOTE
from syncd.formats.sources.generic import GENERIC, fill_records, names_a_work
from syncd.formats.sources.google_scholar import GOOGLE_SCHOLAR
from syncd.formats.sources.ieee import IEEE
from syncd.formats.sources.item_types import fill_item_type
from syncd.formats.sources.ovid import OVID
from syncd.formats.sources.own import OWN
from syncd.formats.sources.procite import PROCITE
from syncd.formats.sources.proquest import PROQUEST
from syncd.formats.sources.pubmed import PUBMED
from syncd.formats.sources.pure import PURE, PURE_BY_ITS_TAGS
from syncd.formats.sources.scopus import SCOPUS
from syncd.formats.sources.size import too_large
from syncd.formats.sources.source import Source
from syncd.formats.sources.web_of_science import WEB_OF_SCIENCE
from syncd.record import Record

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
    PURE_BY_ITS_TAGS,
    PROCITE,
    ENDNOTE,
)
"""Asked in this order; the first that recognises an entry reads it."""


_NO_WORK = "no title, no people, no container and no identifier: the entry names no work"


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
    return [_finish(draft, file) if isinstance(draft, Draft) else draft for draft in drafts]


def _finish(draft: Draft, file: str) -> Record | InputError:
    if draft.source.read is None and not names_a_work(draft):
        return InputError(_NO_WORK, line=draft.entry.line)
    return draft.finish(file)


def _begin(entry: Entry) -> Draft | InputError:
    if (refused := too_large(entry)) is not None:
        return refused
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
