"""Which address is the work's own, which are links, and what can be read from each."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.formats.sources.addresses import addresses_in

JOUR = ("TY  - JOUR", "TI  - A work")
PAGE = "https://publisher.example/a"
EUROPE_PMC = "https://europepmc.org"
NCBI = "https://www.ncbi.nlm.nih.gov"


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        (
            "http://search.ebscohost.com/?site=ehost-livehttps://www.cambridge.org/x",
            ["http://search.ebscohost.com/?site=ehost-live", "https://www.cambridge.org/x"],
        ),
        ("http://x/1?accountid=14522http://y/2", ["http://x/1?accountid=14522", "http://y/2"]),
        ("http://a;http://b", ["http://a", "http://b"]),
        ("http://a,https://b", ["http://a", "https://b"]),
        ("http://a|https://b", ["http://a", "https://b"]),
        ("['http://a', 'https://b']", ["http://a", "https://b"]),
    ],
)
def test_addresses_that_ran_together_are_parted(value: str, addresses: list[str]) -> None:
    assert addresses_in(value) == addresses


@pytest.mark.parametrize(
    "address",
    [
        "https://web.archive.org/web/2020/http://x.example/a",
        "https://proxy.example/login?url=http://x.example/a",
        "https://archive.example/save:http://x.example/a",
        "https://x.example/a?to%3Dhttp://y.example",
    ],
)
def test_an_address_within_another_stays_there(address: str) -> None:
    assert addresses_in(address) == [address]


def test_each_of_several_addresses_in_one_value_is_read(record_of: Any) -> None:
    scopus = "https://www.scopus.com/record.uri?eid=2-s2.0-84857789296&x=a"

    record = record_of(*JOUR, f"UR  - {scopus}https://doi.org/10.1000/abc")

    assert (record.identity.scopus, record.identity.doi) == ("2-s2.0-84857789296", "10.1000/abc")
    assert record.fields["url"] == "https://doi.org/10.1000/abc"


@pytest.mark.parametrize(
    "address",
    [
        "https://doi.org/gfvtfx",
        f"{NCBI}/books/NBK12345/",
        f"{EUROPE_PMC}/api/fulltextRepo?pprId=PPR12345&type=FILE",
        f"{EUROPE_PMC}/articles/pmc6739870?pdf=render",
        f"{NCBI}/pmc/articles/PMC123/pdf/a.pdf",
        "https://media.proquest.com/media/hms/PFT/1/qCqqX",
    ],
)
@pytest.mark.parametrize("tag", ["L1", "L2"])
def test_an_address_that_is_more_than_an_identifier_is_a_link(
    tag: str, address: str, record_of: Any
) -> None:
    links = record_of(*JOUR, f"UR  - {PAGE}", f"{tag}  - {address}").links

    assert [link.target for link in links] == [address]


@pytest.mark.parametrize(
    "address",
    [
        "https://doi.org/10.1000/abc",
        f"{NCBI}/pubmed/22301798",
        f"{NCBI}/pmc/articles/PMC6739870",
        f"{EUROPE_PMC}/article/MED/22301798",
        "http://www.pubmedcentral.nih.gov/articlerender.fcgi?artid=PMC6739870",
    ],
)
def test_an_address_that_only_gives_an_identifier_is_no_link(address: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"L2  - {address}")

    assert record.links == ()
    assert any((record.identity.doi, record.identity.pmid, record.identity.pmcid))


@pytest.mark.parametrize(
    "address",
    [f"{EUROPE_PMC}/articles/pmc6739870?pdf=render", f"{NCBI}/pmc/articles/PMC6739870/pdf/"],
)
def test_a_file_of_pubmed_central_gives_its_number(address: str, record_of: Any) -> None:
    assert record_of(*JOUR, f"L1  - {address}").identity.pmcid == "PMC6739870"


def test_words_beside_a_link_are_named(record_of: Any) -> None:
    record = record_of(*JOUR, f"L1  - the file {PAGE}")

    assert [link.target for link in record.links] == [PAGE]
    assert record.unused == {"L1": (f"the file {PAGE}",)}


def test_a_bare_doi_in_a_link_is_the_doi_and_no_link(record_of: Any) -> None:
    record = record_of(*JOUR, "L3  - doi:10.1016/0160-4120%2891%2990282-U")

    assert record.identity.doi == "10.1016/0160-4120(91)90282-u"
    assert record.links == ()


def test_words_beside_a_bare_doi_in_a_link_do_not_vanish(record_of: Any) -> None:
    record = record_of(*JOUR, "L3  - replaces 10.1000/abc")

    assert [link.target for link in record.links] == ["replaces 10.1000/abc"]


def test_a_link_to_another_doi_than_that_of_do_is_named(record_of: Any) -> None:
    record = record_of(*JOUR, "L1  - https://doi.org/10.1000/abc", "DO  - 10.1000/this")

    assert record.links == ()
    assert record.unused == {"L1": ("https://doi.org/10.1000/abc",)}


@pytest.mark.parametrize("value", ["10.1000/abc", "doi:10.1000/ABC"])
def test_a_bare_doi_as_address_is_the_doi(value: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"UR  - {value}")

    assert record.identity.doi == "10.1000/abc"
    assert "url" not in record.fields
    assert (record.unused, record.warnings) == ({}, ())


def test_a_bare_doi_as_address_is_named_where_do_holds_another(record_of: Any) -> None:
    record = record_of(*JOUR, "UR  - doi:10.1000/abc", "DO  - 10.1000/this")

    assert record.identity.doi == "10.1000/this"
    assert record.unused == {"UR": ("doi:10.1000/abc",)}


@pytest.mark.parametrize(
    "address",
    [
        "https://www.scopus.com/inward/record.uri?x=1",
        "https://www.webofscience.com/wos/woscc/full-record/1",
        "https://search.ebscohost.com/login.aspx?AN=1",
        "http://ovidsp.ovid.com/ovidweb.cgi?AN=1",
        "https://lens.org/000-463-679-101-319",
        "https://www.lens.org/lens/article/1",
        "https://app.dimensions.ai/details/publication/pub.1149029839",
        "http://www.embase.com/search/results?subaction=viewrecord&id=L1",
        "https://www.proquest.com/docview/2214991469",
        "https://search.proquest.com/docview/2214991469",
        "https://login.proxy.example/login?url=https://www.proquest.com/docview/1",
        "https://pubmed.ncbi.nlm.nih.gov/22301798/",
        f"{NCBI}/pubmed/22301798",
        "http://www.ncbi.nlm.nih.gov/pubmed?term=22301798",
        "https://login.proxy.example/login?url=https://www.ncbi.nlm.nih.gov/pubmed/22301798",
    ],
)
def test_the_record_page_of_a_database_is_the_url_only_where_there_is_no_other(
    address: str, record_of: Any
) -> None:
    alone = record_of(*JOUR, f"UR  - {address}")
    beside = record_of(*JOUR, f"UR  - {address}", f"UR  - {PAGE}")

    assert alone.fields["url"] == address
    assert beside.fields["url"] == PAGE
    assert beside.unused == {"UR": (address,)}


@pytest.mark.parametrize(
    "address",
    [
        "https://search.informit.org/doi/1",
        f"{NCBI}/pmc/articles/PMC6739870",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC6739870/",
        "https://ebookcentral.proquest.com/lib/x/detail.action?docID=1",
        "https://dimensions.ai.example/a",
        "https://lens.organic.example/a",
    ],
)
def test_a_page_of_the_work_is_the_url(address: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"UR  - {address}", f"UR  - {PAGE}")

    assert record.fields["url"] == address


def test_of_several_record_pages_the_first_is_the_url(record_of: Any) -> None:
    lens = "https://lens.org/000-463-679-101-319"

    record = record_of(*JOUR, f"UR  - {lens}", "UR  - https://www.scopus.com/x")

    assert record.fields["url"] == lens
    assert record.unused == {"UR": ("https://www.scopus.com/x",)}


@pytest.mark.parametrize("tag", ["UR", "L2"])
@pytest.mark.parametrize("parameters", ["D=emed13&NEWS=N&AN=2012345678", "AN=2012345678&D=emed&x=1",
                                        "D=emed13&amp;AN=2012345678"])  # fmt: skip
def test_a_link_to_embase_at_ovid_gives_its_number(
    tag: str, parameters: str, record_of: Any
) -> None:
    link = f"http://ovidsp.ovid.com/ovidweb.cgi?T=JS&{parameters}"

    record = record_of(*JOUR, f"{tag}  - {link}")

    assert record.identity.embase == "L2012345678"
    assert record.identity.pmid is None


def test_a_link_to_another_database_at_ovid_gives_no_number_of_embase(record_of: Any) -> None:
    link = "L2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&D=psyc16&AN=2012345678"

    assert record_of(*JOUR, link).identity.embase is None
