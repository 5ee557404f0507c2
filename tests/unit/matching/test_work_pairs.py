"""Pairs of works made on purpose, each with the rule that it pins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncd.item import citation_of
from syncd.matching import Features, features_of, judge

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "work-pairs.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def sides(pair: dict[str, Any]) -> tuple[Features, Features]:
    one, other = ({**pair["both"], **pair[side]} for side in ("one", "other"))
    return features_of(citation_of(one)), features_of(citation_of(other))


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{n} {p['rule']}" for n, p in enumerate(PAIRS)])
def test_a_pair_made_on_purpose_is_judged_as_labelled(pair: dict[str, Any]) -> None:
    one, other = sides(pair)

    judgement = judge(one, other)

    assert judgement.verdict.value in pair["verdict"], judgement
    assert pair.get("reason", "") in judgement.reason
    assert judge(other, one) == judgement
