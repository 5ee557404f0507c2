"""Questions about two works that stand in one place: the same volume and pages."""

from __future__ import annotations

from syncd.matching.comparison import ARTICLE_LENGTH, TEAM, Comparison
from syncd.matching.numbering import count_pages
from syncd.matching.people import Authors
from syncd.matching.rules import titles_part_ways


def same_place_and_title(it: Comparison) -> bool:
    sure = not titles_part_ways(it) or (it.same_article_pages and not it.title.other_part)
    return same_issue_or_telling(it) and it.same_title and it.author_in_common and sure


def same_issue_or_telling(it: Comparison) -> bool:
    """A column of one author may begin on the same page of every issue."""
    return it.same_place and (it.telling or it.issue is not False)


def same_place_no_author(it: Comparison) -> bool:
    return it.same_place and it.exact and it.telling and it.authors is Authors.UNKNOWN


def same_pages_and_title(it: Comparison) -> bool:
    return it.same_pages and it.exact and it.telling and not it.title.other_part


def same_place_similar_title(it: Comparison) -> bool:
    if it.title.other_numbers or (it.title.other_words and not it.same_article_pages):
        return False
    here = it.same_place and it.telling and it.issue is not False
    return here and it.alike and it.same_first_author


def same_place_other_title(it: Comparison) -> bool:
    related = it.same_first_author and (it.related or it.translated)
    return it.same_place and (it.alike or related)


# --- the same place under other names


def fills_equal_pages(it: Comparison) -> bool:
    """The same year, volume, issue and pages, and more of these than chance would make equal."""
    numbers = it.volume is True and it.issue is True and it.page is True and it.last_page is True
    return numbers and it.same_year and count_pages(it.one.pages) >= ARTICLE_LENGTH


def same_citation_in_translation(it: Comparison) -> bool:
    return fills_equal_pages(it) and it.exact and it.authors >= Authors.CUT and not it.generic


def same_place_in_another_script(it: Comparison) -> bool:
    return may_be_in_another_script(it) and it.container is True


def may_be_in_another_script(it: Comparison) -> bool:
    scripts = {work.title.isascii() for work in (it.one, it.other)}
    people = it.authors is Authors.UNKNOWN or it.authors >= Authors.CUT
    return fills_equal_pages(it) and len(scripts) == 2 and people and it.container is not False


def same_team_and_pages(it: Comparison) -> bool:
    """The meeting goes by another name, and the title may lack what stands in front of it."""
    team = it.same_people and len(it.one.authors) >= TEAM
    named = (it.same_title or it.title.preceded) and it.telling and not it.title.other_numbers
    return it.fill_one_place and it.same_year and team and named
