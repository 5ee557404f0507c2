"""Identifiers that say what they are count in whatever tag they stand; bare numbers do not."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - On shells")
EID = "2-s2.0-85000004711"
EBSCO = "https://search.ebscohost.com/login.aspx?direct=true"
OVID = "http://ovidsp.ovid.com/ovidweb.cgi?T=JS&NEWS=N&PAGE=fulltext"


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
    for number in ("rayyan-471", "#471"):  # the second is Covidence's
        record = record_of(*JOUR, f"AN  - {number}")

        assert "archiveLocation" not in record.fields
        assert record.unused == {"AN": (number,)}


def test_an_identifier_in_the_tag_of_another_value_is_not_that(item_of: Any) -> None:
    data = item_of(*JOUR, "SN  - PMID: 30000471", "IS  - PMID: 30000471", "VL  - abs/1502.00047")

    assert {"ISSN", "issue", "volume"}.isdisjoint(data)
    assert (data["PMID"], data["extra"]) == ("30000471", "arXiv: 1502.00047")
    journal = "arXiv preprint arXiv:1502.00047"
    assert item_of(*JOUR, f"JO  - {journal}")["publicationTitle"] == journal


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        (["AN  - PMID: 30000471; EMBASE: L2012345678"], ("30000471", "L2012345678")),
        (["AN  - WOS:000444108200047; PMID: 30000471"], ("30000471", "WOS:000444108200047")),
        (["AN  - SCOPUS:85000004711; PubMed:30000471"], ("30000471", EID)),
        (["AN  - PMID 30000471, PMCID PMC3000471"], ("30000471", "PMC3000471")),
        (["AN  - PMID 30000471 WOS:000444108200047"], ("30000471", "WOS:000444108200047")),
        (["AN  - EMBASE 2012345678 | MEDLINE 30000471"], ("30000471", "L2012345678")),
        (["C3  - EMBASE 2012345678,PUBMED 30000471"], ("30000471", "L2012345678")),
        (["AN  - 30000471 PMC3000471", "DB  - PubMed"], ("30000471", "PMC3000471")),
    ],
)
def test_several_identifiers_in_one_value_are_all_read(
    lines: list[str], known: tuple[str, str], record_of: Any
) -> None:
    record = record_of(*JOUR, *lines)
    identity = record.identity

    others = [identity.pmcid, identity.embase, identity.wos, identity.scopus]
    assert (identity.pmid, *filter(None, others)) == known
    assert "archiveLocation" not in record.fields
    assert record.unused == {}


@pytest.mark.parametrize(
    "value",
    ["PMID: 30000471; PMID: 30000472", "PMID: 30000471; see Kerr", "EMBASE 1, Kerr 2012345678"],
)
def test_a_list_that_holds_anything_else_is_none(value: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"U1  - {value}")

    assert record.identity.pmid is record.identity.embase is None
    assert record.unused == {"U1": (value,)}


@pytest.mark.parametrize(
    ("lines", "kind", "value"),
    [
        (["AN  - 30000471 (PMID)"], "pmid", "30000471"),
        (["UR  - info:pmid/30000471"], "pmid", "30000471"),
        (["AN  - 30000471", "DB  - Ovid MEDLINE(R)"], "pmid", "30000471"),
        (["AN  - L2012345678"], "embase", "L2012345678"),
        (["AN  - 2012345678", "DB  - Embase <1974 to 2024>"], "embase", "L2012345678"),
        (["AN  - 000444108200047", "DB  - Web of Science"], "wos", "WOS:000444108200047"),
        (["AN  - 85000004711", "DB  - Scopus"], "scopus", EID),
        (["N1  - Scopus ID: 85000004711"], "scopus", EID),
        ([f"UR  - HTTPS://WWW.SCOPUS.COM/INWARD/RECORD.URI?EID={EID.upper()}"], "scopus", EID),
        (["UR  - https://example.org/central/CN-01234567/full"], "central", "CN-01234567"),
        (["DO  - 10.1002/central/CN-01234567"], "central", "CN-01234567"),
        (["AN  - 30000471.0", "DB  - PubMed"], "pmid", "30000471"),
        (["AN  - 30000471", f"UR  - {EBSCO}&db=cmedm&AN=30000471"], "pmid", "30000471"),
        (["AN  - 30000471", "DB  - mdc", "DP  - EBSCOhost"], "pmid", "30000471"),
        (["AN  - edselc.2-52.0-85000004711", "DP  - EBSCOhost"], "scopus", EID),
        ([f"UR  - {EBSCO}&db=edselc&AN=edselc.2-52.0-85000004711&site=x"], "scopus", EID),
        (["AN  - edswsc.000444108200047", "DP  - EBSCO"], "wos", "WOS:000444108200047"),
        (["AN  - edsarx.1502.00047", "DP  - EBSCO"], "arxiv", "1502.00047"),
        ([f"L2  - {OVID}&D=med17&AN=30000471"], "pmid", "30000471"),
        (["N1  - PMCID: 3000471"], "pmcid", "PMC3000471"),
        (["C8  - PMCID: 3000471"], "pmcid", "PMC3000471"),
        (["ID  - 10.1000/shells"], "doi", "10.1000/shells"),
        (["C7  - 10.1000/shells"], "doi", "10.1000/shells"),
        (["SN  - doi:10.1000/shells"], "doi", "10.1000/shells"),
    ],
)  # fmt: skip
def test_a_number_is_its_databases_where_that_is_said(
    lines: list[str], kind: str, value: str, record_of: Any
) -> None:
    assert getattr(record_of(*JOUR, *lines).identity, kind) == value


@pytest.mark.parametrize(
    "line",
    [
        "AN  - 85000004711",
        "AN  - 30000471",
        "AN  - 2012345678",
        "AN  - 000444108200047",
        "AN  - edselc.2-52.0-85000004711",
    ],
)
def test_a_bare_number_without_its_database_is_only_an_accession_number(
    line: str, record_of: Any
) -> None:
    record = record_of(*JOUR, line)

    assert record.fields["archiveLocation"] == line[6:]
    assert {record.identity.scopus, record.identity.pmid, record.identity.embase} == {None}
    assert record.identity.wos is None
