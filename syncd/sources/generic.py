"""What the tags mean where nobody has habits of their own: the steps that make every record."""

from __future__ import annotations

from syncd.sources.addresses import add_links, fill_address
from syncd.sources.content import (
    add_keywords,
    fill_abstract,
    fill_event_place,
    fill_kind,
)
from syncd.sources.dates import fill_access_date, fill_date, fill_filing_date
from syncd.sources.draft import Draft
from syncd.sources.fields import add_labelled_lines, fill_plain_fields, has_archive
from syncd.sources.identifiers import (
    fill_citation_key,
    fill_doi,
    read_accession_number,
    read_pubmed_links,
    read_user_fields,
    write_identifiers,
)
from syncd.sources.notes import add_notes
from syncd.sources.numbers import fill_pages, fill_serial_numbers
from syncd.sources.people import add_people
from syncd.sources.source import Source
from syncd.sources.titles import fill_titles


def _never(_: object) -> bool:
    return False


GENERIC = Source("generic", _never)
"""The source of entries that no other recognises."""


def fill_record(draft: Draft, genre: str) -> None:
    """Run the common steps; each takes the tags it understands, in this order."""
    if "T3" in draft.tags:
        read_pubmed_links(draft)
    fill_titles(draft)
    add_people(draft)
    read_accession_number(draft)
    read_user_fields(draft)
    fill_address(draft)
    add_links(draft)
    fill_doi(draft)
    fill_date(draft)
    fill_access_date(draft)
    fill_kind(draft, genre)
    if draft.item_type == "conferencePaper":
        fill_event_place(draft)
    elif draft.item_type == "patent":
        fill_filing_date(draft)
    fill_plain_fields(draft)
    fill_pages(draft)
    fill_serial_numbers(draft)
    fill_abstract(draft)
    add_keywords(draft)
    add_notes(draft)
    add_labelled_lines(draft)
    draft.source.complete(draft)
    fill_issue_from_m1(draft)
    fill_citation_key(draft)
    write_identifiers(draft)
    _fill_catalog(draft)


def fill_issue_from_m1(draft: Draft) -> None:
    """Use M1 as the issue of an article that has none; elsewhere it is a line of its own."""
    for tag in ("M1", "M2"):
        for value in draft.take(tag):
            if tag == "M1" and draft.item_type == "journalArticle" and draft.fill("issue", value):
                continue
            draft.add_extra("", value)


def _fill_catalog(draft: Draft) -> None:
    """Say where the record was found: what has a Scopus number was found there."""
    catalog = "Scopus" if "scopus" in draft.identifiers else draft.source.catalog
    if catalog and has_archive(draft.item_type):
        draft.fields.setdefault("libraryCatalog", catalog)
