"""Pairs of works made on purpose, each with the rule that it pins."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from syncd.item.reading import citation_of
from syncd.matching import Features, features_of, judge

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "work-pairs.jsonl")
    .read_text("utf-8")
    .splitlines()
]

EVIDENCE = {
    "E1 scopus",
    "E1 wos",
    "E2 doi",
    "E3 arxiv",
    "E3 pmid",
    "E4 isbn",
    "E5 metadata",
    "address on one side only",
    "an author in common",
    "authors differ",
    "day on one side only",
    "edition on one side only",
    "generic title",
    "issue differs",
    "journal differs",
    "number on one side only",
    "pages differ",
    "publisher differs",
    "same address",
    "same authors",
    "same authors in another order",
    "same day",
    "same edition",
    "same first author",
    "same first page",
    "same issue",
    "same journal",
    "same language",
    "same number",
    "same part",
    "same publisher",
    "same trials",
    "same volume",
    "same year",
    "subtitle missing",
    "title",
    "translators on one side only",
    "trials of different registers",
    "trials on one side only",
    "veto: address differs",
    "veto: authors differ",
    "veto: day differs",
    "veto: doi differs",
    "veto: edition differs",
    "veto: event differs",
    "veto: generic title",
    "veto: language differs",
    "veto: markers differ",
    "veto: number differs",
    "veto: numbers differ",
    "veto: part differs",
    "veto: pmid differs",
    "veto: publisher differs",
    "veto: translators differs",
    "veto: trials differs",
    "veto: words differ",
    "volume differs",
    "words differ",
    "words in front",
    "years differ",
}
"""All that is said for and against pairs of works; what reads plans may look for these words."""


def sides(pair: dict[str, Any]) -> tuple[Features, Features]:
    one, other = ({**pair["both"], **pair[side]} for side in ("one", "other"))
    return features_of(citation_of(one)), features_of(citation_of(other))


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{n} {p['rule']}" for n, p in enumerate(PAIRS)])
def test_a_pair_made_on_purpose_is_judged_as_labelled(pair: dict[str, Any]) -> None:
    one, other = sides(pair)

    judgement = judge(one, other)

    assert judgement.verdict.value in pair["verdict"], judgement
    assert pair.get("reason", "") in judgement.reason
    assert list(judgement.evidence) == pair.get("evidence", list(judgement.evidence))
    assert judge(other, one) == judgement


def test_evidence_is_named_in_these_words() -> None:
    found = {name for pair in PAIRS for name in judge(*sides(pair)).evidence}

    named = {re.sub(r"title 0\.\d\d|title 1\.00", "title", name) for name in found}
    assert named == EVIDENCE
