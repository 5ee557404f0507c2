"""Details in their comparable spelling, and what of them one side should say."""

from __future__ import annotations

import pytest

from syncd.matching import dump_features, features_of, load_features
from syncd.matching.details import compare_details, fold_details
from syncd.matching.kinds import Kind, kind_of
from syncd.record import NO_DETAILS, Citation, Details, Doi, Identity

SAME, OTHER, UNCLEAR = True, False, None


def agreement(kind: Kind, one: Details, other: Details, item_type: str = "") -> bool | None:
    left, right = (fold_details(side, item_type, kind) for side in (one, other))
    found = compare_details(left, right, (item_type, item_type), frozenset((kind,)))
    assert found == compare_details(right, left, (item_type, item_type), frozenset((kind,)))
    return True if found.same else False if found.other else None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("TR-101", "TR 101", SAME),
        ("TR-101", "TR-0101", SAME),
        ("TR-101", "101", UNCLEAR),
        ("ISO 9001", "ISO 9001:2015", UNCLEAR),
        ("TR-101", "TR-102", OTHER),
        ("TR-10-05", "TR 1005", SAME),
        ("TR-100", "TR-1", UNCLEAR),
        ("7", "A-7", UNCLEAR),
    ],
)
def test_numbers(one: str, other: str, expected: bool | None) -> None:
    assert agreement(Kind.REPORT, Details(number=one), Details(number=other)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2nd", "Second edition", SAME),
        ("2. Aufl.", "2nd ed.", SAME),
        ("v1.4.0", "version 1.4", SAME),
        ("1.4", "1.40", OTHER),
        ("v2", "2", SAME),
        ("r2", "2", OTHER),
        ("zweite Auflage", "2nd", SAME),
        ("第二版", "2", SAME),
        ("第二版", "第三版", OTHER),
        ("2nd", "3rd", OTHER),
        ("2nd", "2nd revised ed.", UNCLEAR),
        ("2nd rev. ed.", "2nd revised ed.", SAME),
        ("2nd upd.", "2nd updated", SAME),
        ("2nd enl.", "enlarged 2nd", SAME),
        ("2nd revised", "2nd enlarged", OTHER),
        ("2.0.0", "2", SAME),
        ("2.0", "2.0.1", OTHER),
        ("12e", "12", SAME),
        ("5a", "5", SAME),
        ("first", "1", SAME),
        ("v10", "release 10", SAME),
        ("vx", "x", OTHER),
        ("v", "2", None),
    ],
)
def test_editions(one: str, other: str, expected: bool | None) -> None:
    assert agreement(Kind.BOOK, Details(edition=one), Details(edition=other)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ger", "Deutsch", SAME),
        ("English; French", "fr", SAME),
        ("de", "nl", OTHER),
        ("en-GB", "English", SAME),
        ("German and English", "de", SAME),
        ("eng/fre", "fr", SAME),
        ("English, German", "deutsch", SAME),
        ("English|Dutch", "nl", SAME),
        ("Klingon", "klingon (spoken)", SAME),
    ],
)
def test_languages(one: str, other: str, expected: bool | None) -> None:
    assert agreement(Kind.BOOK, Details(language=one), Details(language=other)) is expected


@pytest.mark.parametrize(
    ("kind", "details", "item_type", "needed"),
    [
        (Kind.PATENT, Details(number="7"), "patent", "number"),
        (Kind.LAW, Details(number="7"), "bill", "number"),
        (Kind.BOOK, Details(number="7"), "book", None),
        (Kind.SOFTWARE, Details(edition="2"), "computerProgram", "edition"),
        (Kind.PART, Details(edition="2"), "bookSection", None),
        (Kind.WEB, Details(address="a.example/b"), "webpage", "address"),
        (Kind.DATA, Details(address="a.example/b"), "dataset", None),
        (Kind.ARTICLE, Details(day="05-04"), "newspaperArticle", "day"),
        (Kind.ARTICLE, Details(day="05-04"), "journalArticle", None),
        (Kind.TRIAL, Details(trials=("nct00000001",)), "journalArticle", "trials"),
        (Kind.ARTICLE, Details(trials=("nct00000001",)), "journalArticle", None),
        (Kind.BOOK, Details(language="de"), "book", None),
        (Kind.STANDARD, Details(part="2"), "standard", "part"),
        (Kind.STANDARD, Details(number="7"), "standard", "number"),
        (Kind.REPORT, Details(number="7"), "report", "number"),
        (Kind.BOOK, Details(edition="2"), "book", "edition"),
        (Kind.DATA, Details(edition="2"), "dataset", "edition"),
        (Kind.STANDARD, Details(edition="2"), "standard", "edition"),
        (Kind.MAP, Details(edition="2"), "map", "edition"),
        (Kind.REPORT, Details(edition="2"), "report", None),
        (Kind.MEDIA, Details(address="a.example/b"), "podcast", "address"),
        (Kind.MAP, Details(address="a.example/b"), "map", None),
        (Kind.BOOK, Details(translators=("Halden, Ines",)), "book", "translators"),
        (Kind.PART, Details(translators=("Halden, Ines",)), "bookSection", None),
        (Kind.REPORT, Details(part="2"), "report", None),
        (Kind.WEB, Details(day="05-04"), "blogPost", None),
    ],
)
def test_what_one_side_should_say(
    kind: Kind, details: Details, item_type: str, needed: str | None
) -> None:
    told = fold_details(details, item_type, kind)

    found = compare_details(told, NO_DETAILS, (item_type, item_type), frozenset((kind,)))

    assert found.missing == ((needed,) if needed else ())


@pytest.mark.parametrize(
    ("item_type", "container", "address", "kind"),
    [
        ("journalArticle", "clinicaltrials gov", "", Kind.TRIAL),
        ("journalArticle", "nct00000001", "", Kind.TRIAL),
        ("webpage", "", "clinicaltrials.gov/study/NCT00000001", Kind.TRIAL),
        ("journalArticle", "clinical trials", "", Kind.TRIAL),
        ("journalArticle", "clinical trials quarterly", "", Kind.ARTICLE),
        ("journalArticle", "dissertation abstracts international", "", Kind.THESIS),
        ("document", "biorxiv", "", Kind.PREPRINT),
        ("statute", "", "", Kind.LAW),
        ("letter", "", "", Kind.OTHER),
    ],
)
def test_the_kind_of_a_work(item_type: str, container: str, address: str, kind: Kind) -> None:
    citation = Citation(item_type, "Tides", details=Details(address=address))

    assert kind_of(citation, container) is kind


@pytest.mark.parametrize(
    ("volume", "container", "kind"),
    [
        ("Ph.D.", "", Kind.THESIS),
        ("M.Sc.", "", Kind.THESIS),
        ("12", "", Kind.ARTICLE),
        ("Ph.D.", "annals of rowing", Kind.ARTICLE),
    ],
)
def test_a_degree_in_the_place_of_a_volume_makes_a_thesis(
    volume: str, container: str, kind: Kind
) -> None:
    assert kind_of(Citation("journalArticle", "Tides", volume=volume), container) is kind


def test_features_of_an_older_syncd_are_still_read() -> None:
    old = "\x1f".join(
        ("1211journalArticle", "winter roosts", "", "halden,ines\x1ebrock,t", "2011", "21", "4",
         "301\x1e312", "annals fenland birds", "\x1e10.5555/owl.1" + "\x1e" * 6, "", "1234-5679")
    )  # fmt: skip

    features = load_features(old.encode())

    assert features.kind is Kind.CONFERENCE
    assert features.markers == 1
    assert features.generic
    assert features.item_type == "journalArticle"
    assert features.pages == ("301", "312")
    assert features.identity.doi == "10.5555/owl.1"
    assert features.details == NO_DETAILS
    assert load_features(dump_features(features)) == features


def test_a_work_without_details_takes_no_room_for_them() -> None:
    dumped = dump_features(features_of(Citation("journalArticle", "Winter roosts")))

    assert dumped.endswith(b"\x1f")


def test_a_day_is_missed_only_among_works_of_one_type() -> None:
    one, other = Details(day="03-04"), Details(number="7")

    found = [
        compare_details(one, other, types, frozenset((Kind.OTHER,))).missing
        for types in (("letter", "letter"), ("letter", "document"))
    ]

    assert found == [("day",), ()]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        (Kind.WEB, True), (Kind.MEDIA, True), (Kind.DATA, True), (Kind.SOFTWARE, True),
        (Kind.MAP, True), (Kind.REPORT, True), (Kind.OTHER, True), (Kind.TRIAL, True),
        (Kind.ARTICLE, False), (Kind.BOOK, False),
    ],
)  # fmt: skip
def test_of_what_the_address_counts(kind: Kind, kept: bool) -> None:
    folded = fold_details(Details(address="a.example/b"), "", kind)

    assert bool(folded.address) is kept


@pytest.mark.parametrize(
    ("volume", "degree"),
    [("PhD", True), ("Ph. D.", True), ("M.A.", True), ("MSc", True), ("Ed.D.", True),
     ("Psy.D.", True), ("D.Phil.", True), ("(Ph.D.)", True), ("MD", False), ("Ph.D. 12", False)],
)  # fmt: skip
def test_which_words_are_a_degree(volume: str, degree: bool) -> None:
    kind = kind_of(Citation("journalArticle", "Tides", volume=volume), "")

    assert kind is (Kind.THESIS if degree else Kind.ARTICLE)


@pytest.mark.parametrize(
    ("item_type", "kind"),
    [
        ("magazineArticle", Kind.ARTICLE), ("presentation", Kind.CONFERENCE), ("book", Kind.BOOK),
        ("encyclopediaArticle", Kind.PART), ("dictionaryEntry", Kind.PART),
        ("thesis", Kind.THESIS), ("report", Kind.REPORT), ("patent", Kind.PATENT),
        ("standard", Kind.STANDARD), ("case", Kind.LAW), ("hearing", Kind.LAW),
        ("dataset", Kind.DATA), ("computerProgram", Kind.SOFTWARE), ("map", Kind.MAP),
        ("blogPost", Kind.WEB), ("forumPost", Kind.WEB), ("film", Kind.MEDIA),
        ("tvBroadcast", Kind.MEDIA), ("artwork", Kind.MEDIA), ("preprint", Kind.PREPRINT),
    ],
)  # fmt: skip
def test_a_type_is_of_one_kind(item_type: str, kind: Kind) -> None:
    assert kind_of(Citation(item_type, "Tides"), "") is kind


@pytest.mark.parametrize(
    ("doi", "container", "kind"),
    [
        ("10.48550/arxiv.2001.00001", "", Kind.PREPRINT),
        ("10.1101/2020.01.01.123456", "", Kind.PREPRINT),
        ("10.1101/123456", "", Kind.PREPRINT),
        ("10.1101/gad.123456", "genes and tides", Kind.ARTICLE),
        ("10.21203/rs.3.rs-1", "", Kind.PREPRINT),
        ("10.5555/x", "arxiv preprint", Kind.PREPRINT),
        ("10.5555/x", "ssrn electronic journal", Kind.PREPRINT),
        ("10.5555/x", "corr", Kind.PREPRINT),
        ("10.5555/x", "correspondence of tides", Kind.ARTICLE),
    ],
)
def test_what_stands_on_a_preprint_server_is_a_preprint(
    doi: str, container: str, kind: Kind
) -> None:
    work = Citation("journalArticle", "Tides", identity=Identity(doi=Doi(doi)))

    assert kind_of(work, container) is kind
    assert kind_of(work._replace(item_type="book"), container) is Kind.BOOK
    assert kind_of(work._replace(item_type="webpage"), container) is Kind.WEB
