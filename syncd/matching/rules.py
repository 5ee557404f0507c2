"""What a rule is, and the questions that rules of both tables ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from syncd.matching.comparison import Comparison
from syncd.matching.kinds import Kind
from syncd.matching.people import Authors
from syncd.matching.titles import Marker
from syncd.matching.values import Doubt, Verdict

SAME, DIFFERENT, UNDECIDED = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNDECIDED


OF_RECORDS = frozenset(("scopus", "wos"))
"""Accession numbers of databases that keep one record of a work."""


class Rule(NamedTuple):
    """One row of a table: the verdict where `holds`, the reason for people, and its cases.

    `cases` are the codes of the project's table of conflicts; `doubt` belongs to UNDECIDED.
    """

    cases: str
    verdict: Verdict
    holds: Callable[[Comparison], bool]
    reason: str
    doubt: Doubt | None = None


def always(_: Comparison) -> bool:
    """Hold for every pair: the last row of a table."""
    return True


def is_equal(it: Comparison) -> bool:
    """Nothing that is compared differs, identifiers apart."""
    return it.equal


# --- the check


def passes_check(it: Comparison) -> bool:
    """Titles alike and no number differs, unless all the rest of the citation is equal."""
    if is_same_citation(it):
        return True
    return it.alike and not it.title.other_numbers and not is_generic_elsewhere(it)


def passes_check_and_place(it: Comparison) -> bool:
    """A DOI shared by a supplement's abstracts must not join two of them that sound alike."""
    if it.contradictions > 1 and not it.years_agree:
        return False
    return passes_check(it) and not (it.title.other_words and it.page is False)


def is_same_citation(it: Comparison) -> bool:
    """All of a citation but the title is equal: the title was translated, cut or mistyped."""
    if not it.same_pages or not _may_be_by_the_same(it) or it.issue is False:
        return False
    if it.title.other_numbers and (it.title.other_part or not it.same_article_pages):
        return False
    if it.alike or it.title.contained or (it.title.preceded and it.same_article_pages):
        return True
    if not it.translated or Authors.SHARED <= it.authors <= Authors.CUT:
        return False
    return it.related or (it.same_article_pages and _is_hardly_chance(it))


def _may_be_by_the_same(it: Comparison) -> bool:
    """Under one identifier, names in another script need not be compared."""
    return it.same_first_author or (it.authors is Authors.UNKNOWN and bool(it.same_ids))


def _is_hardly_chance(it: Comparison) -> bool:
    """One author's works in two issues may fill equal pages; a team's, or in one issue, do not."""
    return it.issue is True or (len(it.one.authors) > 1 and it.authors is Authors.SAME)


def is_generic_elsewhere(it: Comparison) -> bool:
    """A title that many works bear, in another place or year."""
    return it.generic and (it.contradictions > 0 or it.years_apart not in (0, None))


def titles_part_ways(it: Comparison) -> bool:
    """A number or a telling word sets the titles apart; a stray footnote number does not."""
    if it.title.other_part:
        return True
    if it.title.number_missing and it.exact and it.telling and it.volume is True:
        return False
    return it.title.other_numbers or it.title.other_words


# --- markers and kinds

_OF_ANOTHER_WORK = ~Marker.RETRACTION


def marked_as_another(it: Comparison) -> bool:
    """Only one is an erratum, a reply, a comment, a supplement or a review."""
    return bool(it.markers & _OF_ANOTHER_WORK)


def marked_as_retracted(it: Comparison) -> bool:
    """Only one says that it is retracted; the rest may be the same."""
    agrees = it.author_in_common or bool(it.same_ids) or it.same_place
    return _is_retraction(it) and agrees and (it.alike or is_same_citation(it))


def retracts_another(it: Comparison) -> bool:
    """One is the retraction of a third work."""
    return _is_retraction(it) and not it.same_ids


def _is_retraction(it: Comparison) -> bool:
    return bool(it.markers & Marker.RETRACTION)


def is_book_and_part(it: Comparison) -> bool:
    """A whole book and something in it."""
    return it.kinds == {Kind.BOOK, Kind.PART}


def are_two_parts(it: Comparison) -> bool:
    """Two chapters under different titles."""
    return it.kinds == {Kind.PART} and it.has_titles and not it.alike and not is_same_citation(it)


def is_preprint_and_publication(it: Comparison) -> bool:
    """A preprint and something published, without a DOI in common."""
    same_doi = "doi" in it.same_ids or it.shared_doi
    return Kind.PREPRINT in it.kinds and len(it.kinds) == 2 and not same_doi


def is_meeting_and_journal(it: Comparison) -> bool:
    """A conference paper and a journal article that do not stand in one place."""
    mixed = it.kinds == {Kind.CONFERENCE, Kind.ARTICLE}
    return mixed and it.container is not True and not it.same_place


def agree_under_shared_doi(it: Comparison) -> bool:
    """The check would let the DOI in common decide, were it not shared."""
    other = marked_as_another(it) or is_book_and_part(it)
    return it.shared_doi and not other and passes_check_and_place(it)
