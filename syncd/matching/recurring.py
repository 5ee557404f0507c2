"""Titles under which several works came: columns, yearly overviews, case reports.

Under such a title, the same people in the same year may have written two works.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

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

    def __init__(self, works: Iterable[Features]) -> None:
        self._all = works
        self._works: defaultdict[str, list[Features]] | None = None
        self._found: dict[str, bool] = {}

    def doubt(self, it: Comparison, rule: Rule) -> Rule:
        """Return the rule that holds where title, people and year decide nothing."""
        rests_on_title = rule.verdict is Verdict.SAME and it.is_bare
        return RECURRING if rests_on_title and self.has(it.one.title) else rule

    def has(self, title: str) -> bool:
        """Tell whether this folded title came with other people or in other years."""
        letters = title.replace(" ", "")
        if letters not in self._found:
            self._found[letters] = _recurs(self._gather()[letters])
        return self._found[letters]

    def _gather(self) -> defaultdict[str, list[Features]]:
        if self._works is None:
            self._works = defaultdict(list)
            for work in self._all:
                self._works[work.title.replace(" ", "")].append(work)
        return self._works


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
