"""The rules for two works without an identifier in common; the first that holds decides.

Metadata may decide alone (evidence E5): the title, an author, and the place where the work stands.
Guarded against titles that many works bear, against abstracts printed twice, and against the
companion papers of one team.
"""

from __future__ import annotations

from syncd.matching.caps import is_in_press
from syncd.matching.comparison import Comparison
from syncd.matching.details import TELLING
from syncd.matching.likeness import SAME as SAME_TITLE
from syncd.matching.people import Authors
from syncd.matching.places import (
    may_be_in_another_script,
    same_citation_in_translation,
    same_pages_and_title,
    same_place_and_title,
    same_place_in_another_script,
    same_place_no_author,
    same_place_other_title,
    same_place_similar_title,
    same_team_and_pages,
)
from syncd.matching.rules import (
    DIFFERENT,
    SAME,
    UNDECIDED,
    Rule,
    always,
    is_book_and_part,
    is_equal,
    is_meeting_and_journal,
    is_preprint_and_publication,
    is_same_citation,
)
from syncd.matching.values import Doubt

_IDS, _LOOK = Doubt.IDENTIFIERS, Doubt.LOOK

# --- identifiers that differ


def _other_ids_same_place(it: Comparison) -> bool:
    return bool(it.other_ids) and it.alike and it.same_place and not it.generic


def _other_ids_same_title(it: Comparison) -> bool:
    return (
        bool(it.other_ids)
        and _agree(it)
        and it.exact
        and it.same_first_author
        and it.container is not False
    )


def _other_ids(it: Comparison) -> bool:
    return bool(it.other_ids)


# --- records that are equal in everything


def _equal(it: Comparison) -> bool:
    if not it.equal:
        return False
    if it.one.container and it.one.volume and (it.page is True or it.issue is True):
        if it.page is True or it.telling:
            return True
        team = it.authors is Authors.SAME and len(it.one.authors) > 1
        return team and not it.generic
    if not TELLING.isdisjoint(it.details.same):
        return True
    return it.telling and it.authors is Authors.SAME


# --- titles that many works bear


def _generic_in_one_place(it: Comparison) -> bool:
    return (
        _generic_here(it)
        and it.volume is True
        and it.same_year
        and it.issue is True
        and it.page is True
        and it.last_page is not False
    )


def _generic_with_little_else(it: Comparison) -> bool:
    placed = it.volume is True or it.page is True
    return _generic_here(it) and placed and it.contradictions == 0 and it.same_year


def _generic_here(it: Comparison) -> bool:
    return (
        it.generic
        and it.same_title
        and it.container is True
        and it.authors is not Authors.DIFFERENT
    )


def _generic(it: Comparison) -> bool:
    return it.generic


# --- title and authors agree, and the place says nothing or contradicts


def _agree(it: Comparison) -> bool:
    """Title and authors agree, the years do, and no number between the titles differs."""
    return (
        it.same_title
        and it.telling
        and it.author_in_common
        and it.years_agree
        and not it.title.other_numbers
    )


def _agree_on_page(it: Comparison) -> bool:
    placed = it.volume is True or (it.last_page is True and it.contradictions == 0)
    return _agree(it) and it.page is True and placed


def _agree_on_issue(it: Comparison) -> bool:
    """The journal's name has changed or was translated."""
    return (
        _agree(it)
        and it.exact
        and it.same_first_author
        and it.same_year
        and it.volume is True
        and it.issue is True
        and it.page is None
    )


def _agree_elsewhere(it: Comparison) -> bool:
    sure = it.same_first_author or it.contradictions == 0
    return _agree(it) and it.container is False and sure


def _has_words_in_front(it: Comparison) -> bool:
    return it.title.preceded and it.is_long and it.same_first_author and it.years_agree


def _elsewhere(it: Comparison) -> bool:
    return it.container is False


def _agree_unopposed(it: Comparison) -> bool:
    same_words = not it.title.other_words or it.page is True
    return _agree(it) and it.contradictions == 0 and same_words and _has_one_for_it(it)


def _has_one_for_it(it: Comparison) -> bool:
    """One fact beside title and author: the place, or the year where no place is known."""
    if it.page is True:
        return True
    if it.title.similarity < SAME_TITLE:  # a subtitle is missing
        return it.volume is True and it.same_first_author and it.same_year
    if it.volume is True or it.issue is True:
        return True
    if it.exact and it.same_year and not TELLING.isdisjoint(it.details.same):
        return True
    if not it.exact:
        return False
    if not it.one.container and not it.other.container:
        return it.same_year and it.authors is Authors.SAME and it.is_long
    if it.container is True and it.same_first_author:
        return it.same_year or is_in_press(it)
    if it.same_people and (it.is_long or len(it.one.authors) > 1):
        return it.same_year
    nowhere = not it.one.container or not it.other.container
    return it.same_year and (it.container is True or (nowhere and it.same_first_author))


def _agree_but_once(it: Comparison) -> bool:
    here = it.container is True and not it.title.other_words
    return _agree(it) and here and _contradicts_once(it)


def _contradicts_once(it: Comparison) -> bool:
    """One of volume, issue and page may be wrong in an export, if the others are right."""
    if it.page is True:
        return it.same_year or it.last_page is True
    if it.contradictions != 1:
        return False
    if it.volume is False:
        return it.exact and it.same_year
    return it.volume is True and it.same_first_author and it.exact


def _agree_on_title_only(it: Comparison) -> bool:
    return _agree(it) and (it.same_first_author or it.contradictions < 2)


def _agree_in_another_place(it: Comparison) -> bool:
    return _agree_on_title_only(it) and it.contradictions > 0


def _all_but_the_year(it: Comparison) -> bool:
    return (
        it.same_title
        and it.telling
        and it.author_in_common
        and it.container is True
        and it.volume is True
        and it.page is True
        and not it.title.other_numbers
    )


def _agree_but_the_years(it: Comparison) -> bool:
    return _agree_but_a_number(it) and not it.years_agree


def _agree_but_a_number(it: Comparison) -> bool:
    return it.exact and it.telling and it.same_first_author and it.container is True


# --- too little to compare


def _no_author(it: Comparison) -> bool:
    return (
        it.exact
        and it.telling
        and it.authors is Authors.UNKNOWN
        and it.container is True
        and it.volume is True
        and it.contradictions == 0
        and (it.page is True or it.issue is True)
    )


def _little_known(it: Comparison) -> bool:
    if not it.exact or not it.years_agree or it.contradictions:
        return False
    if it.telling and it.authors is Authors.UNKNOWN:
        return it.container is not False
    if it.same_people and it.same_year and it.container is not False and not it.generic:
        return True
    placed = it.container is True and (it.volume is True or it.same_year)
    return placed and (it.telling or it.same_first_author)


def _similar_and_unopposed(it: Comparison) -> bool:
    return (
        (it.alike or it.title.preceded)
        and it.telling
        and it.same_first_author
        and it.same_year
        and it.container is True
        and it.contradictions == 0
    )


def _similar_but_for_words(it: Comparison) -> bool:
    differ = it.title.other_words or it.title.other_numbers or it.title.preceded
    return differ and _similar_and_unopposed(it)


BY_LOOK = (
    Rule("C15 C16", DIFFERENT, is_book_and_part,
         "a book and a part of it"),
    Rule("C30", DIFFERENT, is_preprint_and_publication,
         "a preprint and the published version"),
    Rule("C31", DIFFERENT, is_meeting_and_journal,
         "a conference paper and a journal article"),
    Rule("C29", UNDECIDED, _other_ids_same_place,
         "title, volume and page are equal, but the identifiers differ", _IDS),
    Rule("C29", UNDECIDED, _other_ids_same_title,
         "the titles are equal, but the identifiers and the place differ", _IDS),
    Rule("", DIFFERENT, _other_ids,
         "the identifiers differ"),
    Rule("C34", SAME, _equal,
         "equal in every field compared"),
    Rule("C27", UNDECIDED, is_equal,
         "equal in every field compared, but these say too little", _LOOK),
    Rule("C27", SAME, _generic_in_one_place,
         "a title that many works bear, but journal, volume, issue and page are equal"),
    Rule("C27", UNDECIDED, _generic_with_little_else,
         "a title that many works bear, and too little is known of its place", _LOOK),
    Rule("C27", DIFFERENT, _generic,
         "a title that many works bear"),
    Rule("C08 C25", SAME, same_place_and_title,
         "title, an author, volume and first page are equal"),
    Rule("C26", SAME, same_place_no_author,
         "title, journal, volume and first page are equal"),
    Rule("C25", SAME, same_pages_and_title,
         "title, volume and all pages are equal; the authors are spelt differently"),
    Rule("C25", SAME, same_place_similar_title,
         "the same place and first author; the title is spelt a little differently"),
    Rule("C25", SAME, is_same_citation,
         "first author, volume and all pages are equal: the title is translated or cut"),
    Rule("C25", SAME, same_place_in_another_script,
         "journal number, year, volume, issue and all pages are equal: another script"),
    Rule("C12", UNDECIDED, may_be_in_another_script,
         "year, volume, issue and all pages are equal, and the scripts differ", _LOOK),
    Rule("C12", UNDECIDED, same_place_other_title,
         "the same place, but the titles differ", _LOOK),
    Rule("C25", SAME, _agree_on_page,
         "title, an author, volume or last page, and first page are equal"),
    Rule("C26", SAME, _agree_on_issue,
         "title, first author, year, volume and issue are equal"),
    Rule("C25", SAME, same_citation_in_translation,
         "title, people, year, volume, issue and all pages are equal: the journal is translated"),
    Rule("C25", SAME, same_team_and_pages,
         "title, people, year and all pages are equal: the meeting has another name"),
    Rule("C28", UNDECIDED, _agree_elsewhere,
         "the titles are equal, but they stand in different journals", _LOOK),
    Rule("C28", UNDECIDED, _has_words_in_front,
         "one title has words in front of the other, which may make another work of it", _LOOK),
    Rule("C28", DIFFERENT, _elsewhere,
         "they stand in different journals"),
    Rule("C26", SAME, _agree_unopposed,
         "title and an author agree, and nothing contradicts that"),
    Rule("C25", SAME, _agree_but_once,
         "title, an author and journal agree; one number differs"),
    Rule("C28", UNDECIDED, _agree_in_another_place,
         "title and an author agree, but volume, issue or pages differ", _LOOK),
    Rule("C28", UNDECIDED, _agree_on_title_only,
         "title and an author agree, but too little is known of the place", _LOOK),
    Rule("C25", SAME, _all_but_the_year,
         "all but the year is equal"),
    Rule("C28", UNDECIDED, _agree_but_the_years,
         "title, first author and journal are equal, but the years are far apart", _LOOK),
    Rule("C12", UNDECIDED, _agree_but_a_number,
         "title, first author and journal are equal, but a number in the titles differs", _LOOK),
    Rule("C26", SAME, _no_author,
         "title, journal, volume and issue are equal"),
    Rule("C26", UNDECIDED, _little_known,
         "the titles are equal, but too little else is known", _LOOK),
    Rule("C12", UNDECIDED, _similar_but_for_words,
         "the titles are alike but for a word or number, and all else agrees", _LOOK),
    Rule("C12", UNDECIDED, _similar_and_unopposed,
         "the titles are alike, and nothing contradicts that they are one", _LOOK),
    Rule("", DIFFERENT, always,
         "the titles, the authors or the places differ"),
)  # fmt: skip
