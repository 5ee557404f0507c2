"""A record that fits two works equally well is neither's: a person says whose it is.

Without this the outcome would be chance: a record without a place goes with any of the pieces
that bear its title.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from syncd.matching.pairs import LOOKS, Edge, Pairs
from syncd.matching.values import Doubt, Verdict

_REASON = "it fits two works equally well"
_MOST_COMPARED = 12


def doubt_equal_fits(pairs: Pairs, links: Sequence[Edge]) -> list[Edge]:
    """Return the links, with those in doubt by which a record fits two works that are not one."""
    by_node: defaultdict[int, list[Edge]] = defaultdict(list)
    for link in links:
        if link.judgement.verdict is Verdict.SAME:
            by_node[link.one].append(link)
            by_node[link.other].append(link)
    torn: set[tuple[int, int]] = set()
    for node, found in by_node.items():
        if len(found) > 1:
            torn.update(_torn_between(pairs, node, found))
    return [_in_doubt(link) if (link.one, link.other) in torn else link for link in links]


def _torn_between(pairs: Pairs, node: int, found: Sequence[Edge]) -> Iterable[tuple[int, int]]:
    best = max(link.strength[:3] for link in found)
    if best[0] != LOOKS:
        return ()
    equal = [link for link in found if link.strength[:3] == best][:_MOST_COMPARED]
    others = [link.other if link.one == node else link.one for link in equal]
    if any(_exclude(pairs, a, b) for a, b in combinations(others, 2)):
        return [(link.one, link.other) for link in found if link.strength[0] == LOOKS]
    return ()


def _exclude(pairs: Pairs, one: int, other: int) -> bool:
    if pairs.nodes[one].known and pairs.nodes[other].known:
        return not pairs.are_twins(one, other)
    return pairs.forbids(one, other, frozenset())


def _in_doubt(link: Edge) -> Edge:
    judgement = link.judgement._replace(verdict=Verdict.UNDECIDED, reason=_REASON)
    return link._replace(judgement=judgement, doubt=Doubt.LOOK)
