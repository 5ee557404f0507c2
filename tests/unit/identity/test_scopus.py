"""A Scopus accession number comes out of every notation whole, zeros included."""

from __future__ import annotations

import pytest

from syncd.identity import find_eid_in_url, parse_eid

EID = "2-s2.0-85000000017"
SHORT = "2-s2.0-0023001756"

SPELLINGS = {
    "2-s2.0-85000000017": EID,
    "2-S2.0-85000000017": EID,
    "  2‐s2.0‐85000000017 ": EID,
    '"2-s2.0-85000000017".': EID,
    "eid = {2-s2.0-85000000017},": EID,
    "SCOPUS:85000000017": EID,
    "scopus: 85000000017": EID,
    "SCOPUS_ID:85000000017": EID,
    "Scopus EID: 2-s2.0-85000000017": EID,
    "Scopus ID: 85000000017": EID,
    "Export Date: 1 May 2021; EID 2-s2.0-85000000017; CODEN: INVNT": EID,
    "SCOPUS:105000000017": "2-s2.0-105000000017",
    "2-s2.0-0023001756": SHORT,
    "SCOPUS:0023001756": SHORT,
    "scp=23001756": SHORT,
}
LINKS = {
    "https://www.scopus.com/inward/record.uri?eid=2-s2.0-85000000017&doi=10.5%2f1&md5=0": EID,
    "eid=2-s2.0-0023001756&partnerID=40": SHORT,
    "http://www.scopus.com/inward/record.url?scp=85000000017&partnerID=8YFLogxK": EID,
    "https://www.scopus.com/inward/record.url?partnerID=x&amp;scp=85000000017": EID,
    "%5Cnhttp://www.scopus.com/inward/record.url?eid=2-s2.0-85000000017\\& partnerID=40": EID,
    "https://www.scopus.com/record/display.uri?eid=2-s2.0-85000000017&origin=x": EID,
    "https://www.scopus.com/pages/publications/105000000017#tab=citedBy": "2-s2.0-105000000017",
    "https://api.elsevier.com/content/abstract/scopus_id/85000000017": EID,
    "https://www-scopus-com.proxy.example.edu/inward/record.uri?scp=85000000017": EID,
}
NOTHING = [
    "2-s2.0-0000000000",
    "",
    "Scopus",
    "SCOPUS:",
    "2-s2.0-",
    "2-s2.0-850000000171234",
    "1-s2.0-S0000000005177095",
    "7004212771",
    "85000000017",
    "1.0501E+11",
    "SCOPUS:8.5E+10",
    "MEDLINE:21234567",
    "CN-01843432",
    "Scopus Author ID: 7004212771",
    "https://www.scopus.com/authid/detail.uri?authorId=7004212771",
    "https://www.scopus.com/sourceid/19140",
    "https://files.example.org/get?scp=85000000017",
    "References: Aasen (2010) 2-s2.0-85000000017",
]


@pytest.mark.parametrize(("text", "eid"), {**SPELLINGS, **LINKS}.items())
def test_an_accession_number_is_read_from_every_notation(text: str, eid: str) -> None:
    assert parse_eid(text) == eid


@pytest.mark.parametrize(("text", "eid"), LINKS.items())
def test_a_link_to_scopus_carries_the_number(text: str, eid: str) -> None:
    assert find_eid_in_url(text) == eid


@pytest.mark.parametrize("text", NOTHING)
def test_other_numbers_are_no_accession_number(text: str) -> None:
    assert parse_eid(text) is None
    assert find_eid_in_url(text) is None


@pytest.mark.parametrize(
    ("text", "eid"), [("85000000017", EID), (" 0023001756.", SHORT), ("1.0501E+11", None)]
)
def test_digits_alone_count_where_the_field_holds_nothing_else(text: str, eid: str | None) -> None:
    assert parse_eid(text, bare=True) == eid
