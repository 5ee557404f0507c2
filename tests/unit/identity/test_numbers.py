"""Numbers of books, journals and other databases: read with their check digit or their label."""

from __future__ import annotations

import pytest

from syncd.identity import (
    parse_arxiv,
    parse_central,
    parse_embase,
    parse_isbns,
    parse_issns,
    parse_pmcid,
    parse_pmid,
    parse_wos,
)


@pytest.mark.parametrize(
    ("text", "isbns"),
    [
        ("978-0-306-40615-7", ["9780306406157"]),
        ("978 0 306 40615 7", ["9780306406157"]),
        ("0-306-40615-2 (pbk.)", ["9780306406157"]),
        ("ISBN-10: 0-8044-2957-x", ["9780804429573"]),
        ("ISBN-13: 978-0-8044-2957-3", ["9780804429573"]),
        ("978‐0‐306‐40615‐7", ["9780306406157"]),
        ("0306406152; 080442957X", ["9780306406157", "9780804429573"]),
        ("0306406152 9780306406157", ["9780306406157"]),
        ("9791034304752", ["9791034304752"]),
        ("0-306-40615-3", []),
        ("9791034304753", []),
        ("97803064061570", []),
        ("030640615", []),
        ("0317-8471", []),
        ("9790260000438", []),
        ("", []),
    ],
)
def test_isbns_have_thirteen_digits_and_a_right_check_digit(text: str, isbns: list[str]) -> None:
    assert parse_isbns(text) == isbns


@pytest.mark.parametrize(
    ("text", "issns"),
    [
        ("0317-8471", ["0317-8471"]),
        ("03178471", ["0317-8471"]),
        ("2434-561x", ["2434-561X"]),
        ("0317‐8471", ["0317-8471"]),
        ("ISSN 0317-8471 (Print)\r2434-561X", ["0317-8471", "2434-561X"]),
        ("0317-8471 (Print)\n0317-8471", ["0317-8471"]),
        ("0317-8472", []),
        ("9780306406157", []),
        ("978-0-306-40615-7", []),
        ("", []),
    ],
)
def test_issns_have_a_hyphen_and_a_right_check_digit(text: str, issns: list[str]) -> None:
    assert parse_issns(text) == issns


@pytest.mark.parametrize(
    ("text", "pmid"),
    [
        ("12345678", "12345678"),
        ("7654321 ", "7654321"),
        ("PMID:12345678", "12345678"),
        ("PMID: 012345678", "12345678"),
        ("MEDLINE:12345678", "12345678"),
        ("PM:123", "123"),
        ("12345678 [PMID]", "12345678"),
        ("info:pmid/12345678", "12345678"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/12345678?dopt=Abstract", "12345678"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345678/", "12345678"),
        ("PMID: 12345678; PMCID: PMC7654321", "12345678"),
        ("PMC7654321", None),
        ("NIHMS415321", None),
        ("123456789", None),
        ("0", None),
        ("0317-8471", None),
        ("CN-01843432", None),
        ("WOS:000274898700001", None),
        ("", None),
    ],
)
def test_a_pmid_has_a_label_or_the_field_to_itself(text: str, pmid: str | None) -> None:
    assert parse_pmid(text) == pmid


@pytest.mark.parametrize(
    ("text", "pmcid"),
    [
        ("PMC7654321", "PMC7654321"),
        ("PMCID: PMC7654321", "PMC7654321"),
        ("pmc7654321[pmcid]", "PMC7654321"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC7654321/", "PMC7654321"),
        ("7654321", None),
        ("PMID: 12345678", None),
    ],
)
def test_a_pmcid_keeps_its_letters(text: str, pmcid: str | None) -> None:
    assert parse_pmcid(text) == pmcid


@pytest.mark.parametrize(
    ("text", "number", "version"),
    [
        ("arXiv:2103.04567", "2103.04567", ""),
        ("2103.04567v2", "2103.04567", "v2"),
        ("arXiv:2103.04567v2 [cs.DL]", "2103.04567", "v2"),
        ("arXiv:0705.0123", "0705.0123", ""),
        ("https://arxiv.org/pdf/2103.04567v1.pdf", "2103.04567", "v1"),
        ("10.48550/arXiv.2103.04567", "2103.04567", ""),
        ("https://doi.org/10.48550/ARXIV.2103.04567", "2103.04567", ""),
        ("hep-th/9901002v3", "hep-th/9901002", "v3"),
        ("math.GT/0309137", "math/0309137", ""),
    ],
)
def test_an_arxiv_number_comes_without_class_and_version(
    text: str, number: str, version: str
) -> None:
    assert parse_arxiv(text) == (number, version)


@pytest.mark.parametrize(
    "text",
    ["", "2113.00001", "0703.0001", "2103.0456", "0705.01234", "pp. 2101.0001-2101.0009",
     "hep-th/9913001", "stories/9901002", "10.5555/2103.04567"],
)  # fmt: skip
def test_numbers_that_only_look_like_arxiv_s_are_none(text: str) -> None:
    assert parse_arxiv(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("WOS:000123456700001", "WOS:000123456700001"),
        ("ISI:000123456700001", "WOS:000123456700001"),
        ("WOS:A1993KT67300001", "WOS:A1993KT67300001"),
        ("https://gateway.example.com/x?KeyUT=WOS:000123456700001&y", "WOS:000123456700001"),
        ("000123456700001", None),
        ("WOS:00012345", None),
        ("MEDLINE:12345678", None),
    ],
)
def test_a_web_of_science_number_has_its_label(text: str, number: str | None) -> None:
    assert parse_wos(text) == number


@pytest.mark.parametrize(
    ("text", "bare", "number"),
    [
        ("L373000001", False, "L373000001"),
        ("EMBASE:2008000001", False, "L2008000001"),
        ("2008000001", False, None),
        ("2008000001", True, "L2008000001"),
        ("PMID: 12345678", True, None),
    ],
)
def test_an_embase_number_has_its_letter_or_its_field(
    text: str, bare: bool, number: str | None
) -> None:
    assert parse_embase(text, bare=bare) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("CN-01700001", "CN-01700001"),
        ("10.1002/central/CN-01700001", "CN-01700001"),
        ("cn-01700001", "CN-01700001"),
        ("CN-0170", None),
    ],
)
def test_a_central_number_is_read_from_its_doi_too(text: str, number: str | None) -> None:
    assert parse_central(text) == number
