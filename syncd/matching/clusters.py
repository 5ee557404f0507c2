"""What each record of a plan is, decided for all of them together.

A record joins a group only if it contradicts no member of it; strong evidence joins first. What
could join two groups that exclude each other, and what is undecided, is held for a person.
The grouping depends on what the records say, never on their order.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from syncd.matching.candidates import Name
from syncd.matching.equal_fit import doubt_equal_fits
from syncd.matching.features import Features, features_of
from syncd.matching.known import KnownWorks
from syncd.matching.pairs import RANK_OF_ANSWERS, Edge, Pairs
from syncd.matching.rules import OF_RECORDS
from syncd.matching.values import DEFAULT_POLICY, Doubt, Known, Policy, Ruling, RulingKind, Verdict
from syncd.record import Citation

_NEW = Ruling(RulingKind.NEW, reason="nothing known is this work")


def resolve(
    incoming: Sequence[Citation | Features],
    known: KnownWorks,
    policy: Policy | Sequence[Policy] = DEFAULT_POLICY,
) -> list[Ruling]:
    """Rule on each incoming record, in order: new, the same as something, or held.

    Features that were computed already are taken as they are. A policy is for all records, or
    there is one for each.
    """
    features = [it if isinstance(it, Features) else features_of(it) for it in incoming]
    policies = [policy] * len(features) if isinstance(policy, Policy) else policy
    strict = {n for n, each in enumerate(policies) if not each.joins_by_look}
    pairs = Pairs(features, known, strict)
    links = doubt_equal_fits(pairs, pairs.links())
    groups = Groups(pairs)
    for link in links:
        if link.judgement.verdict is Verdict.SAME:
            groups.join(link.one, link.other)
    rulings = [_NEW] * len(features)
    for index, ruling in _Rulings(pairs, groups, links).each():
        rulings[index] = ruling
    return _ask_once(features, rulings)


def _ask_once(features: Sequence[Features], rulings: list[Ruling]) -> list[Ruling]:
    """Let a held record that equals an earlier one in everything join the question about it.

    Not where the question is about their very equality: then each is asked for.
    """
    asked: dict[Features, int] = {}
    for index, ruling in enumerate(rulings):
        if ruling.kind is not RulingKind.HOLD:
            continue
        leader = asked.get(features[index])
        equal = {
            c for c in ruling.candidates if isinstance(c, int) and features[c] == features[index]
        }
        if equal - {leader}:
            continue
        if leader is None:
            asked[features[index]] = index
        else:
            rulings[index] = Ruling(
                RulingKind.SAME,
                within=leader,
                evidence=ruling.evidence,
                reason="an equal record, about which the same is asked",
                shared=ruling.shared,
            )
    return rulings


class Groups:
    """Nodes that are one work, and the check that keeps them so."""

    def __init__(self, pairs: Pairs) -> None:
        self._pairs = pairs
        self._group = array("Q", range(len(pairs.nodes)))
        # Most works come once; only of groups of several is more remembered than their number.
        self._members: dict[int, list[int]] = {}
        self._names: dict[int, AbstractSet[Name]] = {}

    def of(self, node: int) -> int:
        """Return the group that a node is in."""
        return self._group[node]

    def members(self, group: int) -> list[int]:
        """Return the nodes of a group."""
        return self._members.get(group) or [group]

    def all(self) -> list[int]:
        """Return every group; it has the number of its first node."""
        return [node for node, group in enumerate(self._group) if node == group]

    def join(self, one: int, other: int) -> None:
        """Make one group of two, unless any member of one contradicts any of the other."""
        mine, theirs = self._group[one], self._group[other]
        if mine == theirs or not self._fit(mine, theirs):
            return
        for node in self.members(theirs):
            self._group[node] = mine
        self._names[mine] = self._names_of(mine) | self._names_of(theirs)
        self._members[mine] = [*self.members(mine), *self.members(theirs)]

    def _fit(self, mine: int, theirs: int) -> bool:
        names = self._names_of(mine) & self._names_of(theirs)
        return not any(
            self._pairs.forbids(left, right, names)
            for left in self.members(mine)
            for right in self.members(theirs)
        )

    def _names_of(self, group: int) -> AbstractSet[Name]:
        found = self._names.get(group)
        return self._pairs.names_of(group) if found is None else found


class _Rulings:
    """Groups and what stayed open between them, told as one ruling per record."""

    def __init__(self, pairs: Pairs, groups: Groups, links: Sequence[Edge]) -> None:
        self._pairs = pairs
        self._groups = groups
        self._inner: defaultdict[int, list[Edge]] = defaultdict(list)
        self._open: defaultdict[int, list[tuple[Edge, int]]] = defaultdict(list)
        for link in links:
            mine, theirs = groups.of(link.one), groups.of(link.other)
            if mine == theirs:
                self._inner[link.one].append(link)
                self._inner[link.other].append(link)
            else:
                self._open[mine].append((link, theirs))
                self._open[theirs].append((link, mine))

    def each(self) -> Iterator[tuple[int, Ruling]]:
        """Yield (index, ruling) for every record."""
        for group in self._groups.all():
            records = self._records(group)
            item = self._item(group)
            if records and item is None:
                yield from self._rule_without_item(group, records)
            elif records and item is not None:
                yield from self._rule_with_item(group, records, item)

    def _records(self, group: int) -> list[tuple[int, int]]:
        """Return the (index, node) of a group's records, in the order of the plan."""
        nodes = self._groups.members(group)
        return sorted((index, node) for node in nodes for index in self._pairs.nodes[node].indices)

    def _item(self, group: int) -> int | None:
        nodes = self._groups.members(group)
        return next((node for node in nodes if self._pairs.nodes[node].known), None)

    # --- a work that no item stands for

    def _rule_without_item(
        self, group: int, records: list[tuple[int, int]]
    ) -> Iterator[tuple[int, Ruling]]:
        leader, leading = records[0]
        yield leader, self._new_or_held(group, leader, leading)
        for index, node in records[1:]:
            yield index, self._same(node, leading, within=leader)

    def _new_or_held(self, group: int, leader: int, node: int) -> Ruling:
        questions = [
            (link, candidate)
            for link, other in self._open[group]
            if (candidate := self._candidate(link, group, other, leader)) is not None
        ]
        shared = self._shared_by(node)
        if not questions:
            if not shared:
                return _NEW
            reason = f"{_NEW.reason}; DOI {shared[0]} names several works"
            return _NEW._replace(reason=reason, shared=shared)
        return self._hold(questions, shared)

    def _hold(
        self, questions: Sequence[tuple[Edge, Known | int]], shared: tuple[str, ...] = ()
    ) -> Ruling:
        first = questions[0][0]
        return Ruling(
            RulingKind.HOLD,
            candidates=_each_once(candidate for _, candidate in questions),
            evidence=first.judgement.evidence,
            reason=_question(first),
            shared=shared,
            doubt=_gravest(link.doubt for link, _ in questions),
        )

    def _candidate(self, link: Edge, group: int, other: int, leader: int) -> Known | int | None:
        """Return what a group is held for: an item, or a work that begins earlier in the plan."""
        if link.judgement.verdict is Verdict.UNDECIDED and self._exclude(group, other):
            return None
        item = self._item(other)
        if item is not None:
            return self._pairs.nodes[item].known
        earlier = self._records(other)[0][0]
        return earlier if earlier < leader else None

    def _exclude(self, group: int, other: int) -> bool:
        """Tell whether a member of one group is certainly not the work of the other."""
        return any(
            self._pairs.differ(mine, theirs)
            for mine in self._groups.members(group)
            for theirs in self._groups.members(other)
        )

    # --- a work that an item stands for

    def _rule_with_item(
        self, group: int, records: list[tuple[int, int]], item: int
    ) -> Iterator[tuple[int, Ruling]]:
        rivals = self._rivals(group)
        suspects = self._suspects(group, item)
        leader, leading = records[0]
        doubtful = suspects or self._points_to_two(group, item, rivals)
        if doubtful and not self._is_answered(group, item):
            known = self._pairs.nodes[item].known
            candidates = [known] if known else []
            candidates += [rival for _, rival in (*suspects, *rivals)]
            yield leader, self._hold_between(suspects or rivals, candidates)
            for index, node in records[1:]:
                yield index, self._same(node, leading, within=leader)
            return
        item, twins = self._prefer_present(item, rivals)
        for index, node in records:
            yield index, self._same(node, item, twins=twins)

    def _rivals(self, group: int) -> list[tuple[Edge, Known]]:
        """Return the other items that a group is the same work as."""
        return [
            (link, known)
            for link, known in self._other_items(group)
            if link.judgement.verdict is Verdict.SAME
        ]

    def _suspects(self, group: int, item: int) -> list[tuple[Edge, Known]]:
        """Return items with the group's accession number that are another work by their look.

        One that a person told apart from the group's own item asks nothing any more.
        """
        return [
            (link, known)
            for link, known in self._other_items(group)
            if link.judgement.verdict is Verdict.UNDECIDED
            and not OF_RECORDS.isdisjoint(link.same_ids)
            and not self._pairs.are_told_apart(item, self._pairs.gathering.node_of(known))
        ]

    def _other_items(self, group: int) -> Iterator[tuple[Edge, Known]]:
        """Yield the items that a group is linked to besides its own, and what was merged into it.

        What people merged is one work, whatever it says.
        """
        own = self._known(group)
        for link, other in self._open[group]:
            known = self._known(other)
            if known is not None and (own is None or known.ref != own.ref):
                yield link, known

    def _known(self, group: int) -> Known | None:
        item = self._item(group)
        return None if item is None else self._pairs.nodes[item].known

    def _points_to_two(self, group: int, item: int, rivals: Sequence[tuple[Edge, Known]]) -> bool:
        """Tell whether different identifiers lead to different items, both present."""
        known = self._pairs.nodes[item].known
        if known is None or known.removed:
            return False
        mine = {
            kind
            for node in self._groups.members(group)
            for link in self._inner[node]
            if item in (link.one, link.other)
            for kind in link.same_ids
        }
        return any(
            mine and link.same_ids and not mine & set(link.same_ids)
            for link, rival in rivals
            if not rival.removed
        )

    def _is_answered(self, group: int, item: int) -> bool:
        """Tell whether a person said that the group's work is this item."""
        return any(
            item in (link.one, link.other) and link.strength[0] == RANK_OF_ANSWERS
            for node in self._groups.members(group)
            for link in self._inner[node]
        )

    def _hold_between(
        self, questions: Sequence[tuple[Edge, Known]], candidates: Sequence[Known]
    ) -> Ruling:
        return Ruling(
            RulingKind.HOLD,
            candidates=_each_once(candidates),
            evidence=questions[0][0].judgement.evidence,
            reason="its identifiers lead to different items of the library",
            doubt=Doubt.IDENTIFIERS,
        )

    def _prefer_present(
        self, item: int, rivals: Sequence[tuple[Edge, Known]]
    ) -> tuple[int, tuple[str, ...]]:
        """Return the item that stands for the work, present rather than removed, and its twins."""
        known = self._pairs.nodes[item].known
        present = [rival for _, rival in rivals if not rival.removed]
        if known is not None and known.removed and present:
            item = self._pairs.gathering.node_of(present[0])
            present = present[1:]
        return item, tuple(dict.fromkeys(rival.ref for rival in present))

    # --- one record

    def _same(
        self, node: int, target: int, within: int | None = None, twins: tuple[str, ...] = ()
    ) -> Ruling:
        link = self._link_to(node, target)
        evidence = link.judgement.evidence if link else ("equal in every field compared",)
        reason = link.judgement.reason if link else "an equal record"
        if twins:
            evidence += tuple(f"also {ref}" for ref in twins)
            reason += f"; the library has the same work again as {', '.join(twins)}"
        return Ruling(
            RulingKind.SAME,
            known=None if within is not None else self._pairs.nodes[target].known,
            within=within,
            evidence=evidence,
            reason=reason,
            aliases=self._aliases(node, target),
            shared=self._shared_by(node),
        )

    def _link_to(self, node: int, target: int) -> Edge | None:
        """Return the strongest link of a record, to the target if there is one."""
        links = self._inner[node]
        direct = [link for link in links if target in (link.one, link.other)]
        return next(iter(direct or links), None)

    def _aliases(self, node: int, target: int) -> tuple[tuple[str, str], ...]:
        """Return a record's identifiers that its work does not show and nobody else bears."""
        shown = self._pairs.names_of(target)
        known = self._pairs.nodes[target].known
        ref = known.ref if known else ""
        return tuple(
            pair
            for pair in self._pairs.nodes[node].members[0].identity.pairs()
            if pair not in shown
            and self._pairs.gathering.bearers(pair) <= {ref}
            and not (pair[0] == "doi" and self._pairs.is_shared(pair[1]))
        )

    def _shared_by(self, node: int) -> tuple[str, ...]:
        doi = self._pairs.nodes[node].members[0].identity.doi
        return (doi,) if doi and doi in self._pairs.newly_shared else ()


def _each_once(candidates: Iterable[Known | int]) -> tuple[Known | int, ...]:
    """Return the candidates without those that another one stands for."""
    found: dict[str | int, Known | int] = {}
    for each in candidates:
        found.setdefault(each.ref if isinstance(each, Known) else each, each)
    return tuple(found.values())


def _gravest(doubts: Iterable[Doubt | None]) -> Doubt:
    """Return a doubt that is about more than a likeness, if there is one."""
    return next((doubt for doubt in doubts if doubt not in (None, Doubt.LOOK)), None) or Doubt.LOOK


def _question(link: Edge) -> str:
    if link.judgement.verdict is Verdict.SAME:
        return f"{link.judgement.reason}, but another record of that work contradicts it"
    return link.judgement.reason
