"""What matching is asked and what it answers: the vocabulary of this package.

VERDICT    same, different or undecided: what two records are to each other
JUDGEMENT  a verdict with the evidence by name and the reason in words
KNOWN      a work that is in the library, or was and has been removed
RULING     what one incoming record is: new, the same as something, or held for a person
SHARED     said of a DOI that names several works (a supplement, a container); it proves nothing
ALIAS      an identifier that a work turned out to have besides those its item shows
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from syncd.matching.features import Features


class Verdict(Enum):
    """What two records are to each other."""

    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


class Judgement(NamedTuple):
    """A verdict, what spoke for and against it by name, and the reason in a librarian's words."""

    verdict: Verdict
    evidence: tuple[str, ...]
    reason: str


class Known(NamedTuple):
    """One record known to be a work: `ref` is the item's key, `removed` None, trashed or deleted.

    Several may bear one `ref`: the item, and records found to be the same work earlier. What was
    known of an item that people `merged` into that one is told by its key: they may have merged
    works that differ.
    """

    ref: str
    features: Features
    removed: str | None = None
    merged: str | None = None

    @property
    def item(self) -> str:
        """The key of the item that this was known of, whichever stands for it now."""
        return self.merged or self.ref


class RulingKind(Enum):
    """What an incoming record is."""

    NEW = "new"
    SAME = "same"
    HOLD = "hold"


class Doubt(Enum):
    """Why a record is held: by its look, for its identifiers, or because its status changed.

    METADATA: all that is compared agrees, but where it came from wants that to decide nothing.
    TURNED: it is what an item was made of that is another work by now.
    """

    LOOK = "look"
    IDENTIFIERS = "identifiers"
    RETRACTION = "retraction"
    METADATA = "metadata"
    TURNED = "turned"


class Ruling(NamedTuple):
    """What one incoming record is, and why.

    SAME has either `known` (that item) or `within` (the index of an earlier record of the plan).
    HOLD names what it may be in `candidates`, best first, and its `doubt`. `aliases` are to be
    remembered for the item, `shared` are DOIs that turned out to name several works.
    """

    kind: RulingKind
    known: Known | None = None
    within: int | None = None
    candidates: tuple[Known | int, ...] = ()
    evidence: tuple[str, ...] = ()
    reason: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    shared: tuple[str, ...] = ()
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How strictly works are told apart.

    `joins_by_look`: metadata alone (evidence E5) may decide; without it, such pairs are held.
    Of two records with different policies the stricter one counts.
    """

    joins_by_look: bool = True


DEFAULT_POLICY = Policy()
