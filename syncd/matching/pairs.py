"""What any two of the works in a plan are to each other, and which pairs may be one work."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from typing import NamedTuple

from syncd.matching.candidates import Candidates, Name
from syncd.matching.comparison import Comparison, are_strangers, compare
from syncd.matching.edits import Judged, Looks, look_past_edits, sort_looks
from syncd.matching.features import Features, dump_features
from syncd.matching.judging import explain, find_rule
from syncd.matching.known import KnownWorks
from syncd.matching.people import Authors
from syncd.matching.recurring import RecurringTitles
from syncd.matching.rules import Rule, always
from syncd.matching.values import Doubt, Judgement, Verdict
from syncd.matching.vocabulary import Vocabulary
from syncd.record import Identity


class Edge(NamedTuple):
    """Two nodes that are one work or may be; the higher `strength` is joined first."""

    one: int
    other: int
    same_ids: tuple[str, ...]
    judgement: Judgement
    doubt: Doubt | None
    strength: tuple[int, int, float, list[bytes]]
    """The rank of what speaks for it, the place, the titles, and what the two say, digested."""


_RANKS = {"scopus": 5, "wos": 5, "doi": 4, "isbn": 2}
_RANK_OF_OTHERS = 3
LOOKS = 1
_RANK_OF_RECORDS = 8
RANK_OF_ANSWERS = 9
_ORDER = {Verdict.SAME: 0, Verdict.UNDECIDED: 1, Verdict.DIFFERENT: 2}

IDENTICAL = Rule("C34", Verdict.SAME, always, "this very record was found to be it before")


class Pairs:
    """The judgement on each pair of nodes that was asked for, and what DOIs it showed as shared."""

    def __init__(
        self, features: Sequence[Features], works: KnownWorks, strict: AbstractSet[int]
    ) -> None:
        self.gathering = Candidates(features, works, strict)
        self.nodes = self.gathering.nodes
        self.newly_shared = self.gathering.common_dois
        self._shared = self.gathering.shared_dois | self.newly_shared
        self._strict = strict
        self._vocabulary = Vocabulary(node.members[0].title for node in self.nodes)
        self._recurring = RecurringTitles(
            [member for node in self.nodes for member in node.members]
        )
        self._works = works
        self._looks: dict[int, Looks | None] = {}
        self._answers: dict[tuple[int, int], Verdict | None] = {}
        self._judged: dict[tuple[int, int], list[Judged]] = {}
        self._judge_candidates()

    def links(self) -> list[Edge]:
        """Return the pairs that are one work or may be, the strongest first."""
        found = [self._link(*pair) for pair in self._judged]
        return sorted(
            (link for link in found if link), key=lambda link: link.strength, reverse=True
        )

    def are_twins(self, one: int, other: int) -> bool:
        """Tell whether two items of the library are the same work twice, or people merged them."""
        if self.nodes[one].ref == self.nodes[other].ref:
            return True
        pairs = (
            compare(mine, theirs, self._shared, self._vocabulary)
            for mine in self.nodes[one].members
            for theirs in self.nodes[other].members
        )
        return any(find_rule(it).verdict is Verdict.SAME for it in pairs)

    def forbids(self, one: int, other: int, names: AbstractSet[Name]) -> bool:
        """Tell whether two nodes must not come into one group, whatever others say.

        `names` are the identifiers that both groups have: there they are aliases of all members.
        """
        if self.nodes[one].known and self.nodes[other].known:
            return True
        return any(
            self._rules_out(one, other, it, rule.verdict)
            for it, rule in self._judge(one, other, names)
        )

    def differ(self, one: int, other: int) -> bool:
        """Tell whether two nodes are certainly different works."""
        if self.nodes[one].known and self.nodes[other].known:
            return False
        return any(rule.verdict is Verdict.DIFFERENT for _, rule in self._judge(one, other))

    def are_told_apart(self, one: int, other: int) -> bool:
        """Tell whether a person said that two nodes are different works."""
        return self._answer(one, other) is Verdict.DIFFERENT

    def names_of(self, node: int) -> AbstractSet[Name]:
        """Return a node's identifiers, a known work's aliases included."""
        return self.gathering.names_of(node)

    def is_shared(self, doi: str) -> bool:
        """Tell whether a DOI is known to name several works."""
        return doi in self._shared

    # --- judging

    def _judge_candidates(self) -> None:
        """Judge every candidate pair, then again what hung on a DOI found to be shared."""
        answered = self.gathering.answered
        candidates = [
            pair
            for pair in self.gathering.candidates
            if pair in answered or not self._are_strangers(*pair)
        ]
        found: set[str] = set()
        for pair in candidates:
            judged = self._judge_anew(*pair)
            found.update(filter(None, map(_doi_of_two_works, judged)))
            self._keep(pair, judged)
        self.newly_shared |= found
        self._shared |= found
        for pair in candidates if found else ():
            if any(it.identity.doi in found for n in pair for it in self.nodes[n].members):
                self._keep(pair, self._judge_anew(*pair))

    def _are_strangers(self, one: int, other: int) -> bool:
        if self.gathering.aliases_in_common(one, other):
            return False
        return all(
            are_strangers(mine, theirs)
            for mine in self.nodes[one].members
            for theirs in self.nodes[other].members
        )

    def _keep(self, pair: tuple[int, int], judged: list[Judged]) -> None:
        differ = all(rule.verdict is Verdict.DIFFERENT for _, rule in judged)
        if not differ or pair in self.gathering.answered:
            self._judged[pair] = judged
        else:
            self._judged.pop(pair, None)

    def _judge(self, one: int, other: int, names: AbstractSet[Name] = frozenset()) -> list[Judged]:
        pair = (one, other) if one < other else (other, one)
        judged = self._judged.get(pair)
        if judged and not (names and any(it.other_ids for it, _ in judged)):
            return judged
        return self._judge_anew(*pair, names)

    def _judge_anew(
        self, one: int, other: int, names: AbstractSet[Name] = frozenset()
    ) -> list[Judged]:
        names = names or self.gathering.aliases_in_common(one, other)
        judged = self._compare_all(one, other, self.nodes[other].members, names)
        if len({rule.verdict for _, rule in judged}) == 1 or not (looks := self._looks_of(other)):
            return judged
        own = self._compare_all(one, other, looks.own, names)
        edits = self._compare_all(one, other, looks.edits, names)
        return look_past_edits(own, edits, turned=looks.turned)

    def _looks_of(self, node: int) -> Looks | None:
        """Return the looks of an item that syncd made; None for all else."""
        known = self.nodes[node].known
        if known is not None and node not in self._looks:
            written = self._works.as_written([known.item]).get(known.item)
            members = self.nodes[node].members
            self._looks[node] = sort_looks(members, known.features, written) if written else None
        return self._looks.get(node)

    def _compare_all(
        self, one: int, other: int, looks: Sequence[Features], names: AbstractSet[Name]
    ) -> list[Judged]:
        judged = []
        for mine in self.nodes[one].members:
            for theirs in looks:
                right = _known_as(theirs, mine, names)
                it = compare(_known_as(mine, right, names), right, self._shared, self._vocabulary)
                judged.append((it, self._rule_for(one, other, it)))
        return judged

    def _rule_for(self, one: int, other: int, it: Comparison) -> Rule:
        if self._is_met_again(one, other, it):
            return IDENTICAL
        return self._recurring.doubt(it, find_rule(it))

    def _is_met_again(self, one: int, other: int, it: Comparison) -> bool:
        """Tell whether a record is the very one that an item was made of.

        Two equal records of one plan may be two works that say too little; one that comes again
        is no second work.
        """
        digest = it.one.record
        if not digest or digest != it.other.record or not it.equal:
            return False
        return (self.nodes[one].known is None) != (self.nodes[other].known is None)

    # --- links

    def _link(self, one: int, other: int) -> Edge | None:
        it, rule = min(self._judged[one, other], key=lambda judged: _ORDER[judged[1].verdict])
        judgement = explain(it, rule)
        ranks = (_RANKS.get(kind, _RANK_OF_OTHERS) for kind in it.same_ids)
        rank = max(ranks, default=LOOKS)
        if rule is IDENTICAL:
            rank = _RANK_OF_RECORDS
        doubt = (rule.doubt or Doubt.LOOK) if judgement.verdict is Verdict.UNDECIDED else None
        if rank == LOOKS and rule.verdict is Verdict.SAME and self._is_strict(one, other):
            reason = f"{rule.reason}; metadata alone decides nothing here"
            judgement = judgement._replace(verdict=Verdict.UNDECIDED, reason=reason)
            doubt = Doubt.METADATA
        answer = self._answer(one, other)
        if answer is Verdict.DIFFERENT:
            return None
        if answer is Verdict.SAME:
            rank, doubt = RANK_OF_ANSWERS, None
            judgement = Judgement(answer, ("answered", *judgement.evidence), "a person said so")
        # Equal links are ordered by what they join, never by where that stood in a file.
        tie = sorted((self._content(one), self._content(other)))
        strength = (rank, int(it.same_place) + int(it.same_pages), it.title.similarity, tie)
        return Edge(one, other, it.same_ids, judgement, doubt, strength)

    def _content(self, node: int) -> bytes:
        said = b"".join(map(dump_features, self.nodes[node].members))
        return blake2b(said, digest_size=8).digest()

    def _is_strict(self, *pair: int) -> bool:
        """Tell whether metadata must not decide about one of two nodes."""
        return any(not self._strict.isdisjoint(self.nodes[node].indices) for node in pair)

    def _rules_out(self, one: int, other: int, it: Comparison, verdict: Verdict) -> bool:
        """An answer outranks every rule; else a difference does, or more than a lack of facts."""
        answer = self._answer(one, other)
        if answer is not None:
            return answer is not Verdict.SAME
        if verdict is Verdict.SAME:
            return False
        return verdict is Verdict.DIFFERENT or _contradicts(it)

    def _answer(self, one: int, other: int) -> Verdict | None:
        """Return what a person said of two nodes, under whatever names."""
        if not self.gathering.answers:
            return None
        pair = (one, other) if one < other else (other, one)
        if pair not in self._answers:
            names = map(self.gathering.names_said, pair)
            self._answers[pair] = self.gathering.answers.find(*names)
        return self._answers[pair]


def _doi_of_two_works(judged: Judged) -> str | None:
    it, rule = judged
    if rule.verdict is Verdict.DIFFERENT and "doi" in it.same_ids and not it.markers:
        return it.one.identity.doi
    return None


def _known_as(features: Features, seen: Features, names: AbstractSet[Name]) -> Features:
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
        or it.authors is Authors.DIFFERENT
        or not it.alike
    )
