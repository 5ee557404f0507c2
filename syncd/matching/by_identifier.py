"""The rules for two works that have an identifier in common; the first that holds decides.

No identifier is acted on without the check: it may have been mistyped, copied into the wrong
field, or name a supplement, a book or an erratum besides the work.
"""

from __future__ import annotations

from syncd.matching.comparison import Comparison
from syncd.matching.people import Authors
from syncd.matching.rules import (
    DIFFERENT,
    SAME,
    UNDECIDED,
    Rule,
    always,
    are_two_parts,
    is_book_and_part,
    is_generic_elsewhere,
    is_preprint_and_publication,
    passes_check,
    passes_check_and_place,
)
from syncd.matching.values import Doubt

_IDS = Doubt.IDENTIFIERS


def _equal_to_the_doi(it: Comparison) -> bool:
    return it.equal and not it.other_doi


def _other_doi_and_title(it: Comparison) -> bool:
    return it.other_doi and not (it.same_title and passes_check(it))


def _other_doi_and_place(it: Comparison) -> bool:
    return it.other_doi and not it.same_place and it.contradictions > 0


def _strangers(it: Comparison) -> bool:
    return it.has_titles and not it.related and it.other_first_author


def _translated(it: Comparison) -> bool:
    people = it.authors >= Authors.CUT or it.authors is Authors.UNKNOWN
    return it.same_article_pages and people and it.issue is not False and not it.title.other_part


BY_ACCESSION_NUMBER = (
    Rule("C34", SAME, _equal_to_the_doi,
         "equal in every field compared, and in the accession number"),
    Rule("C14", UNDECIDED, _other_doi_and_title,
         "same accession number, but DOI and title differ: an identifier is wrong", _IDS),
    Rule("C14", UNDECIDED, _other_doi_and_place,
         "same accession number, but DOI and place differ: an identifier is wrong", _IDS),
    Rule("C01 C06 C13", SAME, passes_check,
         "same accession number, and the titles agree"),
    Rule("C01", SAME, _translated,
         "same accession number, people and pages: the title is translated"),
    Rule("C02", UNDECIDED, _strangers,
         "same accession number, but title and first author differ", _IDS),
    Rule("C02", UNDECIDED, always,
         "same accession number, but the titles differ", _IDS),
)  # fmt: skip


def _other_doi(it: Comparison) -> bool:
    return it.other_doi and not (it.same_title and it.same_place)


def _doi_of_two_works(it: Comparison) -> bool:
    strange = it.other_first_author or it.page is False
    return "doi" in it.same_ids and it.has_titles and not it.related and strange


def _generic_in_two_places(it: Comparison) -> bool:
    return is_generic_elsewhere(it) and it.contradictions > 1


def _related(it: Comparison) -> bool:
    return it.related


BY_IDENTIFIER = (
    Rule("C34", SAME, _equal_to_the_doi,
         "equal in every field compared, and in an identifier"),
    Rule("C15 C16", DIFFERENT, is_book_and_part,
         "a book and a part of it"),
    Rule("C17", DIFFERENT, are_two_parts,
         "two parts of one book"),
    Rule("C30", DIFFERENT, is_preprint_and_publication,
         "a preprint and the published version"),
    Rule("", UNDECIDED, _other_doi,
         "an identifier in common, but the DOIs differ", _IDS),
    Rule("C07 C09 C10", SAME, passes_check_and_place,
         "same identifier, and the titles agree"),
    Rule("C11", DIFFERENT, _doi_of_two_works,
         "same DOI, but title and first author or page differ: it names several works"),
    Rule("C27", DIFFERENT, _generic_in_two_places,
         "same identifier under a title that many works bear, in another place"),
    Rule("C12", UNDECIDED, _related,
         "same identifier, but the titles differ in words or numbers", _IDS),
    Rule("", UNDECIDED, always,
         "same identifier, but the titles have little in common", _IDS),
)  # fmt: skip
