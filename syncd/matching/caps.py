"""What keeps two works from being called the same although a rule found them so.

A false "same" is a work that never arrives. So whatever speaks for it, each of these turns "same"
into a question. The first that holds gives the reason.
"""

from __future__ import annotations

from syncd.matching.comparison import ARTICLE_LENGTH, Comparison
from syncd.matching.containers import are_told_apart
from syncd.matching.details import HARD, REGISTERS, TELLING
from syncd.matching.features import Features
from syncd.matching.kinds import OF_THEIR_OWN, PAPERS, Kind
from syncd.matching.numbering import are_apart, count_pages, first_number, is_article_number
from syncd.matching.people import Authors, count_in_common, have_other_given_names
from syncd.matching.rules import OF_RECORDS, UNDECIDED, Rule
from syncd.matching.values import Doubt

_IDS, _LOOK = Doubt.IDENTIFIERS, Doubt.LOOK

_OF_OTHER_SORTS = frozenset((Kind.REPORT, Kind.WEB, Kind.MEDIA, Kind.BOOK)) | OF_THEIR_OWN
_FEW_AUTHORS = 2
_PAGES_OF_AN_ISSUE = 100
"""What stands on a later page stands there once in a volume, rather than in each issue."""


def is_of_its_own(it: Comparison) -> bool:
    """One is of a kind that is never the same work as the other: a thesis and an article."""
    return _one_alone_is_of(it, OF_THEIR_OWN)


def _one_alone_is_of(it: Comparison, kinds: frozenset[Kind]) -> bool:
    return len(it.kinds) == 2 and Kind.OTHER not in it.kinds and bool(it.kinds & kinds)


def differs_in_details(it: Comparison) -> bool:
    """A number, edition, version, part, registry number, language or translator differs."""
    return not HARD.isdisjoint(it.details.other)


# --- by whatever rule


def _one_corrects(it: Comparison) -> bool:
    return it.one_corrects


def _other_word(it: Comparison) -> bool:
    """Two works do not fill the same pages of one volume; two abstracts may stand on one page.

    Yet a word in another's place is no slip: unless the number of one database's entry says that
    it was reworded there, it is likelier that the pages are wrong.
    """
    if it.title.other_work or (it.title.other_meaning and OF_RECORDS.isdisjoint(it.same_ids)):
        return True
    return it.title.other_words and not it.fill_one_place


# --- by an identifier


def _other_authors(it: Comparison) -> bool:
    return it.authors is Authors.DIFFERENT and not it.fill_one_place


def _other_pages(it: Comparison) -> bool:
    """A page may be told wrongly where title and people are the same and no last page differs."""
    if it.page is not False or it.last_page is True:
        return False
    sure = it.exact and it.telling and it.authors >= Authors.CUT and it.volume is not False
    return it.last_page is False or not sure


def _goes_on(it: Comparison) -> bool:
    """A subtitle may be missing, or name another part: only the same pages say which."""
    pages = it.last_page is True or is_article_number(it.one.pages)
    if not OF_RECORDS.isdisjoint(it.same_ids):
        return False
    return it.title.contained and not (it.page is True and pages)


def _other_volume_of_set(it: Comparison) -> bool:
    if set(it.same_ids) != {"isbn"}:
        return False
    return it.one.volume != it.other.volume


def _other_book_of_set(it: Comparison) -> bool:
    return set(it.same_ids) == {"isbn"} and it.title.contained


# --- by look


def _other_sort(it: Comparison) -> bool:
    return _one_alone_is_of(it, _OF_OTHER_SORTS)


def _other_detail(it: Comparison) -> bool:
    return bool(it.details.other)


def _detail_missing(it: Comparison) -> bool:
    """A volume is what tells the books of a set apart."""
    volumes = bool(it.one.volume) != bool(it.other.volume)
    missing = set(it.details.missing) - {REGISTERS}
    return bool(missing) or (it.kinds == {Kind.BOOK} and volumes)


def _of_two_registers(it: Comparison) -> bool:
    """One trial may have a number in each; a paper's page says which paper it is."""
    return REGISTERS in it.details.missing and it.page is not True


def _nothing_telling(it: Comparison) -> bool:
    """Title, people and year are all that is known, and say too little of this kind."""
    if it.kinds & PAPERS:
        return False
    placed = it.container is True or it.volume is True or it.page is True
    if it.kinds & (OF_THEIR_OWN - {Kind.THESIS}) or it.kinds & {Kind.WEB, Kind.MEDIA}:
        placed = it.page is True
    return not placed and TELLING.isdisjoint(it.details.same)


def _whole_pages_differ(it: Comparison) -> bool:
    """A column comes back on other pages; a team's paper does not, but a notice of it may."""
    if it.page is not False or it.last_page is True:
        return False
    # Of a reply or a correction there may be several, whoever writes them.
    return not _is_of_a_team(it) or bool(it.one.markers) or _is_a_page_elsewhere(it)


def _is_a_page_elsewhere(it: Comparison) -> bool:
    """One fills a page, the other several, and none of these is that."""
    long = [count_pages(work.pages) >= ARTICLE_LENGTH for work in (it.one, it.other)]
    return long[0] != long[1] and are_apart(it.one.pages, it.other.pages)


def _is_of_a_team(it: Comparison) -> bool:
    team = it.authors is Authors.SAME and len(it.one.authors) >= _FEW_AUTHORS
    return team and it.exact and it.is_very_long


def _issues_differ(it: Comparison) -> bool:
    if it.issue is not False or it.fill_one_place or _fills_pages_of_a_volume(it):
        return False
    return not (it.page and _is_of_a_team(it))


def _fills_pages_of_a_volume(it: Comparison) -> bool:
    """The pages are counted through the volume, so that one of the issues is wrong."""
    here = it.volume is True and it.page is True and it.last_page is True and it.same_year
    counted = first_number(it.one.pages) > _PAGES_OF_AN_ISSUE
    return here and counted and it.exact and it.is_very_long and it.container is True


def _volumes_differ(it: Comparison) -> bool:
    return it.volume is False and (it.page is not True or not it.same_year)


def _years_differ(it: Comparison) -> bool:
    """A year tells recurring pieces apart where no volume does; an article in press has none."""
    if it.same_year or it.years_apart is None or it.volume is True:
        return False
    return not is_in_press(it)


def is_in_press(it: Comparison) -> bool:
    """One is the other before it had a place: same journal and people, a long title."""
    if it.container is not True or not it.exact or it.authors is not Authors.SAME:
        return False
    early, late = sorted((it.one, it.other), key=lambda work: work.year or 0)
    if it.kinds == {Kind.ARTICLE}:
        return it.is_long and _has_no_place(early) and not _has_no_place(late)
    return _is_of_a_team(it) and (_has_no_place(early) or _has_no_place(late))


def _has_no_place(work: Features) -> bool:
    return not work.volume and not work.issue and not work.pages.first


def _containers_differ(it: Comparison) -> bool:
    if it.container is False and are_told_apart(it.one.container, it.other.container):
        return True
    return it.container is False and not it.fill_one_place and not _is_numbered_alike(it)


def _is_numbered_alike(it: Comparison) -> bool:
    return it.volume is True and (it.page is True or (it.issue is True and _is_of_a_team(it)))


def _one_name_in_common(it: Comparison) -> bool:
    """Where no place is known, all of the people must be the same."""
    if it.page is True or it.volume is True:
        return False
    if it.authors in (Authors.SAME, Authors.REORDERED):
        return False
    if it.authors is Authors.CUT:
        return min(len(it.one.authors), len(it.other.authors)) < _FEW_AUTHORS
    if it.authors is Authors.SAME_FIRST and it.is_very_long:
        return count_in_common(it.one.authors, it.other.authors) < _FEW_AUTHORS
    return it.authors is not Authors.UNKNOWN


def _other_given_name(it: Comparison) -> bool:
    """Karl and Knut of one family may both have written one; a page or a team says they did not."""
    people = min(len(it.one.authors), len(it.other.authors))
    if it.page is True or people != 1:
        return False
    return have_other_given_names(it.one.authors[0], it.other.authors[0])


def _short_title_of_one(it: Comparison) -> bool:
    """One person's pieces under a short title are a column; nothing says which of them it is."""
    people = min(len(it.one.authors), len(it.other.authors))
    is_paper = bool(it.kinds & PAPERS)
    return is_paper and it.is_bare and not it.is_long and people < _FEW_AUTHORS


def _subtitle_alone(it: Comparison) -> bool:
    return it.title.contained and it.page is not True


EVER = (
    Rule("D1", UNDECIDED, is_of_its_own,
         "one is of another kind: a thesis and an article, data and the paper on them", _IDS),
    Rule("D1", UNDECIDED, _one_corrects,
         "a database calls one of them a correction", _IDS),
    Rule("D2", UNDECIDED, differs_in_details,
         "a number, edition, version or language differs", _IDS),
    Rule("D3", UNDECIDED, _other_word,
         "a telling word of the titles differs", _LOOK),
)  # fmt: skip

BY_ONE_IDENTIFIER = (
    Rule("D4", UNDECIDED, _other_authors,
         "an identifier in common, but nobody among the authors", _IDS),
    Rule("D11", UNDECIDED, _other_given_name,
         "the first authors have the family name in common, but not the given one", _IDS),
    Rule("D5", UNDECIDED, _other_pages,
         "an identifier in common, but the pages differ", _IDS),
    Rule("D6", UNDECIDED, _other_volume_of_set,
         "one ISBN, but the volumes differ or one is unknown", _IDS),
    Rule("D6", UNDECIDED, _other_book_of_set,
         "one ISBN, but one title goes on where the other ends", _IDS),
    Rule("D12", UNDECIDED, _goes_on,
         "an identifier in common, but one title goes on where the other ends", _IDS),
)  # fmt: skip

BY_METADATA = (
    Rule("D1", UNDECIDED, _other_sort,
         "one is a book, a report, a page of the web or a recording, the other is not", _LOOK),
    Rule("D7", UNDECIDED, _other_detail,
         "all else agrees, but the day, the address, the publisher or the event differs", _LOOK),
    Rule("D8", UNDECIDED, _of_two_registers,
         "all else agrees, but the trials are numbered by different registers", _LOOK),
    Rule("D8", UNDECIDED, _detail_missing,
         "all else agrees, but one lacks the number, edition, volume, day or address", _LOOK),
    Rule("D9", UNDECIDED, _nothing_telling,
         "title, people and year are equal, but nothing else is known", _LOOK),
    Rule("D10", UNDECIDED, _whole_pages_differ,
         "title and people agree, but the pages differ: the piece may recur", _LOOK),
    Rule("D10", UNDECIDED, _issues_differ,
         "title and people agree, but the issues differ: the piece may recur", _LOOK),
    Rule("D10", UNDECIDED, _volumes_differ,
         "title and people agree, but the volumes differ: the piece may recur", _LOOK),
    Rule("D10", UNDECIDED, _years_differ,
         "title and people agree, but the years differ: the piece may recur", _LOOK),
    Rule("D10", UNDECIDED, _containers_differ,
         "title and people agree, but not where they stand", _LOOK),
    Rule("D11", UNDECIDED, _other_given_name,
         "the first authors have the family name in common, but not the given one", _LOOK),
    Rule("D11", UNDECIDED, _one_name_in_common,
         "the titles are equal, but not all of the people, and the place is unknown", _LOOK),
    Rule("D11", UNDECIDED, _short_title_of_one,
         "a short title of one person, and the place is unknown", _LOOK),
    Rule("D12", UNDECIDED, _subtitle_alone,
         "one title goes on where the other ends, and the place is unknown", _LOOK),
)  # fmt: skip


def find_cap(it: Comparison) -> Rule | None:
    """Return what turns "same" into a question, if anything does."""
    tables = (EVER, BY_ONE_IDENTIFIER if it.same_ids else BY_METADATA)
    return next((rule for table in tables for rule in table if rule.holds(it)), None)
