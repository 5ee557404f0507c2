"""Two works side by side: every fact that a rule may ask for, each named once.

A fact of type `bool | None` is True where both sides say the same, False where they contradict
each other, None where one side is silent.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from syncd.matching.details import TELLING, Agreement, compare_details
from syncd.matching.features import Features
from syncd.matching.fields import compare_containers, compare_ids, compare_issues, compare_volumes
from syncd.matching.kinds import Kind
from syncd.matching.languages import guess_language
from syncd.matching.likeness import (
    ALIKE,
    EXACT,
    RELATED,
    SAME,
    Likeness,
    are_unrelated,
    compare_titles,
)
from syncd.matching.numbering import (
    count_pages,
    is_same_number,
    is_same_page,
)
from syncd.matching.people import Authors, compare_authors
from syncd.matching.titles import Marker, weight
from syncd.matching.vocabulary import LISTED, Vocabulary

_TELLING_TITLE = 25
_LONG_TITLE = 40
_VERY_LONG_TITLE = 55
_COMPARED = Features._fields.index("identity")
"""What comes before is compared; the identifiers are told apart, and digests are no facts."""

_CORRECTS = Marker.ERRATUM | Marker.NOTICE
TEAM = 3
"""People who do not fill the same pages twice in a year."""
ARTICLE_LENGTH = 3
"""Pages from which two works cannot fill the same ones: abstracts are shorter."""


class Comparison(NamedTuple):
    """What two works have in common and where they part."""

    one: Features
    other: Features
    title: Likeness
    authors: Authors
    same_ids: tuple[str, ...]
    other_ids: tuple[str, ...]
    shared_doi: bool
    volume: bool | None
    issue: bool | None
    page: bool | None
    last_page: bool | None
    container: bool | None
    years_apart: int | None
    details: Agreement

    # --- titles

    @property
    def exact(self) -> bool:
        """The titles are equal but for a letter."""
        return self.title.similarity >= EXACT

    @property
    def same_title(self) -> bool:
        """The titles are one (evidence E5's 0.95), or one lacks its subtitle."""
        return self.title.similarity >= SAME or (self.title.contained and self.telling)

    @property
    def alike(self) -> bool:
        """The titles pass the check (0.85)."""
        return self.title.similarity >= ALIKE or (self.title.contained and self.telling)

    @property
    def related(self) -> bool:
        """The titles have more in common than chance (0.6)."""
        return self.title.similarity >= RELATED or self.title.contained or self.title.preceded

    @property
    def has_titles(self) -> bool:
        """Both sides have a title."""
        return bool(self.one.title and self.other.title)

    @property
    def telling(self) -> bool:
        """Both titles are long enough to name one work, and not borne by many."""
        return not self.generic and self._weight >= _TELLING_TITLE

    @property
    def is_long(self) -> bool:
        """Both titles are so long that chance can be ruled out."""
        return self._weight >= _LONG_TITLE

    @property
    def is_very_long(self) -> bool:
        """Both titles are so long that no recurring piece would bear them."""
        return self._weight >= _VERY_LONG_TITLE

    @property
    def _weight(self) -> int:
        return min(weight(self.one.title), weight(self.other.title))

    @property
    def generic(self) -> bool:
        """A title that many works bear."""
        return self.one.generic or self.other.generic

    @property
    def translated(self) -> bool:
        """One title is marked as a translation, or the two are not in one language."""
        if self.one.translated or self.other.translated:
            return True
        language = guess_language(self.one.title)
        return language is None or language != guess_language(self.other.title)

    # --- people

    @property
    def author_in_common(self) -> bool:
        """At least one author is on both sides."""
        return self.authors >= Authors.SHARED

    @property
    def same_first_author(self) -> bool:
        """The first author is the same."""
        return self.authors >= Authors.SAME_FIRST

    @property
    def other_first_author(self) -> bool:
        """Both sides name authors, and the first is another one."""
        return self.authors in (Authors.DIFFERENT, Authors.SHARED, Authors.REORDERED)

    @property
    def same_people(self) -> bool:
        """All of the people are on both sides, in whatever order."""
        return self.authors in (Authors.SAME, Authors.REORDERED)

    # --- place

    @property
    def is_bare(self) -> bool:
        """Nothing but title, people, year and container says that they are one."""
        placed = self.page is True or self.volume is True or self.issue is True
        return not self.same_ids and not placed and TELLING.isdisjoint(self.details.same)

    @property
    def years_agree(self) -> bool:
        """At most one year apart, or a year is missing."""
        return self.years_apart is None or self.years_apart <= 1

    @property
    def same_year(self) -> bool:
        """Both years are known and equal."""
        return self.years_apart == 0

    @property
    def same_place(self) -> bool:
        """Volume and first page are equal, and nothing about the place contradicts that."""
        return (
            self.page is True
            and self.volume is not False
            and (self.volume is True or self._same_page_of_year)
            # under one identifier, another name of the journal is its translation
            and (self.container is not False or (bool(self.same_ids) and self.volume is True))
            and self.last_page is not False
            and self.years_agree
        )

    @property
    def _same_page_of_year(self) -> bool:
        """Without a volume, its year and journal (or the last page) must stand for it."""
        return self.same_year and (self.container is True or self.last_page is True)

    @property
    def same_pages(self) -> bool:
        """The place is the same from the first to the last page."""
        return self.same_place and self.last_page is True

    @property
    def same_article_pages(self) -> bool:
        """The same pages, and more of them than two abstracts could share."""
        return self.same_pages and count_pages(self.one.pages) >= ARTICLE_LENGTH

    @property
    def fill_one_place(self) -> bool:
        """Both fill the same pages of one volume, or of one year's container: no room for two."""
        if not self.page or not self.last_page or count_pages(self.one.pages) < ARTICLE_LENGTH:
            return False
        team = self.same_people and len(self.one.authors) >= TEAM
        known = self.container is True or self.issue is True or bool(self.same_ids) or team
        of_year = self.same_year and known
        if self.volume is True:
            return self.years_agree
        return self.volume is None and of_year and self.one.pages.first != "1"

    @property
    def equal(self) -> bool:
        """Nothing that is compared differs, identifiers apart."""
        return self.one[:_COMPARED] == self.other[:_COMPARED]

    @property
    def contradictions(self) -> int:
        """How many of volume, issue and first page contradict each other."""
        return (self.volume, self.issue, self.page).count(False)

    # --- identifiers and kinds

    @property
    def other_doi(self) -> bool:
        """Two different DOIs, neither of which is shared."""
        return "doi" in self.other_ids

    @property
    def markers(self) -> Marker:
        """The markers that only one side has; a correction may be known by its title or type."""
        mine, theirs = self.one.markers, self.other.markers
        if mine == theirs:
            return Marker.NONE
        both = bool(mine & _CORRECTS) and bool(theirs & _CORRECTS)
        return (mine ^ theirs) & ~(_CORRECTS if both else Marker.NOTICE)

    @property
    def one_corrects(self) -> bool:
        """One alone is a correction, by its title or by what a database calls it."""
        return bool(self.one.markers & _CORRECTS) != bool(self.other.markers & _CORRECTS)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of both."""
        return frozenset((self.one.kind, self.other.kind))


def compare(
    one: Features,
    other: Features,
    shared_dois: AbstractSet[str],
    vocabulary: Vocabulary = LISTED,
) -> Comparison:
    """Put two works side by side; `shared_dois` are known to name several works."""
    same_ids, other_ids, shared = compare_ids(one, other, shared_dois)
    years = (one.year, other.year)
    return Comparison(
        one=one,
        other=other,
        title=compare_titles(one, other, vocabulary),
        authors=compare_authors(one.authors, other.authors),
        same_ids=same_ids,
        other_ids=other_ids,
        shared_doi=shared,
        volume=compare_volumes(one, other),
        issue=compare_issues(one, other),
        page=is_same_page(one.pages, other.pages),
        last_page=is_same_number(one.pages.last, other.pages.last),
        container=compare_containers(one, other),
        years_apart=None if None in years else abs((one.year or 0) - (other.year or 0)),
        details=compare_details(
            one.details,
            other.details,
            (one.item_type, other.item_type),
            frozenset((one.kind, other.kind)),
        ),
    )


def are_strangers(one: Features, other: Features) -> bool:
    """Tell quickly that two works are different: by look alone, and without a page in common."""
    if one.pages.first and is_same_page(one.pages, other.pages):
        return False
    mine, theirs = one.identity, other.identity
    if any(ours and ours == its for ours, its in zip(mine[:8], theirs[:8], strict=True)):
        return False
    return not (mine.isbn and theirs.isbn) and are_unrelated(one, other)
