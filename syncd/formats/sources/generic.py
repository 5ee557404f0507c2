"""What the tags mean where nobody has habits of their own: the steps that make every record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from syncd.formats.sources.addresses import add_links, fill_address
from syncd.formats.sources.content import (
    add_keywords,
    fill_abstract,
    fill_kind,
    fill_place,
)
from syncd.formats.sources.dating import fill_access_date, fill_date, fill_filing_date
from syncd.formats.sources.draft import NO_TITLES, Draft
from syncd.formats.sources.fields import add_labelled_lines, fill_plain_fields, has_archive
from syncd.formats.sources.identifiers import (
    fill_citation_key,
    fill_doi,
    read_accession_number,
    read_pubmed_links,
    read_user_fields,
    write_identifiers,
)
from syncd.formats.sources.issues import fill_issue_from_m1, take_article_numbers
from syncd.formats.sources.item_types import fill_genre
from syncd.formats.sources.notes import add_notes
from syncd.formats.sources.numbers import fill_serial_numbers
from syncd.formats.sources.numbers_beside import add_numbers_beside
from syncd.formats.sources.pages import fill_pages
from syncd.formats.sources.people import add_people
from syncd.formats.sources.placeholders import PLACEHOLDER_TAGS, leave_placeholders
from syncd.formats.sources.self_named import SELF_NAMED_TAGS, read_self_named
from syncd.formats.sources.source import Source
from syncd.formats.sources.titles import fill_titles


def _never(_: object) -> bool:
    return False


GENERIC = Source("generic", frozenset(), _never)
"""The source of entries that no other recognises."""


def _complete(draft: Draft) -> None:
    draft.source.complete(draft)


def _fill_catalog(draft: Draft) -> None:
    """Say where the record was found: what has a Scopus number was found there."""
    catalog = "Scopus" if "scopus" in draft.identifiers else draft.source.catalog
    if catalog and has_archive(draft.item_type):
        draft.fields.setdefault("libraryCatalog", catalog)


_NAMING = frozenset(
    """abstractNote code conferenceName journalAbbreviation number publicationTitle reporter series
    seriesTitle shortTitle url""".split()
)
"""Fields beside the title of which each tells what the work is, or what holds it."""


def names_a_work(draft: Draft) -> bool:
    """Tell whether there is anything by which people could know the work.

    Words about it will do: an abstract, or a note.
    """
    fields = draft.fields
    if draft.creators or fields.get("title", "null") not in NO_TITLES:
        return True
    known = draft.identifiers or draft.issns or draft.isbns or draft.links
    if known or not _NAMING.isdisjoint(fields):
        return True
    return any(note.kind == "other" for note in draft.notes)


def _miss_title(draft: Draft) -> None:
    if "title" not in draft.fields:
        draft.warn("there is no title")


_Step = Callable[[Draft], None]
_ANY: frozenset[str] | None = None

_STEPS: tuple[tuple[_Step, frozenset[str] | None], ...] = (
    (leave_placeholders, PLACEHOLDER_TAGS),
    (read_pubmed_links, frozenset(["T3"])),
    (read_self_named, SELF_NAMED_TAGS),
    (fill_titles, _ANY),
    (add_people, frozenset(["A1", "A2", "A3", "A4", "AU", "C1", "C2", "C4", "CA", "ED"])),
    (read_accession_number, frozenset(["AN"])),
    (read_user_fields, frozenset(["C2", "C6", "U1", "U2", "U3", "U4", "U5"])),
    (fill_address, frozenset(["L5", "LK", "LL", "UR"])),
    (add_links, frozenset(["L1", "L2", "L3", "L4"])),
    (fill_doi, _ANY),
    (fill_date, frozenset(["C2", "DA", "PY", "Y1", "YR"])),
    (fill_access_date, frozenset(["M1", "RD", "VL", "Y2"])),
    (fill_kind, frozenset(["M3"])),
    (fill_place, frozenset(["C1", "CY", "PI", "PP"])),
    (fill_filing_date, frozenset(["C1", "FD"])),
    (fill_pages, frozenset(["C7", "EP", "SP"])),
    (fill_serial_numbers, frozenset(["BN", "SN"])),
    (take_article_numbers, frozenset(["IP", "IS"])),
    (fill_plain_fields, _ANY),
    (fill_abstract, frozenset(["AB", "N2"])),
    (add_keywords, frozenset(["KW"])),
    (add_notes, frozenset(["N1", "NO", "RN"])),
    (add_labelled_lines, frozenset(["ET", "MA", "NV", "OP", "RI", "SE", "SV", "TA", "TT"])),
    (fill_genre, _ANY),
    (_complete, _ANY),
    (fill_issue_from_m1, frozenset(["M1", "M2"])),
    (add_numbers_beside, _ANY),
    (fill_citation_key, frozenset(["ID", "LB"])),
    (write_identifiers, _ANY),
    (_fill_catalog, _ANY),
    (_miss_title, _ANY),
)
"""The common steps in their order, with the tags they take; a step without any is left out."""


@lru_cache(maxsize=4096)
def _steps_for(tags: tuple[str, ...]) -> frozenset[_Step]:
    """Choose the steps for an entry by its tags: the entries of an export are much alike."""
    return frozenset(step for step, taken in _STEPS if taken is None or not taken.isdisjoint(tags))


def fill_records(drafts: Sequence[Draft]) -> None:
    """Run the common steps, each over all drafts; it takes the tags it understands."""
    alike: dict[frozenset[_Step], list[Draft]] = {}
    for draft in drafts:
        alike.setdefault(_steps_for(tuple(draft.tags)), []).append(draft)
    for step, _ in _STEPS:
        for steps, concerned in alike.items():
            if step in steps:
                for draft in concerned:
                    step(draft)
