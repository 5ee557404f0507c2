"""Two records: the same work, different works, or undecided; and one record against all known.

`features_of` takes a citation apart once, `judge` compares two, `resolve` rules on a whole plan
jointly. Nothing here reads, asks or remembers: what is known comes in as `KnownWorks`.
"""

from __future__ import annotations

from syncd.matching.answers import Answers, exact_name
from syncd.matching.blocking import (
    blocking_keys,
    fingerprint,
    fingerprint_of,
    index_keys,
    naming_keys,
)
from syncd.matching.clusters import resolve
from syncd.matching.edits import is_another
from syncd.matching.features import (
    Features,
    citation_in,
    dump_features,
    features_of,
    load_features,
    without_place,
)
from syncd.matching.judging import judge
from syncd.matching.known import KnownWorks
from syncd.matching.values import (
    DEFAULT_POLICY,
    Doubt,
    Judgement,
    Known,
    Policy,
    Ruling,
    RulingKind,
    Verdict,
)

__all__ = [
    "DEFAULT_POLICY",
    "Answers",
    "Doubt",
    "Features",
    "Judgement",
    "Known",
    "KnownWorks",
    "Policy",
    "Ruling",
    "RulingKind",
    "Verdict",
    "blocking_keys",
    "citation_in",
    "dump_features",
    "exact_name",
    "features_of",
    "fingerprint",
    "fingerprint_of",
    "index_keys",
    "is_another",
    "judge",
    "load_features",
    "naming_keys",
    "resolve",
    "without_place",
]
