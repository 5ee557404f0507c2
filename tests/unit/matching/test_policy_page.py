"""The page on matching names every rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.matching.by_identifier import BY_ACCESSION_NUMBER, BY_IDENTIFIER
from syncd.matching.by_look import BY_LOOK
from syncd.matching.caps import BY_METADATA, BY_ONE_IDENTIFIER, EVER
from syncd.matching.judging import GUARDS, UNDER_SHARED_DOI
from syncd.matching.recurring import RECURRING
from syncd.matching.rules import Rule

PAGE = (Path(__file__).parents[3] / "docs" / "matching.md").read_text("utf-8")
RULES = [
    *GUARDS,
    *BY_ACCESSION_NUMBER,
    *BY_IDENTIFIER,
    UNDER_SHARED_DOI,
    *BY_LOOK,
    *EVER,
    *BY_ONE_IDENTIFIER,
    *BY_METADATA,
    RECURRING,
]
VERDICTS = {"same": "same", "different": "different", "undecided": "ask"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.cases} {rule.reason[:40]}")
def test_every_rule_is_on_the_page(rule: Rule) -> None:
    row = f"| {rule.cases or '–'} | {VERDICTS[rule.verdict.value]} | {rule.reason} |"

    assert row in PAGE
