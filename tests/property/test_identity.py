"""What holds for any field: parsers never fail, and what they answer is canonical already."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.identity import (
    find_eid_in_url,
    parse_arxiv,
    parse_central,
    parse_doi,
    parse_dois,
    parse_eid,
    parse_embase,
    parse_isbns,
    parse_issns,
    parse_pmcid,
    parse_pmid,
    parse_wos,
)

few = settings(max_examples=100, deadline=None)

PIECES = [
    "10.5555/", "10.5555", "/", "(", ")", "<", ">", "%2F", "&lt;", "&amp;", ".", ";", " ", "\n",
    "doi:", "https://doi.org/", "https://pub.example/doi/", "/full", ".pdf", "v2", "10.1101/123456",
    "abc", "SICI", "2-s2.0-", "85000000017", "SCOPUS:", "scp=", "eid=", "PMID:", "arXiv:",
    "2103.04567", "0306406152", "0317-8471", "X", "-", "‐", "\u200b", "{\\_}", "$<$", "WOS:", "L",
]  # fmt: skip
fields = st.text() | st.lists(st.sampled_from(PIECES), max_size=9).map("".join)

SINGLE: list[Callable[[str], object]] = [
    parse_doi, parse_eid, find_eid_in_url, parse_pmid, parse_pmcid, parse_wos, parse_embase,
    parse_central,
]  # fmt: skip


@few
@given(fields)
def test_what_is_answered_is_read_again_as_itself(text: str) -> None:
    for parse in (parse_doi, parse_eid, parse_pmid, parse_pmcid, parse_wos, parse_embase):
        found = parse(text)
        assert found is None or parse(found) == found
    arxiv = parse_arxiv(text)
    assert arxiv is None or parse_arxiv(arxiv.id) == (arxiv.id, "")
    for parse_all in (parse_dois, parse_isbns, parse_issns):
        assert all(parse_all(found) == [found] for found in parse_all(text))


@few
@given(fields)
def test_the_first_of_several_is_the_one(text: str) -> None:
    several = parse_dois(text)

    assert parse_doi(text) == (several[0] if several else None)
    assert len(set(several)) == len(several)


@few
@given(st.integers(min_value=10**5, max_value=10**12 - 1))
def test_every_notation_of_a_number_is_one_number(number: int) -> None:
    whole = f"2-s2.0-{number:010}"

    notations = [
        whole,
        f"SCOPUS:{number}",
        f"https://www.scopus.com/inward/record.url?scp={number}&x=y",
        f"https://www.scopus.com/pages/publications/{number}",
    ]
    assert {parse_eid(notation) for notation in notations} == {whole}


@few
@given(fields)
def test_no_field_makes_a_parser_fail(text: str) -> None:
    for parse in SINGLE:
        parse(text)
    parse_arxiv(text)
