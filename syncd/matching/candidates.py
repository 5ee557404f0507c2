"""Who takes part in a plan: its records, and the known works that any of them may be.

NODE   one work as it takes part: an incoming record, or everything known of one item. What people
       merged is several nodes of one key, because those may differ.
       Incoming records that cannot be told apart are one node, however often a file repeats them.
NAME   an identifier as (kind, value)
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from syncd.matching.blocking import blocking_keys, longest_name, repeated
from syncd.matching.comparison import compare
from syncd.matching.features import Features, dump_features
from syncd.matching.judging import find_rule
from syncd.matching.kinds import Kind
from syncd.matching.known import KnownWorks
from syncd.matching.recurring import RecurringTitles
from syncd.matching.values import Known, Verdict

Name = tuple[str, str]
_T = TypeVar("_T", Name, int)

_MANY = 60
"""A larger block is cut into finer ones; what is still larger is compared with its neighbours."""

_FEW = 20
"""So many are compared each with each in a finer block; in a larger one, with their neighbours."""

_NEIGHBOURS = 6
_HUGE = 400
"""Works under one DOI beyond which it names none of them."""

_PIECE = 4_000
"""Records for which known works are looked up at once."""


@dataclass(frozen=True, slots=True)
class Node:
    """`members` are all features known of it; `indices` its records in the plan."""

    members: tuple[Features, ...]
    indices: tuple[int, ...] = ()
    known: Known | None = None

    @property
    def ref(self) -> str | None:
        """The item key, if the work is known."""
        return self.known.ref if self.known else None


class Candidates:
    """The nodes of a plan, incoming ones first, and which of them met somewhere.

    `candidates` are pairs of nodes worth judging, `common_dois` those that so many works bear
    that they name none of them.
    """

    def __init__(
        self,
        features: Sequence[Features],
        works: KnownWorks,
        strict: AbstractSet[int] = frozenset(),
    ) -> None:
        self.nodes: list[Node] = _collapse(features, strict)
        incoming = len(self.nodes)
        self.answers = works.answers()
        self._names_said: dict[int, tuple[str, ...]] = {}
        self.shared_dois = works.shared_dois(
            frozenset(it.identity.doi for it in features if it.identity.doi)
        )
        everybody, keys = range(incoming), _BlockingKeys(self.nodes)
        self._bearers = _look_up(works.by_identifiers, everybody, self._own_names)
        unsettled = [n for n in everybody if not self._is_settled(n)]
        blocks = _look_up(works.by_blocks, unsettled, keys.of)
        said = self._said_to_be(incoming, works)
        self._node_of = self._add_known([*self._bearers.values(), *blocks.values(), *said.values()])
        self._aliases = self._find_aliases()
        named = self._meet(everybody, self._own_names, self._bearers)
        alike = self._meet(everybody, keys.of, blocks)
        self.answered = frozenset(self._answered_pairs(incoming))
        met = _pair_up([*named.values(), *alike.values()], incoming, self.nodes)
        self.candidates = sorted(self.answered.union(met)) if self.answered else met
        self.common_dois = frozenset(_far_too_common(named))

    def node_of(self, known: Known) -> int:
        """Return the node of a known work."""
        return self._node_of[known.item]

    def names_of(self, node: int) -> AbstractSet[Name]:
        """Return a node's identifiers, a known work's aliases included."""
        found = frozenset(pair for it in self.nodes[node].members for pair in it.identity.pairs())
        return found | self._aliases[node] if node in self._aliases else found

    def aliases_in_common(self, one: int, other: int) -> AbstractSet[Name]:
        """Return the identifiers of two nodes that one of them may have without showing them.

        A record shows all that it has. A known work has those of all its records, and aliases.
        """
        if self.nodes[one].known is None and self.nodes[other].known is None:
            return frozenset()
        return self.names_of(one) & self.names_of(other)

    def bearers(self, name: Name) -> frozenset[str]:
        """Return the keys of the known works that bear an identifier."""
        return frozenset(known.ref for known in self._bearers.get(name, ()))

    def names_said(self, node: int) -> tuple[str, ...]:
        """Return what answers may call a node; nothing where nobody has answered anything."""
        if not self.answers:
            return ()
        if node not in self._names_said:
            it = self.nodes[node]
            mine = [name for each in it.members for name in self.answers.names_of(each)]
            first = [it.ref] if it.ref else []
            self._names_said[node] = tuple(dict.fromkeys([*first, *mine]))
        return self._names_said[node]

    def _said_to_be(self, incoming: int, works: KnownWorks) -> Mapping[str, Sequence[Known]]:
        """Return the known works that people said incoming ones are, however they look now."""
        names = [self.names_said(node) for node in range(incoming)] if self.answers else []
        said = {other for each in names for other in self.answers.same_as(each)}
        if not said:
            return {}
        sought = frozenset(key for it in self.answers.works_of(said) for key in blocking_keys(it))
        alike = {
            known.ref
            for met in works.by_blocks(sought).values()
            for known in met
            if not said.isdisjoint(self.answers.names_of(known.features))
        }
        return works.by_refs(said | alike)

    def _answered_pairs(self, incoming: int) -> Iterator[tuple[int, int]]:
        """Yield the pairs that people said are one work."""
        if not self.answers:
            return
        bearers: defaultdict[str, list[int]] = defaultdict(list)
        for node in range(len(self.nodes)):
            for name in self.names_said(node):
                bearers[name].append(node)
        for node in range(incoming):
            for other in self.answers.same_as(self.names_said(node)):
                for bearer in bearers.get(other, ()):
                    if bearer != node:
                        yield (node, bearer) if node < bearer else (bearer, node)

    def _is_settled(self, number: int) -> bool:
        """Tell whether identifiers lead to one work that a node surely is.

        Then the library need not be searched for what else looks like it.
        """
        if not self._bearers:
            return False
        found = [known for name in self._own_names(number) for known in self._bearers.get(name, ())]
        if not found or any(known != found[0] for known in found):
            return False
        mine = self.names_said(number)
        if mine and self.answers.find(mine, (found[0].ref,)) is not None:
            return False
        it = compare(self.nodes[number].members[0], found[0].features, self.shared_dois)
        return bool(it.same_ids) and find_rule(it).verdict is Verdict.SAME

    def _add_known(self, found: Iterable[Sequence[Known]]) -> dict[str, int]:
        """Add a node for each known item, and return where each is."""
        first: dict[str, Known] = {}
        members: defaultdict[str, dict[Features, None]] = defaultdict(dict)
        for known in (known for each in found for known in each):
            first.setdefault(known.item, known)
            members[known.item][known.features] = None
        places = {}
        for key in sorted(members):
            places[key] = len(self.nodes)
            self.nodes.append(Node(tuple(members[key]), known=first[key]))
        return places

    def _own_names(self, node: int) -> Sequence[Name]:
        """Return what a record can be found by; its ISBN only if it is the whole book."""
        it = self.nodes[node].members[0]
        return [name for name in it.identity.pairs() if name[0] != "isbn" or it.kind is Kind.BOOK]

    def _find_aliases(self) -> Mapping[int, AbstractSet[Name]]:
        """Return the names by which known works were found, whatever their items show.

        What people merged has all the names of what it was merged from.
        """
        of_works: defaultdict[str, set[Name]] = defaultdict(set)
        for name, found in self._bearers.items():
            for known in found:
                of_works[known.ref].add(name)
        return {
            node: of_works[ref]
            for node in self._node_of.values()
            if (ref := self.nodes[node].ref) in of_works and ref is not None
        }

    def _meet(
        self,
        nodes: Iterable[int],
        wanted: Callable[[int], Iterable[_T]],
        found: Mapping[_T, Sequence[Known]],
    ) -> dict[_T, list[int]]:
        """Return, by identifier or blocking key, the nodes that have it, where several do."""
        meeting: defaultdict[_T, list[int]] = defaultdict(list)
        again = repeated(hash(name) for node in nodes for name in wanted(node))
        for number in nodes:
            for name in wanted(number):
                if hash(name) in again or name in found:
                    meeting[name].append(number)
        for name, numbers in meeting.items():
            numbers += dict.fromkeys(self.node_of(known) for known in found.get(name, ()))
        return meeting


class _BlockingKeys:
    """The blocking keys of nodes, packed: most are met by nobody else."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._keys = array("q")
        self._ends = array("Q", [0])
        for node in nodes:
            self._keys.extend(blocking_keys(node.members[0]))
            self._ends.append(len(self._keys))

    def of(self, node: int) -> Sequence[int]:
        """Return the keys of a node."""
        return self._keys[self._ends[node] : self._ends[node + 1]]


def _look_up(
    find: Callable[[Collection[_T]], Mapping[_T, Sequence[Known]]],
    nodes: Sequence[int],
    wanted: Callable[[int], Iterable[_T]],
) -> dict[_T, Sequence[Known]]:
    """Return what is known under the names of these nodes, looked up in pieces."""
    found: dict[_T, Sequence[Known]] = {}
    for start in range(0, len(nodes), _PIECE):
        piece = nodes[start : start + _PIECE]
        found.update(find(frozenset(name for node in piece for name in wanted(node))))
    return found


def _collapse(features: Sequence[Features], strict: AbstractSet[int]) -> list[Node]:
    """Make nodes of records; those alike in everything are one, if that is enough to say so.

    It is not for `strict` records without an identifier.
    """
    first: dict[Features, int] = {}
    again: defaultdict[int, list[int]] = defaultdict(list)
    for index, it in enumerate(features):
        if (leader := first.setdefault(it, index)) != index:
            again[leader].append(index)
    recurring = RecurringTitles(first)
    nodes = []
    for it, leader in first.items():
        indices = (leader, *again.get(leader, ()))
        repeated = len(indices) > 1
        sure = repeated and _is_surely_one(it, recurring)
        sure = sure and (any(it.identity.pairs()) or strict.isdisjoint(indices))
        groups: Iterable[tuple[int, ...]] = [indices] if sure else [(i,) for i in indices]
        nodes += [Node((it,), group) for group in groups]
    return sorted(nodes, key=lambda node: node.indices)


def _is_surely_one(it: Features, recurring: RecurringTitles) -> bool:
    found = compare(it, it, frozenset())
    return recurring.doubt(found, find_rule(found)).verdict is Verdict.SAME


def _pair_up(
    meetings: Iterable[list[int]], incoming: int, nodes: Sequence[Node]
) -> list[tuple[int, int]]:
    """Return the pairs that met somewhere and of which one at least is incoming."""
    pairs: set[tuple[int, int]] = set()
    for numbers in meetings:
        near = combinations(numbers, 2) if len(numbers) <= _MANY else _near(numbers, nodes)
        pairs.update(pair for pair in near if pair[0] < incoming)
    return sorted(pairs)


def _near(numbers: Sequence[int], nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a large block that are worth a look, in time linear in its size.

    Neighbours are neighbours by what they say, so the order of a file does not matter.
    """
    finer: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for number in numbers:
        for member in nodes[number].members:
            for key in _finer_keys(member):
                if number not in finer[key][-1:]:
                    finer[key].append(number)
    for met in finer.values():
        if len(met) <= _FEW:
            yield from combinations(met, 2)
            continue
        ranked = sorted(met, key=lambda number: _order(nodes[number].members[0]))
        for place, number in enumerate(ranked):
            for other in ranked[place + 1 : place + 1 + _NEIGHBOURS]:
                yield (number, other) if number < other else (other, number)


def _finer_keys(it: Features) -> Iterator[tuple[object, ...]]:
    people = it.authors[0] if it.authors else ""
    yield (it.title, longest_name(people))
    yield (it.title, it.year, it.volume)
    yield (it.pages.first, it.volume or it.year, longest_name(people))


def _order(it: Features) -> tuple[object, ...]:
    # The last part makes the order total: identifiers that may be None have none of their own.
    return (it.title, it.authors, it.year or 0, it.volume, it.issue, it.pages, dump_features(it))


def _far_too_common(named: Mapping[Name, list[int]]) -> Iterator[str]:
    for (kind, value), numbers in named.items():
        if kind == "doi" and len(numbers) > _HUGE:
            yield value
