"""A library in RAM for matching to look into: a working `KnownWorks`, indexes and all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from syncd.matching import Answers, Features, Known, Verdict, blocking_keys, features_of
from syncd.record import Citation


class RememberedWorks:
    """What is known: items added one by one, aliases, shared DOIs and people's answers."""

    def __init__(self) -> None:
        self._by_name: defaultdict[tuple[str, str], list[Known]] = defaultdict(list)
        self._by_key: defaultdict[int, list[Known]] = defaultdict(list)
        self._known: dict[str, list[Known]] = {}
        self.written: dict[str, Features] = {}
        """What syncd wrote into items, where it made them."""
        self.shared: set[str] = set()
        self.said: dict[frozenset[str], Verdict] = {}
        self.answered: dict[str, Citation] = {}
        """Which works the fingerprints in answers stand for."""

    def add(
        self,
        ref: str,
        citation: Citation,
        *,
        removed: str | None = None,
        aliases: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Put an item in, and let it be found."""
        known = Known(ref, features_of(citation), removed)
        self._known.setdefault(ref, []).append(known)
        for pair in (*citation.identity.pairs(), *aliases):
            self._by_name[pair].append(known)
        for key in blocking_keys(known.features):
            self._by_key[key].append(known)

    def members(self, ref: str) -> list[Features]:
        """Return the features of everything that was put in under one key."""
        return [known.features for known in self._known[ref]]

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Known]]:
        return {pair: self._by_name[pair] for pair in pairs if pair in self._by_name}

    def by_blocks(self, keys: Collection[int]) -> dict[int, list[Known]]:
        return {key: self._by_key[key] for key in keys if key in self._by_key}

    def shared_dois(self, dois: Collection[str]) -> set[str]:
        return self.shared & set(dois)

    def by_refs(self, refs: Collection[str]) -> dict[str, list[Known]]:
        return {ref: self._known[ref] for ref in refs if ref in self._known}

    def as_written(self, keys: Collection[str]) -> dict[str, Features]:
        return {key: self.written[key] for key in keys if key in self.written}

    def answers(self) -> Answers:
        given = [(min(pair), max(pair), verdict) for pair, verdict in self.said.items()]
        return Answers(given, [(name, features_of(it)) for name, it in self.answered.items()])
