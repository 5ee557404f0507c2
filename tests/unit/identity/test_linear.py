"""Patterns that read a text once find what those found that went over it again."""

from __future__ import annotations

import pytest

from syncd.identity.databases import parse_embase, parse_pmcid, parse_pmid
from syncd.identity.doi import parse_doi, parse_dois
from syncd.identity.scopus import parse_eid

MANY = 200_000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("10.5555/ab,,10.5555/cd", ["10.5555/ab", "10.5555/cd"]),
        ("10.5555/a,b", ["10.5555/a,b"]),
        ("10.5555/a;https://doi.org/10.5555/b", ["10.5555/a", "10.5555/b"]),
        ("10.5555/a(b)c)", ["10.5555/a(b)c"]),
        ("10.5555/a(b))).,", ["10.5555/a(b)"]),
        ("10.5555/a]b", ["10.5555/a]b"]),
        ("https://example.org/doi/10.5555/ab/full.pdf", ["10.5555/ab"]),
        ("10.5555.20 / ab", ["10.5555.20/ab"]),
        ("10.5555/ab" + ")" * MANY, ["10.5555/ab"]),
        ("10.5555/ab" + "," * MANY, ["10.5555/ab"]),
        ("10.5555/ab" + " " * MANY + "10.5555/cd", ["10.5555/ab", "10.5555/cd"]),
    ],
)
def test_dois(text: str, names: list[str]) -> None:
    assert parse_dois(text) == names
    assert parse_doi(text) == names[0]


def test_numbers() -> None:
    assert parse_pmid("PubMed  ID : 0012345") == "12345"
    assert parse_pmid(" 12345 [PMID] ;") == "12345"
    assert parse_pmid("pubmed" + " " * MANY + "12345") == "12345"
    assert parse_pmid("pubmed" + " " * MANY + "x") is None
    assert parse_pmcid("PMCID : PMC 0012") == "PMC12"
    assert parse_pmcid("PMCID" + " " * MANY) is None
    assert parse_embase("embase = L123456") == "L123456"
    assert parse_embase("embase" + " " * MANY) is None
    assert parse_eid("Scopus ID : 85012345678") == "2-s2.0-85012345678"
    assert parse_eid(' "85012345678" ;', bare=True) == "2-s2.0-85012345678"
    assert parse_eid("scopus" + " " * MANY + "=", bare=True) is None
