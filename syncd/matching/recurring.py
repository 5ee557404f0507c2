"""Titles under which several works came: columns, yearly overviews, case reports.

Under such a title, the same people in the same year may have written two works.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

from syncd.matching.blocking import repeated
from syncd.matching.comparison import Comparison
from syncd.matching.features import Features
from syncd.matching.people import Authors, compare_authors
from syncd.matching.rules import UNDECIDED, Rule, always
from syncd.matching.values import Doubt, Verdict

RECURRING = Rule(
    "D13", UNDECIDED, always,
    "title, people and year agree, but the title recurs with other people or in other years",
    Doubt.LOOK,
)  # fmt: skip

_MOST_COMPARED = 12
_YEARS_OF_ONE_WORK = 2


class RecurringTitles:
    """The titles of some works, and whether several works bear one."""

    def __init__(self, works: Collection[Features]) -> None:
        self._all = works
        self._works: Mapping[int, Sequence[Features]] | None = None
        self._found: dict[str, bool] = {}

    def doubt(self, it: Comparison, rule: Rule) -> Rule:
        """Return the rule that holds where title, people and year decide nothing."""
        rests_on_title = rule.verdict is Verdict.SAME and it.is_bare
        return RECURRING if rests_on_title and self.has(it.one.title) else rule

    def has(self, title: str) -> bool:
        """Tell whether this folded title came with other people or in other years."""
        letters = _letters(title)
        if letters not in self._found:
            alike = self._gather().get(hash(letters), ())
            self._found[letters] = _recurs([it for it in alike if _letters(it.title) == letters])
        return self._found[letters]

    def _gather(self) -> Mapping[int, Sequence[Features]]:
        """Return the works whose titles come more than once, by what their letters hash to."""
        if self._works is None:
            again = repeated(hash(_letters(work.title)) for work in self._all)
            works: defaultdict[int, list[Features]] = defaultdict(list)
            for work in self._all:
                if (hashed := hash(_letters(work.title))) in again:
                    works[hashed].append(work)
            self._works = works
        return self._works


def _letters(title: str) -> str:
    return title.replace(" ", "")


def _recurs(works: Sequence[Features]) -> bool:
    years = {work.year for work in works if work.year}
    if years and max(years) - min(years) >= _YEARS_OF_ONE_WORK:
        return True
    people = sorted({work.authors for work in works if work.authors})
    if len(people) > _MOST_COMPARED:
        return True
    return any(
        compare_authors(one, other) in (Authors.DIFFERENT, Authors.SHARED)
        for one, other in combinations(people, 2)
    )
