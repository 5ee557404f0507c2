"""What people said about pairs of works, found again however a work comes back.

NAME   what an answer calls a work: the key of an item, or a fingerprint; a fingerprint with a
       digest of the record behind it where the work that it differs from has the same fingerprint
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from syncd.matching.blocking import fingerprint_of
from syncd.matching.comparison import compare
from syncd.matching.features import Features
from syncd.matching.judging import find_rule
from syncd.matching.values import Verdict

_OF_CONTAINERS = frozenset({"isbn", "issn"})
"""Identifiers that may name what a work stands in."""

_PARTED = "."


class Answers:
    """Answers as (name, name, verdict), and the works that names stand for where they are kept.

    A work bears a name if its fingerprint is that name, or if it looks the same as the work of
    that name and has an identifier in common with it. Fingerprints leave much out, so one that is
    surely another work bears no name by its fingerprint.
    """

    def __init__(
        self,
        given: Iterable[tuple[str, str, Verdict]] = (),
        works: Iterable[tuple[str, Features]] = (),
    ) -> None:
        self._said: defaultdict[str, dict[str, Verdict]] = defaultdict(dict)
        for one, other, verdict in given:
            self._said[one][other] = verdict
            self._said[other][one] = verdict
        self._works: defaultdict[str, list[tuple[str, Features]]] = defaultdict(list)
        self._by_identifier: defaultdict[tuple[str, str], list[tuple[str, Features]]] = defaultdict(
            list
        )
        for name, features in works:
            if _PARTED in name:
                continue
            # By today's fingerprint as well: an older syncd may have made another of the work.
            for fingerprint in {name, fingerprint_of(features)}:
                self._works[fingerprint].append((name, features))
            for pair in _own_identifiers(features):
                self._by_identifier[pair].append((name, features))

    def __bool__(self) -> bool:
        """Tell whether anything was said at all."""
        return bool(self._said)

    def fingerprints(self) -> set[str]:
        """Return the fingerprints, today's ones too, of the works that are kept."""
        return set(self._works)

    def names_of(self, features: Features) -> Sequence[str]:
        """Return what answers may call this work."""
        fingerprint = fingerprint_of(features)
        named = self._works.get(fingerprint, ())
        # What was said of this very record counts before what was said of any that look like it.
        names = {exact_name(features): None}
        names |= dict.fromkeys(name for name, work in named if not _differ(features, work))
        if not named:
            names[fingerprint] = None
        for pair in _own_identifiers(features):
            for name, work in self._by_identifier.get(pair, ()):
                if name not in names and _look_the_same(features, work):
                    names[name] = None
        return tuple(names)

    def works_of(self, names: Iterable[str]) -> list[Features]:
        """Return the works that these names stand for, of those that are kept."""
        return [work for name in names for _, work in self._works.get(name, ())]

    def find(self, mine: Iterable[str], theirs: Sequence[str]) -> Verdict | None:
        """Return what was said about two works by any of their names; the first names count."""
        for name in mine:
            said = self._said.get(name)
            found = next((said[other] for other in theirs if other in said), None) if said else None
            if found is not None:
                return found
        return None

    def same_as(self, names: Iterable[str]) -> set[str]:
        """Return the names that are said to be the same work as one of these."""
        return {
            other
            for name in names
            for other, verdict in self._said.get(name, {}).items()
            if verdict is Verdict.SAME
        }


def exact_name(features: Features) -> str:
    """Return a name that only this very record bears."""
    return f"{fingerprint_of(features)}{_PARTED}{features.record}"


def _own_identifiers(features: Features) -> Iterable[tuple[str, str]]:
    return (pair for pair in features.identity.pairs() if pair[0] not in _OF_CONTAINERS)


def _differ(one: Features, other: Features) -> bool:
    return one != other and _verdict(one, other) is Verdict.DIFFERENT


def _look_the_same(one: Features, other: Features) -> bool:
    return one == other or _verdict(one, other) is Verdict.SAME


def _verdict(one: Features, other: Features) -> Verdict:
    return find_rule(compare(one, other, frozenset())).verdict
