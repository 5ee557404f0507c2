"""A DOI comes out of whatever stands in the field, bare and in lower case."""

from __future__ import annotations

import pytest

from syncd.identity import parse_doi, parse_dois

PLAIN = "10.5555/inv.2019.04-7"
SICI = "10.5555/(sici)1099-0000(199903)8:2<74::aid-inv234>3.0.co;2-7"
OLD_SICI = "10.5555/0891-6640(2002)016<0255:inv>2.3.co;2"

SPELLINGS = {
    # as it is
    "10.5555/inv.2019.04-7": PLAIN,
    "10.5555/INV.2019.04-7": PLAIN,
    "  10.5555/inv.2019.04-7\t": PLAIN,
    "10.5555/a/b/c": "10.5555/a/b/c",
    "10.5555.20/123": "10.5555.20/123",
    "10.978.8896471/1234": "10.978.8896471/1234",
    "10.5555/jf072330+": "10.5555/jf072330+",
    "10.5555/book:oso/97.003": "10.5555/book:oso/97.003",
    "10.5555/ÄÖ-Ü": "10.5555/ÄÖ-Ü",
    # labels
    "doi:10.5555/inv.2019.04-7": PLAIN,
    "DOI10.5555/inv.2019.04-7": PLAIN,
    "Doi 10.5555/inv.2019.04-7": PLAIN,
    "[doi] 10.5555/inv.2019.04-7": PLAIN,
    "10.5555/inv.2019.04-7 [doi]": PLAIN,
    "10.5555/inv.2019.04-7[doi]": PLAIN,
    "info:doi/10.5555/inv.2019.04-7": PLAIN,
    "urn:doi:10.5555/inv.2019.04-7": PLAIN,
    "J Inv. 2019 Apr;4(7):1-9. doi: 10.5555/inv.2019.04-7.": PLAIN,
    "S0000-0000(05)17709-5 [pii]; 10.5555/S0000-0000(05)17709-5 [doi]": (
        "10.5555/s0000-0000(05)17709-5"
    ),
    "ARTN 12\n10.5555/inv.2019.04-7": PLAIN,
    # resolvers and proxies
    "https://doi.org/10.5555/inv.2019.04-7": PLAIN,
    "http://dx.doi.org/10.5555/inv.2019.04-7": PLAIN,
    "www.doi.org/10.5555/inv.2019.04-7": PLAIN,
    "https://doi.org/doi:10.5555/inv.2019.04-7": PLAIN,
    "https://doi-org.proxy.example.edu/10.5555/inv.2019.04-7": PLAIN,
    "https://login.example.edu/login?url=https%3A%2F%2Fdoi.org%2F10.5555%2Finv.2019.04-7": PLAIN,
    "https://doi.org/10.5555/inv.2019.04-7?utm_source=mail": PLAIN,
    "https://doi.org/10.5555/inv.2019.04-7#section2": PLAIN,
    "https://doi.org/10.5555/inv.pdf": "10.5555/inv.pdf",
    # publishers' addresses
    "https://pub.example.com/doi/abs/10.5555/inv.2019.04-7": PLAIN,
    "https://pub.example.com/doi/10.5555/inv.2019.04-7/full": PLAIN,
    "https://pub.example.com/content/pdf/10.5555/inv.2019.04-7.pdf": PLAIN,
    "https://pub.example.com/article?id=10.5555/inv.2019.04-7&type=printable": PLAIN,
    "https://www.biorxiv.org/content/10.1101/2021.02.03.654321v3.full": "10.1101/2021.02.03.654321",
    "https://www.medrxiv.org/content/10.1101/2021.02.03.21654321v1": "10.1101/2021.02.03.21654321",
    "https://www.scopus.com/inward/record.uri?eid=2-s2.0-85000000001"
    "&doi=10.5555%2finv.2019.04-7&partnerID=40&md5=0a": PLAIN,
    # versions that belong to the name
    "10.5555/14651858.CD009999.pub4": "10.5555/14651858.cd009999.pub4",
    "10.5555/rs.3.rs-54321/v2": "10.5555/rs.3.rs-54321/v2",
    # wrapping and punctuation
    "(10.5555/0000-2217(89)90065-9)": "10.5555/0000-2217(89)90065-9",
    "10.5555/0000-2217(89)90065-9)": "10.5555/0000-2217(89)90065-9",
    "10.5555/book.2460(02)": "10.5555/book.2460(02)",
    "<10.5555/inv.2019.04-7>": PLAIN,
    "“10.5555/inv.2019.04-7”": PLAIN,
    "doi = {10.5555/inv.2019.04-7},": PLAIN,
    "10.5555/inv.2019.04-7;": PLAIN,
    "10.5555/inv.2019.04-7*": PLAIN,
    '<a href="https://doi.org/10.5555/inv.2019.04-7">x</a>': PLAIN,
    # SICI
    "10.5555/(SICI)1099-0000(199903)8:2<74::AID-INV234>3.0.CO;2-7": SICI,
    "10.5555/(SICI)1099-0000(199903)8:2&lt;74::AID-INV234&gt;3.0.CO;2-7": SICI,
    "10.5555/(SICI)1099-0000(199903)8:2&amp;lt;74::AID-INV234&amp;gt;3.0.CO;2-7": SICI,
    "10.5555/(SICI)1099-0000(199903)8:2%3C74::AID-INV234%3E3.0.CO;2-7": SICI,
    "10.5555/(SICI)1099-0000(199903)8:2$<$74::AID-INV234$>$3.0.CO;2-7": SICI,
    "10.5555/(SICI)1099-0000(199903)8:2<74::AID-INV234>3.0.CO;2-#": SICI[:-1] + "#",
    "10.5555/0891-6640(2002)016 < 0255:INV> 2.3.CO;2": OLD_SICI,
    # TeX
    r"10.5555/978-1-0000{\_}15": "10.5555/978-1-0000_15",
    r"10.5555/978-1-0000\_15": "10.5555/978-1-0000_15",
    # characters
    "\ufeff10.5555/inv.2019.04-7\u200b": PLAIN,
    "10.5555/inv.2019.04‐7": PLAIN,
    "10.5555/inv.2019.04–7": PLAIN,
    "１０.５５５５／inv.2019.04-7": PLAIN,
    "10.5555/ inv.2019.04-7": PLAIN,
    "10.5555 /inv.2019.04-7": PLAIN,
    "10. 5555/inv.2019.04-7": PLAIN,
    "10.5555/inv.2019.04-\r\n7": PLAIN,
    "10.5555%2Finv.2019.04-7": PLAIN,
    "10.5555%252Finv.2019.04-7": PLAIN,
}

NOTHING = [
    "",
    "doi:",
    "n/a",
    "10.5555",
    "10.5555/",
    "10.55/inv",
    "10/abc",
    "https://doi.org/abcde",
    "10,5555/inv",
    "110.5555/inv",
    "S0000000005177095",
    "2-s2.0-85000000001",
    "https://www.example.com/articles/inv12373",
]


@pytest.mark.parametrize(("text", "doi"), SPELLINGS.items())
def test_a_doi_is_read_from_every_spelling(text: str, doi: str) -> None:
    assert parse_doi(text) == doi
    assert parse_dois(text) == [doi]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_doi_is_nothing(text: str) -> None:
    assert parse_doi(text) is None
    assert parse_dois(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "10.5555/a.1; 10.5555/b.2",
        "10.5555/a.1;10.5555/b.2",
        "10.5555/a.1, https://doi.org/10.5555/b.2",
        "10.5555/a.1 and 10.5555/b.2, 10.5555/A.1",
        "https://doi.org/10.5555/a.1https://doi.org/10.5555/b.2",
    ],
)
def test_two_dois_in_a_field_are_both_read_in_order(text: str) -> None:
    assert parse_dois(text) == ["10.5555/a.1", "10.5555/b.2"]
    assert parse_doi(text) == "10.5555/a.1"
