"""What matching asks of whoever remembers works."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from syncd.matching.answers import Answers
from syncd.matching.features import Features
from syncd.matching.values import Known


class KnownWorks(Protocol):
    """The works already known, found in batches and without ever scanning all of them."""

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[Known]]:
        """Return what bears these (kind, value), aliases included."""
        ...

    def by_blocks(self, keys: Collection[int]) -> Mapping[int, Sequence[Known]]:
        """Return what has these blocking keys; huge blocks may be cut."""
        ...

    def shared_dois(self, dois: Collection[str]) -> AbstractSet[str]:
        """Return those of the DOIs that were found to name several works."""
        ...

    def by_refs(self, refs: Collection[str]) -> Mapping[str, Sequence[Known]]:
        """Return what is known under these item keys."""
        ...

    def as_written(self, keys: Collection[str]) -> Mapping[str, Features]:
        """Return what syncd last wrote into those of these items that it made."""
        ...

    def answers(self) -> Answers:
        """Return what people said about works."""
        ...
