"""The verdict on two works, as two tables of rules: the first that applies decides.

BY IDENTIFIER  an identifier in common is acted on only after the check: titles alike, the same
               markers, the same numbers. Whoever fails it is another work, or is asked about.
BY LOOK        without one, metadata may decide (evidence E5): the title, an author in common, and
               the place where the work stands.

The codes in a rule's `cases` are those of the project's conflict table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from syncd.matching.comparison import Comparison, compare
from syncd.matching.features import Features, Kind
from syncd.matching.people import Authors
from syncd.matching.titles import Marker
from syncd.matching.values import Doubt, Judgement, Verdict

_SAME, _DIFFERENT, _UNDECIDED = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNDECIDED


class Rule(NamedTuple):
    """One row of a table: the verdict when `holds`, with the reason for people."""

    verdict: Verdict
    holds: Callable[[Comparison], bool]
    reason: str
    cases: str = ""
    doubt: Doubt | None = None


# --- questions that several rules ask


def _passes_check(it: Comparison) -> bool:
    """Titles alike and no number differs, unless the whole citation is equal."""
    if _is_same_citation(it):
        return True
    return it.alike and not it.title.other_numbers and not _is_generic_elsewhere(it)


def _is_same_citation(it: Comparison) -> bool:
    """Every word of a citation but the title is equal: the title was translated or mistyped."""
    if not it.same_pages or not it.same_first_author:
        return False
    if it.title.other_numbers and not it.same_article_pages:
        return False
    return it.related or it.same_article_pages


def _is_generic_elsewhere(it: Comparison) -> bool:
    """A generic title is the same work's only in the same place."""
    return it.generic and (it.contradictions > 0 or it.years_apart not in (0, None))


def _is_elsewhere(it: Comparison) -> bool:
    return not it.related and it.authors <= Authors.SHARED and not it.same_first_author


def _is_part_of_other(it: Comparison) -> bool:
    return it.kinds == {Kind.BOOK, Kind.PART}


def _are_other_parts(it: Comparison) -> bool:
    return it.kinds == {Kind.PART} and not it.alike and it.page is not True


def _is_preprint_and_article(it: Comparison) -> bool:
    return Kind.PREPRINT in it.kinds and len(it.kinds) == 2


def _is_meeting_and_journal(it: Comparison) -> bool:
    return it.kinds == {Kind.CONFERENCE, Kind.ARTICLE} and it.container is not True


def _is_thesis_and_other(it: Comparison) -> bool:
    return Kind.THESIS in it.kinds and len(it.kinds) == 2 and Kind.OTHER not in it.kinds


# --- rules that come before everything

_MARKERS = Marker.ERRATUM | Marker.REPLY | Marker.COMMENT

GUARDS = (
    Rule(
        _DIFFERENT,
        lambda it: bool(it.markers & _MARKERS),
        "one is an erratum, a reply or a comment, the other is not",
        "C18 C19 C22",
    ),
    Rule(
        _UNDECIDED,
        lambda it: (
            bool(it.markers & Marker.RETRACTION)
            and (it.alike or _is_same_citation(it))
            and (it.author_in_common or bool(it.same_ids) or it.same_place)
        ),
        "one of them is marked as retracted or withdrawn",
        "C21",
        Doubt.RETRACTION,
    ),
    Rule(
        _DIFFERENT,
        lambda it: bool(it.markers & Marker.RETRACTION) and not it.same_ids,
        "one is the retraction of another work",
    ),
)

# --- same accession number (E1)

BY_ACCESSION_NUMBER = (
    Rule(
        _UNDECIDED,
        lambda it: it.other_doi and not (it.same_title and _passes_check(it)),
        "same Scopus number, but DOI and title differ: one of the identifiers is wrong",
        "C14",
        Doubt.IDENTIFIERS,
    ),
    Rule(
        _UNDECIDED,
        lambda it: it.other_doi and not (it.same_place or it.contradictions == 0),
        "same Scopus number, but the DOIs differ and so does the place",
        "C13 C14",
        Doubt.IDENTIFIERS,
    ),
    Rule(_SAME, _passes_check, "same Scopus number, and the titles agree", "C01 C13"),
    Rule(
        _UNDECIDED,
        lambda it: not it.related and not it.same_first_author,
        "same Scopus number, but title and first author differ",
        "C02",
        Doubt.IDENTIFIERS,
    ),
    Rule(
        _UNDECIDED,
        lambda _: True,
        "same Scopus number, but the titles differ",
        "C02",
        Doubt.IDENTIFIERS,
    ),
)

# --- same DOI (E2), PMID or arXiv number (E3), or another database's number

BY_IDENTIFIER = (
    Rule(
        _DIFFERENT,
        _is_part_of_other,
        "a book and a part of it",
        "C15 C16",
    ),
    Rule(_DIFFERENT, _are_other_parts, "two parts of one book", "C17"),
    Rule(
        _DIFFERENT,
        lambda it: _is_preprint_and_article(it) and "doi" not in it.same_ids,
        "a preprint and the published version",
        "C30",
    ),
    Rule(
        _UNDECIDED,
        lambda it: it.other_doi and not (it.same_title and it.same_place),
        "an identifier in common, but the DOIs differ",
        "",
        Doubt.IDENTIFIERS,
    ),
    Rule(
        _SAME,
        lambda it: _passes_check(it) and not (_years_far(it) and it.contradictions > 1),
        "same identifier, and the titles agree",
        "C06 C07 C09 C10",
    ),
    Rule(
        _DIFFERENT,
        lambda it: (
            "doi" in it.same_ids
            and not it.related
            and (not it.same_first_author or it.page is False)
        ),
        "same DOI, but title and first author or page differ: it names several works",
        "C11",
    ),
    Rule(
        _DIFFERENT,
        lambda it: it.generic and _is_generic_elsewhere(it) and it.contradictions > 1,
        "same identifier under a title that many works bear, in another place",
    ),
    Rule(
        _UNDECIDED,
        lambda it: it.related,
        "same identifier, but the titles differ in words or numbers",
        "C12",
        Doubt.IDENTIFIERS,
    ),
    Rule(
        _UNDECIDED,
        lambda _: True,
        "same identifier, but the titles have little in common",
        "",
        Doubt.IDENTIFIERS,
    ),
)


def _years_far(it: Comparison) -> bool:
    return not it.years_agree


# --- by look (E5)


def _says_nothing_against(it: Comparison) -> bool:
    """Title and authors agree, the years do, and no number between the titles differs."""
    return (
        it.same_title
        and it.telling
        and it.author_in_common
        and it.years_agree
        and not it.title.other_numbers
    )


def _is_elsewhere_printed(it: Comparison) -> bool:
    return it.container is False and not (it.volume is True and it.page is True)


BY_LOOK = (
    Rule(_DIFFERENT, _is_part_of_other, "a book and a part of it", "C15 C16"),
    Rule(_DIFFERENT, _is_preprint_and_article, "a preprint and the published version", "C30"),
    Rule(
        _DIFFERENT,
        lambda it: _is_meeting_and_journal(it) and not it.same_place,
        "a conference paper and a journal article",
        "C31",
    ),
    Rule(
        _DIFFERENT,
        lambda it: _is_thesis_and_other(it),
        "a thesis and a publication",
    ),
    Rule(
        _UNDECIDED,
        lambda it: bool(it.other_ids) and it.alike and it.same_place and not it.generic,
        "title, volume and page are equal, but the identifiers differ",
        "C29",
        Doubt.IDENTIFIERS,
    ),
    Rule(
        _DIFFERENT,
        lambda it: bool(it.other_ids) and (it.title.other_numbers or it.title.other_words),
        "identifiers and titles differ",
    ),
    Rule(
        _UNDECIDED,
        lambda it: (
            bool(it.other_ids)
            and _says_nothing_against(it)
            and it.exact
            and it.same_first_author
            and it.container is not False
        ),
        "the titles are equal, but the identifiers and the place differ",
        "C29",
        Doubt.IDENTIFIERS,
    ),
    Rule(_DIFFERENT, lambda it: bool(it.other_ids), "the identifiers differ"),
    # generic titles
    Rule(
        _SAME,
        lambda it: (
            it.generic
            and it.same_title
            and it.container is True
            and it.volume is True
            and it.issue is True
            and it.page is True
            and it.last_page is not False
            and it.authors != Authors.DIFFERENT
        ),
        "a title that many works bear, but journal, volume, issue and page are equal",
        "C27",
    ),
    Rule(
        _UNDECIDED,
        lambda it: (
            it.generic
            and it.same_title
            and it.container is True
            and it.volume is True
            and it.contradictions == 0
            and it.same_year
            and it.authors != Authors.DIFFERENT
        ),
        "a title that many works bear, and too little about its place",
        "C27",
        Doubt.LOOK,
    ),
    Rule(_DIFFERENT, lambda it: it.generic, "a title that many works bear", "C27"),
    # the place is the same
    Rule(
        _SAME,
        lambda it: (
            it.same_place
            and it.same_title
            and it.author_in_common
            and (it.same_article_pages or not it.title.other_numbers)
        ),
        "title, an author, volume and first page are equal",
        "C25",
    ),
    Rule(
        _SAME,
        lambda it: it.same_place and it.exact and it.telling and it.authors is Authors.UNKNOWN,
        "title, journal, volume and first page are equal",
        "C26",
    ),
    Rule(
        _SAME,
        lambda it: it.same_pages and it.exact and it.telling,
        "title, volume and all pages are equal; the authors are spelt differently",
        "C25",
    ),
    Rule(
        _SAME,
        lambda it: (
            it.same_place
            and it.alike
            and it.same_first_author
            and not it.title.other_numbers
            and (it.same_pages or not it.title.other_words)
        ),
        "the same place and first author; the title is spelt a little differently",
        "C25",
    ),
    Rule(
        _SAME,
        _is_same_citation,
        "first author, volume and all pages are equal: the title is translated or cut",
        "C25",
    ),
    Rule(
        _UNDECIDED,
        lambda it: (
            it.same_place and (it.alike or (it.same_first_author and (it.related or it.translated)))
        ),
        "the same place, but the titles differ",
        "C12",
        Doubt.LOOK,
    ),
    # title and authors agree, and the place says nothing or contradicts
    Rule(
        _SAME,
        lambda it: (
            _says_nothing_against(it)
            and it.page is True
            and (it.volume is True or (it.last_page is True and it.contradictions == 0))
        ),
        "title, an author, volume or last page, and first page are equal",
        "C25",
    ),
    Rule(
        _SAME,
        lambda it: (
            _says_nothing_against(it)
            and it.container is False
            and it.exact
            and it.same_first_author
            and it.same_year
            and it.volume is True
            and it.issue is True
            and it.page is None
        ),
        "title, first author, year, volume and issue are equal",
        "C26",
    ),
    Rule(
        _UNDECIDED,
        lambda it: (
            _says_nothing_against(it)
            and it.container is False
            and (it.same_first_author or it.contradictions == 0)
        ),
        "the titles are equal, but they stand in different journals",
        "C28",
        Doubt.LOOK,
    ),
    Rule(_DIFFERENT, lambda it: it.container is False, "they stand in different journals", "C28"),
    Rule(
        _SAME,
        lambda it: (
            _says_nothing_against(it)
            and it.contradictions == 0
            and (not it.title.other_words or it.page is True)
            and _has_one_for_it(it)
        ),
        "title and an author agree, and nothing contradicts that",
        "C26",
    ),
    Rule(
        _SAME,
        lambda it: (
            _says_nothing_against(it)
            and it.container is True
            and not it.title.other_words
            and _contradicts_once(it)
        ),
        "title, an author, journal and year agree; one number differs",
        "C25",
    ),
    Rule(
        _UNDECIDED,
        lambda it: _says_nothing_against(it) and (it.same_first_author or it.contradictions < 2),
        "title and an author agree, but the place does not",
        "C28",
        Doubt.LOOK,
    ),
    Rule(
        _SAME,
        lambda it: (
            it.same_title
            and it.telling
            and it.author_in_common
            and it.container is True
            and it.volume is True
            and it.page is True
            and not it.title.other_numbers
        ),
        "all but the year is equal",
        "C25",
    ),
    Rule(
        _UNDECIDED,
        lambda it: it.exact and it.telling and it.same_first_author and it.container is True,
        "title, first author and journal are equal, but the years are far apart",
        "C28",
        Doubt.LOOK,
    ),
    # too little to compare
    Rule(
        _SAME,
        lambda it: (
            it.exact
            and it.telling
            and it.authors is Authors.UNKNOWN
            and it.container is True
            and it.volume is True
            and it.contradictions == 0
            and (it.page is True or it.issue is True)
        ),
        "title, journal, volume and issue are equal",
        "C26",
    ),
    Rule(
        _UNDECIDED,
        lambda it: (
            it.exact
            and it.years_agree
            and it.container is True
            and it.contradictions == 0
            and (it.telling or it.same_first_author)
            and (it.volume is True or it.same_year)
        ),
        "the titles are equal, but too little else is known",
        "C26",
        Doubt.LOOK,
    ),
    Rule(
        _UNDECIDED,
        lambda it: (
            it.alike
            and it.telling
            and it.same_first_author
            and it.same_year
            and it.container is True
            and it.contradictions == 0
            and not it.title.other_words
        ),
        "the titles are alike, and nothing contradicts that they are one",
        "C12",
        Doubt.LOOK,
    ),
    Rule(_DIFFERENT, lambda _: True, "the titles, the authors or the places differ"),
)


def _has_one_for_it(it: Comparison) -> bool:
    """One fact beside title and author: the place, or the year where the place is not known."""
    if it.volume is True or it.page is True or it.issue is True:
        return True
    if it.same_year:
        return it.container is True or it.same_first_author
    return it.container is True and it.exact and it.same_first_author


def _contradicts_once(it: Comparison) -> bool:
    """One of volume, issue and page may be wrong in an export, if the others are right."""
    if it.page is True:
        return it.same_year or it.last_page is True
    if it.contradictions != 1:
        return False
    if it.volume is False:
        return it.exact and it.same_year
    return it.volume is True and it.same_first_author and (it.same_year or it.exact)


# --- the verdict


def judge(
    one: Features, other: Features, *, shared_dois: AbstractSet[str] = frozenset()
) -> Judgement:
    """Say what two works are to each other; the order of the two does not matter."""
    return judge_comparison(compare(one, other, shared_dois))


def judge_comparison(it: Comparison) -> Judgement:
    """Return the verdict of the first rule that applies."""
    rule = _find_rule(it)
    return Judgement(rule.verdict, tuple(_evidence(it, rule)), rule.reason)


def find_doubt(it: Comparison) -> Doubt:
    """Return what makes an undecided pair doubtful."""
    return _find_rule(it).doubt or Doubt.LOOK


def _find_rule(it: Comparison) -> Rule:
    for rules in (GUARDS, _table_for(it)):
        for rule in rules:
            if rule.holds(it):
                return rule
    raise AssertionError("the last rule of each table applies to everything")


def _table_for(it: Comparison) -> Sequence[Rule]:
    if "scopus" in it.same_ids:
        return BY_ACCESSION_NUMBER
    return BY_IDENTIFIER if it.same_ids else BY_LOOK


_NAMES = {
    "scopus": "E1 scopus",
    "doi": "E2 doi",
    "pmid": "E3 pmid",
    "arxiv": "E3 arxiv",
    "pmcid": "E3 pmcid",
    "wos": "E3 wos",
    "embase": "E3 embase",
    "central": "E3 central",
    "isbn": "E4 isbn",
}


def _evidence(it: Comparison, rule: Rule) -> list[str]:
    found = [_NAMES[kind] for kind in it.same_ids]
    if not it.same_ids and rule.verdict is _SAME:
        found.append("E5 metadata")
    found.append(f"title {it.title.similarity:.2f}")
    found += [name for name, holds in _facts(it) if holds]
    return found


def _facts(it: Comparison) -> list[tuple[str, bool]]:
    against = [f"veto: {kind} differs" for kind in it.other_ids]
    return [
        ("shared doi", it.shared_doi),
        *((veto, True) for veto in against),
        ("veto: markers differ", bool(it.markers)),
        ("veto: numbers differ", it.title.other_numbers),
        ("veto: generic title", it.generic),
        ("same authors", it.authors is Authors.SAME),
        ("same first author", it.authors is Authors.SAME_FIRST),
        ("an author in common", it.authors is Authors.SHARED),
        ("veto: authors differ", it.authors is Authors.DIFFERENT),
        ("same journal", it.container is True),
        ("journal differs", it.container is False),
        ("same volume", it.volume is True),
        ("volume differs", it.volume is False),
        ("same issue", it.issue is True),
        ("issue differs", it.issue is False),
        ("same pages", it.page is True),
        ("pages differ", it.page is False),
        ("same year", it.same_year),
        ("years differ", not it.years_agree),
    ]
