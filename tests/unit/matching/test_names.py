"""Names and keys are kept in ledgers and exported, so another version must make the same ones."""

from __future__ import annotations

import pytest

from syncd.matching import (
    Doubt,
    RulingKind,
    Verdict,
    blocking_keys,
    citation_in,
    dump_features,
    features_of,
    fingerprint,
    load_features,
)
from syncd.matching.blocking import longest_name
from syncd.record import Citation, Details, Doi, Eid, Identity

WORK = Citation(
    item_type="journalArticle",
    title="Seasonal drift of glacial meltwater in northern fjords [Treiben der Schmelzwasser]",
    authors=("Aasen, Kari", "Bråten, Ole"),
    year=2015,
    container="Journal of Invented Hydrology",
    volume="12",
    issue="3",
    pages="215-233",
    identity=Identity(doi=Doi("10.5555/x.1"), scopus=Eid("2-s2.0-85000000001")),
    details=Details(language="eng", translators=("Chen, Mei", "Orlov, Ivan"), record="0123abcd"),
)
EDITORIAL = WORK._replace(title="Editorial", volume="", pages="")
NAMELESS = WORK._replace(authors=(), year=None, volume="", issue="", pages="1-9")

FINGERPRINTS = [
    "06a7bc60848b1704e6ba5a78400a184d",
    "e0ecbfd554cf7131b0f54b2520c6d216",
    "d467db32f56a68a1c3e13145cb0aeebc",
]
KEYS = [
    (
        4284931983524041893,
        4946847630218931043,
        3146051672171236076,
        6364837661517743228,
        -4779194563257750772,
        -3280040401670816977,
        -4304333705407002634,
    ),
    (6321650290395222954,),
    (4284931983524041893, 4946847630218931043, 6364837661517743228, -4779194563257750772),
]
DUMPED = (
    b"201000journalArticle\x1fseasonal drift of glacial meltwater in northern fjords"
    b"\x1ftreiben der schmelzwasser\x1faasen,kari\x1ebraten,ole\x1f2015\x1f12\x1f3\x1f215\x1e233"
    b"\x1fjournal invented hydrology\x1f2-s2.0-85000000001\x1e10.5555/x.1\x1e\x1e\x1e\x1e\x1e\x1e"
    b"\x1f\x1f\x1f\x1e\x1e\x1e\x1e\x1e\x1een\x1echen mei\x1dorlov ivan\x1e\x1e\x1e0123abcd"
)


def test_fingerprints() -> None:
    assert [fingerprint(it) for it in (WORK, EDITORIAL, NAMELESS)] == FINGERPRINTS


def test_blocking_keys() -> None:
    assert [blocking_keys(features_of(it)) for it in (WORK, EDITORIAL, NAMELESS)] == KEYS


def test_features_in_a_ledger() -> None:
    assert dump_features(features_of(WORK)) == DUMPED
    assert load_features(DUMPED) == features_of(WORK)


def test_features_without_a_year_or_people_come_back() -> None:
    for features in map(features_of, (EDITORIAL, NAMELESS, NAMELESS._replace(pages=""))):
        assert load_features(dump_features(features)) == features


def test_features_are_shown_as_a_citation_that_has_the_same_ones() -> None:
    features = features_of(WORK)

    shown = citation_in(features)

    assert shown.authors == ("aasen, kari", "braten, ole")
    assert shown.pages == "215-233"
    assert citation_in(features_of(NAMELESS._replace(pages=""))).pages == ""
    assert features_of(shown)._replace(other_titles=features.other_titles) == features


def test_the_words_for_verdicts_rulings_and_doubts() -> None:
    assert [it.value for it in Verdict] == ["same", "different", "undecided"]
    assert [it.value for it in RulingKind] == ["new", "same", "hold"]
    assert [it.value for it in Doubt] == ["look", "identifiers", "retraction", "metadata", "turned"]


@pytest.mark.parametrize(
    ("person", "word"),
    [("bo,al", "bo"), ("al,bo", "bo"), ("de vries,anna m", "vries"), ("", "")],
)
def test_the_longest_word_of_a_name_is_the_same_in_whichever_order(person: str, word: str) -> None:
    assert longest_name(person) == word
