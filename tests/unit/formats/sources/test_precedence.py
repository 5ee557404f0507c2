"""Several tags that could fill one field: which one does, and what becomes of the others."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - A work")


@pytest.mark.parametrize(
    "filler",
    ["NA", "n/a", "N/A", "null", "None", "undefined", "N.PAG", "No Pagination", "--", "Unknown"],
)
def test_what_stands_for_nothing_is_nothing(filler: str, item_of: Any, record_of: Any) -> None:
    tags = ("AB", "AU", "DO", "EP", "IS", "JF", "PB", "PY", "SN", "SP", "UR", "VL")
    lines = (*JOUR, *(f"{tag}  - {filler}" for tag in tags))

    data = item_of(*lines)

    assert set(data) == {"itemType", "title", "creators", "tags", "collections", "relations"}
    assert data["creators"] == []
    assert record_of(*lines).unused == dict.fromkeys(tags, (filler,))
    assert record_of(*lines).warnings == ()


def test_a_work_may_be_called_none(item_of: Any) -> None:
    assert item_of("TY  - JOUR", "TI  - None", "KW  - NA")["title"] == "None"


@pytest.mark.parametrize("value", ["NA", "n/a", "nan; NaN", "['nan']"])
def test_no_keyword_is_called_none(value: str, item_of: Any, record_of: Any) -> None:
    lines = ("TY  - JOUR", "TI  - None", f"KW  - {value}", "KW  - tides")

    assert item_of(*lines)["tags"] == [{"tag": "tides"}]
    assert "KW" in record_of(*lines).unused


@pytest.mark.parametrize("issue", ["3", "3-4", "Suppl. 1", "S1", "Special Issue on Ants", "PART B"])
def test_m1_is_the_issue_of_an_article_that_has_no_other(issue: str, item_of: Any) -> None:
    assert item_of(*JOUR, f"M1  - {issue}")["issue"] == issue
    assert item_of(*JOUR, f"M1  - {issue}", "IS  - 7")["issue"] == "7"


@pytest.mark.parametrize(
    ("value", "field", "text"),
    [
        ("101823", "pages", "101823"),
        ("e12345", "pages", "e12345"),
        ("PMID: 22301798", "PMID", "22301798"),
    ],
)
def test_m1_is_what_it_looks_like(value: str, field: str, text: str, item_of: Any) -> None:
    data = item_of(*JOUR, f"M1  - {value}")

    assert data[field] == text
    assert "issue" not in data


@pytest.mark.parametrize(
    "remark",
    ["101659641", "http://x.example/1", "Copyright (C) 2016 The Society", "ArticleType: research"],
)
def test_a_remark_in_m1_is_no_issue(remark: str, item_of: Any, record_of: Any) -> None:
    data = item_of(*JOUR, f"M1  - {remark}")

    assert "issue" not in data
    assert "extra" not in data
    assert record_of(*JOUR, f"M1  - {remark}").unused == {"M1": (remark,)}


def test_the_number_of_an_article_is_no_issue_in_is_either(item_of: Any) -> None:
    data = item_of(*JOUR, "IS  - e0123456", "IS  - 4")

    assert (data["pages"], data["issue"]) == ("e0123456", "4")


def test_the_edition_of_an_article_is_no_early_access(item_of: Any) -> None:
    assert item_of(*JOUR, "ET  - 2nd")["extra"] == "Edition: 2nd"
    assert item_of(*JOUR, "ET  - 2012/03/04")["extra"] == "Early Access: 2012/03/04"


@pytest.mark.parametrize(
    ("ty", "lines", "field", "text"),
    [
        ("COMP", ["IS  - 3", "ET  - 2.0"], "versionNumber", "2.0"),
        ("CHAP", ["IS  - 3", "NV  - 4"], "numberOfVolumes", "4"),
        ("BOOK", ["M1  - 3", "SV  - 4"], "seriesNumber", "4"),
        ("RPRT", ["VL  - 3", "SV  - 4"], "seriesNumber", "4"),
        ("MANSCPT", ["M1  - MS 12"], "number", "MS 12"),
        ("RPRT", ["IS  - 34", "SN  - USGS-123"], "reportNumber", "USGS-123"),
    ],
)
def test_the_tag_that_means_a_field_goes_before_those_that_may(
    ty: str, lines: list[str], field: str, text: str, item_of: Any
) -> None:
    assert item_of(f"TY  - {ty}", "TI  - A work", *lines)[field] == text


def test_a_record_whose_type_had_to_be_guessed_keeps_volume_and_issue(item_of: Any) -> None:
    data = item_of("TY  - CITATION", "TI  - A work", "VL  - 4", "IS  - 2")

    assert data["itemType"] == "document"
    assert data["extra"] == "Volume: 4\nIssue: 2"


def test_numbers_that_share_a_field_are_not_lost(item_of: Any) -> None:
    lines = ("TI  - A part", "T2  - The whole", "NV  - 4", "IS  - 3")

    assert item_of("TY  - CHAP", *lines)["extra"] == "Issue: 3"
    assert item_of("TY  - COMP", "ET  - 2", *lines)["extra"].startswith("Issue: 3\n")


@pytest.mark.parametrize("ty", ["THES", "PAT", "MGZN"])
def test_edition_and_number_of_volumes_stand_in_extra_where_no_field_is(
    ty: str, item_of: Any
) -> None:
    data = item_of(f"TY  - {ty}", "TI  - A work", "ET  - 2", "NV  - 4")

    assert data["extra"] == "Edition: 2\nNumber of Volumes: 4"


@pytest.mark.parametrize("ty", ["BILL", "CASE", "PAT", "POD", "WEB"])
def test_a_type_that_is_in_no_archive_gets_no_line_for_it(
    ty: str, item_of: Any, record_of: Any
) -> None:
    lines = (f"TY  - {ty}", "TI  - A work", "AN  - 2012-12345-001", "DB  - PsycINFO")

    assert "extra" not in item_of(*lines)
    assert set(record_of(*lines).unused) == {"AN", "DB"}


ADDRESS = "Department of Biology, University of X, 12 Long Street, Stockholm, Sweden"


def test_every_m1_of_pure_is_kept(item_of: Any) -> None:
    lines = (*JOUR, "AN  - SCOPUS:84857789296", "M1  - 3", "M1  - Special section", "M1  - third")

    assert item_of(*lines)["issue"] == "3"
    assert {"Special section", "third"} <= set(item_of(*lines)["extra"].split("\n"))


@pytest.mark.parametrize("ty", ["JOUR", "BOOK", "CPAPER"])
@pytest.mark.parametrize("value", [ADDRESS, "http://x.example/a", "57283"])
def test_an_address_is_no_place(ty: str, value: str, item_of: Any, record_of: Any) -> None:
    lines = (f"TY  - {ty}", "TI  - A work", f"CY  - {value}")

    assert not {"place", "eventPlace"} & set(item_of(*lines))
    assert record_of(*lines).unused["CY"] == (value,)
    assert (
        item_of(f"TY  - {ty}", "TI  - A work", "CY  - Oslo, Norway", f"CY  - {value}")[
            "eventPlace" if ty == "CPAPER" else "place"
        ]
        == "Oslo, Norway"
    )


def test_the_days_of_a_conference_in_its_place_are_its_date(item_of: Any) -> None:
    data = item_of("TY  - CPAPER", "TI  - A work", "CY  - 2014 OCT 5-7")
    place = item_of("TY  - CPAPER", "TI  - A work", "CY  - Building 2000, Oslo")

    assert "eventPlace" not in data
    assert data["extra"] == "Event Date: 2014-10-05/2014-10-07"
    assert place["eventPlace"] == "Building 2000, Oslo"


def test_a_book_may_have_appeared_in_many_places(item_of: Any) -> None:
    places = "New York, NY, London, England"

    assert item_of("TY  - BOOK", "TI  - A work", f"CY  - {places}")["place"] == places
