"""What people have made of an item speaks for a record, and not against it.

WRITTEN  what syncd last wrote into an item of its own
EDIT     a look of the item that is not what was written: a person has changed it
TURNED   said of an item that people have made another work of
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from syncd.matching.comparison import Comparison, compare
from syncd.matching.features import Features
from syncd.matching.judging import find_rule
from syncd.matching.people import Authors
from syncd.matching.rules import UNDECIDED, Rule, always
from syncd.matching.values import Doubt, Verdict

TURNED = Rule(
    "", UNDECIDED, always,
    "it is what an item was made of that people have turned into another work", Doubt.TURNED,
)  # fmt: skip

Judged = tuple[Comparison, Rule]
"""Two works side by side, and the rule that decides about them."""


class Looks(NamedTuple):
    """What is known of an item that syncd made: by what it was given, and what others made of it.

    `own` is what was written, with the records that agree with it; `edits` is all the rest.
    """

    own: tuple[Features, ...]
    edits: tuple[Features, ...]
    turned: bool


def sort_looks(members: Sequence[Features], now: Features, written: Features) -> Looks:
    """Sort the known looks of an item; `now` is the present one."""
    own = [it for it in members if _agree(it, written)]
    return Looks(
        own=tuple(dict.fromkeys([written, *own])),
        edits=tuple(it for it in members if it not in own),
        turned=is_another(now, written),
    )


def look_past_edits(
    own: Sequence[Judged], edits: Sequence[Judged], *, turned: bool
) -> list[Judged]:
    """Return what counts between a record and an item, judged by the two kinds of its looks.

    Where the record may be the work that was written, what people have changed since says nothing
    against it.
    """
    if _all_differ(own):
        return [*own, *edits]
    if not turned:
        return [*own, *(each for each in edits if each[1].verdict is Verdict.SAME)]
    if _all_differ(edits):
        return [(it, TURNED) for it, rule in own if rule.verdict is not Verdict.DIFFERENT]
    return [*own, *edits]


def _all_differ(judged: Sequence[Judged]) -> bool:
    return all(rule.verdict is Verdict.DIFFERENT for _, rule in judged)


def _agree(one: Features, other: Features) -> bool:
    it = compare(one, other, frozenset())
    return it.equal or find_rule(it).verdict is Verdict.SAME


def is_another(now: Features, before: Features) -> bool:
    """Say whether nothing is left of a work: other words, other people, and another place."""
    it = compare(now, before, frozenset())
    if it.same_ids or it.related or it.author_in_common or not it.has_titles:
        return False
    if it.page is True and it.container is not False:
        return False
    return it.authors is Authors.DIFFERENT or it.container is False or not it.years_agree
