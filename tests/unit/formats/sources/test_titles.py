"""Titles, subtitles, journals, books and series are told apart, whatever tag they came in."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - A work")
PURE = "AN  - SCOPUS:84857789296"
CHAP = ("TY  - CHAP", "TI  - A work", "T2  - Handbook of Ants")


@pytest.mark.parametrize("tag", ["J2", "JA", "SO", "T2"])
def test_the_whole_name_of_a_journal_goes_before_its_abbreviation_in_jo(
    tag: str, item_of: Any
) -> None:
    data = item_of(*JOUR, "JO  - Nat. Med.", f"{tag}  - Nature Medicine")

    assert data["publicationTitle"] == "Nature Medicine"
    assert data["journalAbbreviation"] == "Nat. Med."


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("The ally.", "The ally: A story"),
        ("The ally?", "The ally? A story"),
        ("The ally...", "The ally...: A story"),
    ],
)
def test_a_subtitle_joins_a_title_whatever_that_ends_in(
    title: str, whole: str, item_of: Any
) -> None:
    lines = ("TY  - JOUR", f"T1  - {title}", "T2  - A story", "JO  - N", PURE)
    assert item_of(*lines)["title"] == whole


def test_a_journal_beside_a_book_is_a_line(item_of: Any) -> None:
    data = item_of(*CHAP, "JF  - Ant Journal", "T3  - Lecture Notes in Ants")

    assert data["series"] == "Lecture Notes in Ants"
    assert data["extra"] == "Journal: Ant Journal"


def test_a_subtitle_that_holds_the_journal_as_a_word_is_one(item_of: Any) -> None:
    data = item_of(*JOUR, "T2  - A randomised trial in cancer patients", "JF  - Cancer", PURE)

    assert data["publicationTitle"] == "Cancer"
    assert data["title"] == "A work: A randomised trial in cancer patients"


def test_a_citation_in_so_is_no_journal(item_of: Any) -> None:
    data = item_of(*JOUR, "JO  - J Biol Chem", "SO  - J of biol chemistry. 2012;3:4")

    assert data["publicationTitle"] == "J Biol Chem"


def test_titles_that_differ_in_a_number_are_two(record_of: Any) -> None:
    record = record_of("TY  - JOUR", "TI  - Ants, part 1", "T1  - Ants, part 2", "ST  - Ants 1-2")

    assert record.fields["title"] == "Ants, part 1"
    assert record.unused == {"T1": ("Ants, part 2",)}
    assert record_of("TY  - JOUR", "TI  - Ants: 1", "T1  - Ants 1").unused == {}


def test_the_reporter_of_a_case_stands_in_a2(item_of: Any) -> None:
    data = item_of("TY  - CASE", "TI  - Roe v. Wade", "A2  - U.S. Reports", "T2  - U.S.")

    assert data["reporter"] == "U.S. Reports"
    assert item_of("TY  - CASE", "TI  - Roe v. Wade", "T2  - U.S.")["reporter"] == "U.S."


def test_an_unpublished_conference_paper_has_no_proceedings(item_of: Any) -> None:
    data = item_of("TY  - GEN", "TI  - A", "T2  - 7th Workshop on Ants", "M3  - Paper")

    assert data["conferenceName"] == "7th Workshop on Ants"
    assert "proceedingsTitle" not in data
