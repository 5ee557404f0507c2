"""Counts of a run in the words that people read, the same wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.plan import Decision

DECIDED: Mapping[Decision, str] = {
    Decision.CREATE: "new",
    Decision.SKIP: "left alone",
    Decision.COLLECT: "put into the collection",
    Decision.UPDATE: "brought up to date",
    Decision.HOLD: "held for you",
    Decision.REJECT: "not usable",
}

_WORDS = {str(decision.value): words for decision, words in DECIDED.items()} | {
    "pending": "to send",
    "trash": "put into the trash",
    "restore": "brought back",
}


def counted(counts: Mapping[str, int]) -> str:
    """Return counts by decision or fate as a list in words, without those that are none."""
    return ", ".join(
        f"{number:,} {_WORDS.get(name, name.replace('_', ' '))}"
        for name, number in counts.items()
        if number
    )
