"""Abstracts in one flow and keywords one by one, whatever a source wraps around them."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - A work")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            [
                'AB  - <AbstractText Label="BACKGROUND" NlmCategory="X">One.</AbstractText>',
                '  <AbstractText Label="RESULTS &amp; MORE">Two.</AbstractText>',
            ],
            "BACKGROUND: One.\n\nRESULTS & MORE: Two.",
        ),
        (
            [
                'AB  - AIMS: <AbstractText Label="AIMS">One.</AbstractText>',
                'METHODS: <AbstractText Label="Methods">Two.</AbstractText>',
            ],
            "AIMS: One.\n\nMETHODS: Two.",
        ),
        (
            ['AB  - <AbstractText>One.</AbstractText><AbstractText Label="UNLABELLED">Two.'],
            "One.\n\nTwo.",
        ),
        (["AB  - <AbstractText Label='The patients\" view:'>One."], 'The patients" view: One.'),
        (
            ["AB  - <jats:title>Abstract</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p>"],
            "Abstract\n\nOne.\n\nTwo.",
        ),
        (["AB  - <h4>Aims</h4>One.<h4>Methods</h4>Two."], "Aims\n\nOne.\n\nMethods\n\nTwo."),
        (['AB  - See <ext-link href="https://x.example">there</ext-link>.'], "See there."),
        (["AB  - Of <italic>E. coli</italic>."], "Of E. coli."),
        (["AB  - The <title> element"], "The <title> element"),
    ],
)
def test_markup_of_an_abstract_becomes_paragraphs_and_labels(
    lines: list[str], expected: str, item_of: Any
) -> None:
    assert item_of(*JOUR, *lines)["abstractNote"] == expected


@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        ("深度学习；遥感", ["深度学习", "遥感"]),
        ("機械学習、気候", ["機械学習", "気候"]),
        ("A；B; C、D", ["A；B", "C、D"]),
        ("Antineoplastic Agents/ad [Administration & Dosage]",
         ["Antineoplastic Agents/ad [Administration & Dosage]"]),
        ("*Biomarkers, Tumor/ai", ["*Biomarkers, Tumor/ai"]),
    ],
)  # fmt: skip
def test_a_keyword_is_parted_where_its_source_parts_it(
    keyword: str, expected: list[str], item_of: Any
) -> None:
    assert [tag["tag"] for tag in item_of(*JOUR, f"KW  - {keyword}")["tags"]] == expected


def test_that_there_are_no_keywords_is_no_keyword(record_of: Any) -> None:
    record = record_of(*JOUR, "KW  - No terms assigned", "KW  - Rain")

    assert [keyword.name for keyword in record.tags] == ["Rain"]
    assert record.unused == {"KW": ("No terms assigned",)}
