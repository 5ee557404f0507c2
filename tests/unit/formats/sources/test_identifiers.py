"""DOI, in DO and elsewhere, and citation keys: what is one, and what becomes of the rest."""

from __future__ import annotations

from typing import Any

import pytest

JOUR = ("TY  - JOUR", "TI  - A work")


@pytest.mark.parametrize(
    "value",
    [
        "10.1000/abc b c",
        "10.1000/abc [pii]",
        "ARTN 106 10.1000/abc",
        "10.1000/abc see erratum",
        "https://doi.org/10.1000/abc (erratum)",
        "https://publisher.example/10.1000/abc",
    ],
)
def test_words_beside_the_doi_are_named(value: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"DO  - {value}")

    assert record.identity.doi == "10.1000/abc"
    assert record.unused == {"DO": (value,)}
    assert record.warnings == ()


@pytest.mark.parametrize(
    ("value", "doi"),
    [
        ("10.1000/abc", "10.1000/abc"),
        ("https://doi.org/10.1000/ABC.", "10.1000/abc"),
        ("http://dx.doi.org/10.1000/abc", "10.1000/abc"),
        ("https://www.doi.org/10.1000/abc", "10.1000/abc"),
        ("https%3A//doi.org/10.1000/abc", "10.1000/abc"),
        ("DOI: 10.1000/abc", "10.1000/abc"),
        ("10.1000/abc [doi]", "10.1000/abc"),
        ("info:doi/10.1000/abc", "10.1000/abc"),
        ("10.1000/doi.5.", "10.1000/doi.5"),
        ("10.1000/abc; https://doi.org/10.1000/abc", "10.1000/abc"),
        ("http://dx.doi.org/10.1016/0160-4120%2891%2990282-U", "10.1016/0160-4120(91)90282-u"),
        (
            "10.1639/0044-7447(2000)029 [ 0126:FITEOT]2.0.CO;2",
            "10.1639/0044-7447(2000)029[0126:fiteot]2.0.co;2",
        ),
        (r"10.1000/a\_b", "10.1000/a_b"),
    ],
)
def test_resolver_label_and_what_breaks_a_doi_are_no_words_beside_it(
    value: str, doi: str, record_of: Any
) -> None:
    record = record_of(*JOUR, f"DO  - {value}")

    assert record.identity.doi == doi
    assert record.unused == {}


def test_a_second_doi_in_one_value_is_named_alone(record_of: Any) -> None:
    record = record_of(*JOUR, "DO  - 10.1000/abc; 10.1000/abcde")

    assert record.unused == {"DO": ("10.1000/abcde",)}


@pytest.mark.parametrize("tag", ["M3", "M1", "N1", "U2"])
@pytest.mark.parametrize("value", ["10.1000/other", "https://doi.org/10.1000/other"])
def test_another_doi_than_that_of_do_is_named(
    tag: str, value: str, item_of: Any, record_of: Any
) -> None:
    lines = (*JOUR, "DO  - 10.1000/this", f"{tag}  - {value}")

    assert item_of(*lines)["DOI"] == "10.1000/this"
    assert "extra" not in item_of(*lines)
    assert record_of(*lines).notes == ()
    assert record_of(*lines).unused == {tag: (value,)}


def test_another_doi_in_m3_is_no_type_of_a_report(record_of: Any) -> None:
    record = record_of("TY  - RPRT", "TI  - A work", "DO  - 10.1000/this", "M3  - 10.1000/other")

    assert "type" not in record.fields
    assert record.unused == {"M3": ("10.1000/other",)}


@pytest.mark.parametrize("tag", ["M3", "M1", "N1"])
def test_without_do_the_first_doi_elsewhere_is_the_doi(tag: str, record_of: Any) -> None:
    record = record_of(*JOUR, f"{tag}  - 10.1000/this", f"{tag}  - 10.1000/other")

    assert record.identity.doi == "10.1000/this"
    assert record.unused == {tag: ("10.1000/other",)}


def test_a_note_around_a_doi_stays_a_note(record_of: Any) -> None:
    record = record_of(*JOUR, "DO  - 10.1000/this", "N1  - Erratum to 10.1000/other")

    assert [note.html for note in record.notes] == ["<p>Erratum to 10.1000/other</p>"]


@pytest.mark.parametrize("tag", ["ID", "LB"])
@pytest.mark.parametrize(
    "key",
    ["galluzzi2012secret", "ford:1999:territory", "esposito:2007:coming-in", "gregory:2006:flag",
     "Smith_2010a", "el-masri:2005", "elmasri-v-tenet:2006", "smith2010war1914", "galluzzi",
     "Galluzzi", "deBruin", "Łoźny"],
)  # fmt: skip
def test_a_name_or_what_holds_letters_and_a_year_is_a_citation_key(
    tag: str, key: str, item_of: Any
) -> None:
    assert item_of(*JOUR, f"{tag}  - {key}")["citationKey"] == key


@pytest.mark.parametrize(
    "text",
    [
        "rayyan-264552525", "L123456", "L2012", "edselc.2-52.0-85", "edsarx.2005.01234",
        "WOS:000444108200009", "WOS:A1991GF12300001", "p1", "p2012", "S0140673612", "EJ1999123",
        "a1b2c3d4-2012-4abc-8def-0123456789ab", "2012smith", "smith 2012", "smith1234", "smith2150",
        "smith20123", "smith12012", "10.1000/smith2012", "RCT", "NEW", "OLDER", "Label", "include",
        "abc", "smith-jones", "smith2", "参考文献",
    ],
)  # fmt: skip
def test_what_numbers_or_sorts_records_is_no_citation_key(
    text: str, item_of: Any, record_of: Any
) -> None:
    assert "citationKey" not in item_of(*JOUR, f"LB  - {text}")
    assert record_of(*JOUR, f"LB  - {text}").unused == {"LB": (text,)}
