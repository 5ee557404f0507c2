"""Which pairs of works are worth judging, and what was found when they were.

NODE   one work as it takes part: an incoming record, or everything known under one item key.
       Incoming records that cannot be told apart are one node, however often a file repeats them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, TypeVar

from syncd.matching.blocking import blocking_keys, fingerprint_of
from syncd.matching.comparison import Comparison, are_strangers, compare
from syncd.matching.features import Features, Kind, dump_features
from syncd.matching.judging import explain, find_rule
from syncd.matching.rules import Rule
from syncd.matching.values import Doubt, Judgement, Known, KnownWorks, Policy, Verdict
from syncd.record import Identity

_Name = TypeVar("_Name", tuple[str, str], int)

_HUGE = 400
"""A larger block says nothing and is left out; as a whole, so that order does not matter."""


@dataclass(frozen=True, slots=True)
class Node:
    """`members` are all features known of it; `indices` its records in the plan; `ref` its key."""

    members: tuple[Features, ...]
    indices: tuple[int, ...] = ()
    known: Known | None = None

    @property
    def ref(self) -> str | None:
        """The item key, if the work is known."""
        return self.known.ref if self.known else None


class Link(NamedTuple):
    """Two nodes that are one work or may be; the higher `strength` is joined first."""

    one: int
    other: int
    same_ids: tuple[str, ...]
    judgement: Judgement
    doubt: Doubt | None
    strength: tuple[int, int, float, list[bytes]]


_RANKS = {"scopus": 5, "doi": 4, "isbn": 2}
_RANK_OF_OTHERS = 3
_RANK_OF_ANSWERS = 9


_Judged = tuple[Comparison, Rule]


class Pairs:
    """Nodes, and the judgement on each pair of them that was asked for."""

    def __init__(self, features: Sequence[Features], works: KnownWorks, policy: Policy) -> None:
        self._policy = policy
        self._works = works
        self.nodes: list[Node] = _collapse(features)
        self._incoming = len(self.nodes)
        names = [_names(node.members[0]) for node in self.nodes]
        keys = [blocking_keys(node.members[0]) for node in self.nodes]
        bearers = works.by_identifiers(frozenset(name for each in names for name in each))
        dois = frozenset(it.identity.doi for it in features if it.identity.doi)
        self._shared: AbstractSet[str] = works.shared_dois(dois)
        self._settled = self._settle(names, bearers)
        open_nodes = set(range(self._incoming)) - {number for number, _ in self._settled}
        blocks = works.by_blocks(frozenset(key for number in open_nodes for key in keys[number]))
        self._bearers = {name: {known.ref for known in found} for name, found in bearers.items()}
        self._node_of = self._add_known([*bearers.values(), *blocks.values()])
        self._names = self._all_names(bearers)
        named, alike = self._meet(names, bearers), self._meet(keys, blocks)
        self._candidates = _pair_up([*named.values(), *alike.values()], self._incoming)
        self.newly_shared = frozenset(_far_too_common(named))
        self._shared |= self.newly_shared
        self._contents = [b"".join(map(dump_features, node.members)) for node in self.nodes]
        self._judged: dict[tuple[int, int], list[_Judged]] = {}
        self._judge_candidates()

    # --- nodes and candidates

    def _add_known(self, found: Iterable[Sequence[Known]]) -> dict[str, int]:
        """Add a node for each known work, and return where each is."""
        first: dict[str, Known] = {}
        members: defaultdict[str, dict[Features, None]] = defaultdict(dict)
        for known in (known for each in found for known in each):
            first.setdefault(known.ref, known)
            members[known.ref][known.features] = None
        places = {}
        for ref in sorted(members):
            places[ref] = len(self.nodes)
            self.nodes.append(Node(tuple(members[ref]), known=first[ref]))
        return places

    def _settle(
        self,
        names: Sequence[Iterable[tuple[str, str]]],
        bearers: Mapping[tuple[str, str], Sequence[Known]],
    ) -> dict[tuple[int, str], _Judged]:
        """Return the nodes whose identifiers lead to one work that they surely are, and the key.

        The library need not be searched for what else looks like them.
        """
        settled = {}
        for number, (node, each) in enumerate(zip(self.nodes, names, strict=True)):
            found = [known for name in each for known in bearers.get(name, ())]
            if found and all(known == found[0] for known in found):
                it = compare(node.members[0], found[0].features, self._shared)
                rule = find_rule(it)
                if it.same_ids and rule.verdict is Verdict.SAME:
                    settled[number, found[0].ref] = (it, rule)
        return settled

    def _all_names(
        self, bearers: Mapping[tuple[str, str], Sequence[Known]]
    ) -> list[frozenset[tuple[str, str]]]:
        names = [
            {pair for member in node.members for pair in member.identity.pairs()}
            for node in self.nodes
        ]
        for name, found in bearers.items():
            for known in found:
                names[self._node_of[known.ref]].add(name)
        return [frozenset(each) for each in names]

    def _meet(
        self, wanted: Sequence[Iterable[_Name]], found: Mapping[_Name, Sequence[Known]]
    ) -> dict[_Name, list[int]]:
        """Return, by identifier or blocking key, the nodes that have it."""
        meeting: defaultdict[_Name, list[int]] = defaultdict(list)
        for number, each in enumerate(wanted):
            for name in each:
                meeting[name].append(number)
        for name, numbers in meeting.items():
            numbers += dict.fromkeys(self._node_of[known.ref] for known in found.get(name, ()))
        return meeting

    # --- judgements

    def links(self) -> list[Link]:
        """Return the pairs that are one work or may be, the strongest first."""
        found = [self._link(*pair) for pair in self._judged]
        return sorted(
            (link for link in found if link), key=lambda link: link.strength, reverse=True
        )

    def forbids(self, one: int, other: int, names: AbstractSet[tuple[str, str]]) -> bool:
        """Tell whether two nodes must not come into one group, whatever others say.

        `names` are the identifiers that both groups have: there they are aliases of all members.
        """
        if self.nodes[one].known and self.nodes[other].known:
            return True
        return any(
            self._rules_out(one, other, it, rule.verdict)
            for it, rule in self._judge(one, other, names)
        )

    def _rules_out(self, one: int, other: int, it: Comparison, verdict: Verdict) -> bool:
        """An answer decides; else a difference, or a doubt that is more than a lack of facts."""
        if verdict is Verdict.SAME:
            return False
        answer = self._answer(one, other)
        if answer is not None:
            return answer is not Verdict.SAME
        return verdict is Verdict.DIFFERENT or _contradicts(it)

    def differ(self, one: int, other: int) -> bool:
        """Tell whether two nodes are certainly different works."""
        if self.nodes[one].known and self.nodes[other].known:
            return False
        return any(rule.verdict is Verdict.DIFFERENT for _, rule in self._judge(one, other))

    def node_of(self, ref: str) -> int:
        """Return the node of a known work."""
        return self._node_of[ref]

    def names_of(self, node: int) -> frozenset[tuple[str, str]]:
        """Return a node's identifiers, a known work's aliases included."""
        return self._names[node]

    def is_borne_by_another(self, name: tuple[str, str], ref: str) -> bool:
        """Tell whether an identifier belongs to other known works than `ref`."""
        return bool(self._bearers.get(name, set()) - {ref})

    def is_shared(self, doi: str) -> bool:
        """Tell whether a DOI is known to name several works."""
        return doi in self._shared

    def _judge_candidates(self) -> None:
        """Judge every candidate pair, then again what hung on a DOI found to name several works."""
        found: set[str] = set()
        self._candidates = [pair for pair in self._candidates if not self._are_strangers(*pair)]
        for pair in self._candidates:
            judged = self._judge_anew(*pair)
            found.update(filter(None, map(_doi_of_two_works, judged)))
            self._keep(pair, judged)
        self.newly_shared |= found
        self._shared |= found
        for pair in self._candidates if found else ():
            if any(it.identity.doi in found for n in pair for it in self.nodes[n].members):
                self._settled.pop((pair[0], self.nodes[pair[1]].ref or ""), None)
                self._keep(pair, self._judge_anew(*pair))

    def _are_strangers(self, one: int, other: int) -> bool:
        if self.names_of(one) & self.names_of(other):
            return False
        return all(
            are_strangers(mine, theirs)
            for mine in self.nodes[one].members
            for theirs in self.nodes[other].members
        )

    def _keep(self, pair: tuple[int, int], judged: list[_Judged]) -> None:
        if any(rule.verdict is not Verdict.DIFFERENT for _, rule in judged):
            self._judged[pair] = judged
        else:
            self._judged.pop(pair, None)

    def _judge(
        self, one: int, other: int, names: AbstractSet[tuple[str, str]] = frozenset()
    ) -> list[_Judged]:
        pair = (one, other) if one < other else (other, one)
        judged = self._judged.get(pair)
        if judged and not (names and any(it.other_ids for it, _ in judged)):
            return judged
        return self._judge_anew(*pair, names)

    def _judge_anew(
        self, one: int, other: int, names: AbstractSet[tuple[str, str]] = frozenset()
    ) -> list[_Judged]:
        settled = self._settled.get((one, self.nodes[other].ref or ""))
        if settled and not names and len(self.nodes[other].members) == 1:
            return [settled]
        names = names or self.names_of(one) & self.names_of(other)
        judged = []
        for mine in self.nodes[one].members:
            for theirs in self.nodes[other].members:
                right = _known_as(theirs, mine, names)
                it = compare(_known_as(mine, right, names), right, self._shared)
                judged.append((it, find_rule(it)))
        return judged

    def _link(self, one: int, other: int) -> Link | None:
        it, rule = min(self._judged[one, other], key=lambda judged: _ORDER[judged[1].verdict])
        judgement = explain(it, rule)
        rank = max((_RANKS.get(kind, _RANK_OF_OTHERS) for kind in it.same_ids), default=1)
        if judgement.verdict is Verdict.SAME and rank == 1 and not self._policy.joins_by_look:
            judgement = judgement._replace(verdict=Verdict.UNDECIDED)
        doubt = (rule.doubt or Doubt.LOOK) if judgement.verdict is Verdict.UNDECIDED else None
        answer = self._answer(one, other) if doubt else None
        if answer is Verdict.DIFFERENT:
            return None
        if answer is Verdict.SAME:
            rank, doubt = _RANK_OF_ANSWERS, None
            judgement = Judgement(answer, ("answered", *judgement.evidence), "a person said so")
        places = int(it.same_place) + int(it.same_pages)
        strength = (rank, places, it.title.similarity, self._tie(one, other))
        return Link(one, other, it.same_ids, judgement, doubt, strength)

    def _tie(self, one: int, other: int) -> list[bytes]:
        """Order links of equal strength by what they join, never by where it stood in a file."""
        return sorted((self._contents[one], self._contents[other]))

    def _answer(self, one: int, other: int) -> Verdict | None:
        """Return what a person said of two nodes; items go by their key."""
        nodes = self.nodes[one], self.nodes[other]
        return self._works.answer(*(node.ref or fingerprint_of(node.members[0]) for node in nodes))


_ORDER = {Verdict.SAME: 0, Verdict.UNDECIDED: 1, Verdict.DIFFERENT: 2}


def _doi_of_two_works(judged: _Judged) -> str | None:
    it, rule = judged
    if rule.verdict is Verdict.DIFFERENT and "doi" in it.same_ids and not it.markers:
        return it.one.identity.doi
    return None


def _far_too_common(named: Mapping[tuple[str, str], list[int]]) -> Iterator[str]:
    """Yield the DOIs that so many records bear that none was compared."""
    for (kind, value), numbers in named.items():
        if kind == "doi" and len(numbers) > _HUGE:
            yield value


def _pair_up(meetings: Iterable[list[int]], incoming: int) -> list[tuple[int, int]]:
    """Return the pairs that met somewhere and of which one at least is incoming."""
    pairs: set[tuple[int, int]] = set()
    for numbers in meetings:
        if len(numbers) <= _HUGE:
            pairs.update(pair for pair in combinations(numbers, 2) if pair[0] < incoming)
    return sorted(pairs)


def _names(it: Features) -> list[tuple[str, str]]:
    """Return what a work can be found by; its ISBN only if it is the whole book."""
    names = it.identity.pairs()
    return [name for name in names if name[0] != "isbn" or it.kind is Kind.BOOK]


def _collapse(features: Sequence[Features]) -> list[Node]:
    """Make nodes of records; those alike in everything are one, if that is enough to say so."""
    alike: defaultdict[Features, list[int]] = defaultdict(list)
    for index, it in enumerate(features):
        alike[it].append(index)
    nodes = []
    for it, indices in alike.items():
        repeated = len(indices) > 1
        sure = repeated and find_rule(compare(it, it, frozenset())).verdict is Verdict.SAME
        groups: Iterable[tuple[int, ...]] = [tuple(indices)] if sure else [(i,) for i in indices]
        nodes += [Node((it,), group) for group in groups]
    return sorted(nodes, key=lambda node: node.indices)


def _known_as(features: Features, seen: Features, names: AbstractSet[tuple[str, str]]) -> Features:
    """Return features that show those of `names` which `seen` has: a work may have several."""
    if not names:
        return features
    mine = features.identity
    aliases = {
        kind: value
        for kind, value in seen.identity.pairs()
        if kind != "isbn" and (kind, value) in names and getattr(mine, kind) != value
    }
    if not aliases:
        return features
    return features._replace(identity=Identity(**{**mine._asdict(), **aliases}))


def _contradicts(it: Comparison) -> bool:
    """Tell whether an undecided pair is more than a lack of facts."""
    return bool(
        it.other_ids
        or it.markers
        or it.title.other_numbers
        or it.contradictions
        or it.container is False
        or it.authors == 0
        or not it.alike
    )
