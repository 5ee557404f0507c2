"""Identifiers that say what they are count in whatever tag they stand; bare numbers do not."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - On shells")
EID = "2-s2.0-85000004711"


@pytest.mark.parametrize(
    "line",
    [
        f"AN  - EID: {EID}",
        "AN  - SCOPUS_ID:85000004711",
        "AN  - scopus-id: 85000004711",
        "AN  - Scopus (2-s2.0-85000004711)",
        f"AN  - eid = {{{EID}}}",
        f'AN  - "{EID}"',
        f"AN  - “{EID}”",
        "AN  - 2‐s2.0‐85000004711",
        "AN  - 2−s2.0−85000004711",
        f"AN  - EID {EID}",
        f"AN  - [EID] {EID}",
        f"SE  - EID: {EID}",
        f"U1  - EID: {EID}",
        f"KW  - EID: {EID}",
        f"UR  - https://www.scopus.com/record/display.uri#eid={EID}",
        f"UR  - https://www.scopus.com/#{EID}",
        f"N1  - Export Date: 1 June 2023; EID: {EID}",
        f"N1  - {EID}",
    ],
)
def test_a_scopus_number_is_read_wherever_it_is_named(line: str, record_of: Any) -> None:
    record = record_of(*JOUR, line)

    assert record.identity.scopus == EID
    assert "archiveLocation" not in record.fields


@pytest.mark.parametrize(
    ("line", "kind", "value"),
    [
        ("AN  - PMID: 30000471", "pmid", "30000471"),
        ("AN  - PubMed ID: 30000471", "pmid", "30000471"),
        ("C8  - PMID 30000471", "pmid", "30000471"),
        ("UR  - PMID: 30000471", "pmid", "30000471"),
        ("DO  - PMID: 30000471", "pmid", "30000471"),
        ("AN  - PMC3000471", "pmcid", "PMC3000471"),
        ("AN  - arXiv:1502.00047", "arxiv", "1502.00047"),
        ("AN  - hep-th/9901047", "arxiv", "hep-th/9901047"),
        ("N1  - arXiv:1502.00047", "arxiv", "1502.00047"),
        ("M2  - WOS:000444108200047", "wos", "WOS:000444108200047"),
        ("AN  - doi:10.1000/shells", "doi", "10.1000/shells"),
        ("AN  - https://doi.org/10.1000/shells", "doi", "10.1000/shells"),
        ("DI  - 10.1000/shells", "doi", "10.1000/shells"),
        ("UR  - papers2://publication/doi/10.1000/shells", "doi", "10.1000/shells"),
        ("PM  - 30000471", "pmid", "30000471"),
        ("SN  - PMID: 30000471", "pmid", "30000471"),
        ("IS  - PMID: 30000471", "pmid", "30000471"),
        ("T3  - PMID: 30000471", "pmid", "30000471"),
        ("N1  - PubMed PMID: 30000471.", "pmid", "30000471"),
        ("N1  - (PMID 30000471)", "pmid", "30000471"),
        ("JO  - arXiv preprint arXiv:1502.00047", "arxiv", "1502.00047"),
        ("VL  - abs/1502.00047", "arxiv", "1502.00047"),
        ("N1  - arXiv: 1502.00047 [cs.LG]", "arxiv", "1502.00047"),
        ("UT  - WOS:000444108200047", "wos", "WOS:000444108200047"),
        ("N1  - Accession Number: WOS:000444108200047", "wos", "WOS:000444108200047"),
        ("UR  - https://www.embase.com/records?id=L2000471222&x=1", "embase", "L2000471222"),
    ],
)
def test_other_identifiers_are_read_where_they_are_named(
    line: str, kind: str, value: str, record_of: Any
) -> None:
    record = record_of(*JOUR, line)

    assert getattr(record.identity, kind) == value
    assert record.warnings == ()


@pytest.mark.parametrize(
    "line",
    [
        "AN  - 30000471",
        "AN  - 1502.00047",
        "U1  - 30000471",
        f"N1  - References: Doe, Shells (2001) {EID}",
        "M1  - see PMID: 30000471 and what else there is of it",
        "AN  - 1-s2.0-S0140673601000471",
        "U1  - PMID 30000471 excluded by both readers",
        f"U2  - {EID} duplicate of 17",
    ],
)
def test_what_does_not_name_itself_or_names_another_work_is_nobodys(
    line: str, record_of: Any
) -> None:
    identity = record_of(*JOUR, line).identity

    assert list(identity.pairs()) == []


def test_the_number_of_a_screening_tool_is_no_archive_location(record_of: Any) -> None:
    record = record_of(*JOUR, "AN  - rayyan-471")

    assert "archiveLocation" not in record.fields
    assert record.unused == {"AN": ("rayyan-471",)}


def test_an_identifier_in_the_tag_of_another_value_is_not_that(item_of: Any) -> None:
    data = item_of(*JOUR, "SN  - PMID: 30000471", "IS  - PMID: 30000471", "VL  - abs/1502.00047")

    assert {"ISSN", "issue", "volume"}.isdisjoint(data)
    assert (data["PMID"], data["extra"]) == ("30000471", "arXiv: 1502.00047")
    journal = "arXiv preprint arXiv:1502.00047"
    assert item_of(*JOUR, f"JO  - {journal}")["publicationTitle"] == journal
