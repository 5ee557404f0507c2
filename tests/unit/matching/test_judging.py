"""The verdict on two works, and the evidence it names."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.matching import Judgement, Verdict, features_of, judge
from syncd.record import Citation, Doi, Identity

SAME, DIFFERENT, UNDECIDED = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNDECIDED

ARTICLE = Citation(
    item_type="journalArticle",
    title="Seasonal drift of glacial meltwater in northern fjords",
    authors=("Aasen, Kari", "Bråten, Ole", "Chen, Mei"),
    year=2015,
    container="Journal of Invented Hydrology",
    volume="12",
    issue="3",
    pages="215-233",
)
ABSTRACT = ARTICLE._replace(pages="S12", volume="12", issue="Suppl 1")
EDITORIAL = ARTICLE._replace(title="Editorial", authors=("Zorn, Ada",), pages="1-2")
DOI = Identity(doi=Doi("10.5555/x.1"))


def verdict(one: Citation, **changes: Any) -> Judgement:
    return judge(features_of(one), features_of(one._replace(**changes)))


SAME_WORK = {
    "abbreviated, initials only": {
        "container": "J Invent Hydrol", "authors": ("Aasen K", "Braten O", "Chen M")},
    "names swapped": {"authors": ("Kari, Aasen", "Ole, Bråten", "Mei, Chen")},
    "the year before": {"year": 2014},
    "wrong volume": {"volume": "21"},
    "an article number": {"pages": "e1754"},
    "page lost": {"pages": ""},
    "place lost": {"pages": "", "volume": "", "issue": ""},
    "authors lost": {"authors": ()},
    "a typo": {"title": "Seasonal drift of glacial meltwatr in northern fjords"},
    "a note": {"title": "Seasonal drift of glacial meltwater in northern fjords. [Review]"},
    "subtitle cut": {"title": "Seasonal drift of glacial meltwater"},
    "translated": {"title": "[Jahreszeitliche Drift von Schmelzwasser in nördlichen Fjorden]"},
    "authors in another alphabet": {"authors": ("Аасен, К",)},
    "journal translated": {"container": "Zeitschrift für erfundene Gewässerkunde"},
    "a month for the issue": {"issue": "May"},
}  # fmt: skip


@pytest.mark.parametrize("changes", SAME_WORK.values(), ids=SAME_WORK)
def test_metadata_alone_shows_the_same_work(changes: dict[str, Any]) -> None:
    judgement = verdict(ARTICLE, **changes)

    assert judgement.verdict is SAME, judgement
    assert "E5 metadata" in judgement.evidence


OTHER_WORK: dict[str, tuple[Citation, dict[str, Any]]] = {
    "another title": (ARTICLE, {"title": "A catalogue of rural clock towers", "pages": "3-9"}),
    "two abstracts on a page": (
        ABSTRACT, {"title": "Winter ice in southern lakes", "authors": ("Dumont, Luc",)}),
    "one team's abstracts on a page": (
        ABSTRACT, {"title": "Winter ice and the ferries of southern lakes"}),
    "an erratum": (ARTICLE, {"title": f"Erratum to: {ARTICLE.title}", "pages": "234"}),
    "an editorial in the next issue": (EDITORIAL, {"issue": "4"}),
    "an editorial in another journal": (EDITORIAL, {"container": "Annals of Fictional Ice"}),
    "one author's works on equal pages": (
        ARTICLE._replace(authors=("Aasen, Kari",)),
        {"title": "A catalogue of rural clock towers and their keepers", "issue": "4"}),
    "a chapter of the book": (
        ARTICLE._replace(item_type="book", pages="", volume="", issue=""),
        {"item_type": "bookSection", "pages": "20-41"}),
    "the thesis": (ARTICLE, {"item_type": "thesis", "container": "", "volume": "", "pages": ""}),
    "the preprint": (ARTICLE, {"container": "bioRxiv", "volume": "", "issue": "", "pages": ""}),
}  # fmt: skip


@pytest.mark.parametrize(("work", "changes"), OTHER_WORK.values(), ids=OTHER_WORK)
def test_what_only_looks_alike_is_another_work(work: Citation, changes: dict[str, Any]) -> None:
    judgement = verdict(work, **changes)

    assert judgement.verdict is DIFFERENT, judgement


DOUBTFUL: dict[str, tuple[Citation, dict[str, Any]]] = {
    "part I and part II": (
        ARTICLE._replace(title=f"{ARTICLE.title}, part I"),
        {"title": f"{ARTICLE.title}, part II"}),
    "another word in one place": (
        ABSTRACT, {"title": "Seasonal drift of glacial sediment in northern fjords"}),
    "printed again elsewhere": (
        ARTICLE, {"container": "Annals of Fictional Ice", "volume": "7", "pages": "11-20"}),
    "printed again years later": (ARTICLE, {"year": 2021, "volume": "18", "pages": "5-23"}),
    "too little known": (EDITORIAL._replace(pages="", issue=""), {"year": 2015}),
    "an update of a review": (
        ARTICLE._replace(pages="CD001234", volume="", container="Cochrane Database Syst Rev"),
        {"issue": "9"}),
}  # fmt: skip


@pytest.mark.parametrize(("work", "changes"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_a_person_would_want_to_see_is_undecided(
    work: Citation, changes: dict[str, Any]
) -> None:
    judgement = verdict(work, **changes)

    assert judgement.verdict is UNDECIDED, judgement


def test_a_shared_doi_is_no_evidence() -> None:
    one = features_of(ABSTRACT._replace(identity=DOI))
    other = features_of(
        ABSTRACT._replace(identity=DOI, title="Winter ice in southern lakes", pages="S13")
    )

    judgement = judge(one, other, shared_dois={"10.5555/x.1"})

    assert judgement.verdict is DIFFERENT
    assert "shared doi" in judgement.evidence
    assert "E2 doi" not in judgement.evidence


def test_a_missing_title_is_not_another_title() -> None:
    judgement = verdict(ARTICLE._replace(identity=DOI), title="", authors=("Dumont, Luc",))

    assert judgement.verdict is UNDECIDED


def test_the_register_s_doi_of_a_trial_does_not_contradict_the_article_s() -> None:
    register = Identity(doi=Doi("10.1002/central/cn-01700001"))

    judgement = verdict(ARTICLE._replace(identity=DOI), identity=register)

    assert judgement.verdict is SAME


def test_a_book_s_isbn_counts_and_a_chapter_s_does_not() -> None:
    isbn = Identity(isbn=("9780306406157",))
    book = ARTICLE._replace(item_type="book", volume="", issue="", pages="", identity=isbn)
    chapter = book._replace(item_type="bookSection", pages="20-41", title="Ice in spring")

    assert "E4 isbn" in verdict(book, year=2019).evidence
    assert verdict(book, year=2019).verdict is SAME
    assert verdict(chapter, title="Ice in autumn", pages="42-60").verdict is DIFFERENT
