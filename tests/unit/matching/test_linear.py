"""Patterns that read a text once say what those said that went over it again."""

from __future__ import annotations

import pytest

from syncd.matching.containers import fold_container
from syncd.matching.titles import Marker, read_title

MANY = 200_000


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Tides (Online)", "tides"),
        ("Tides   [Print]  of Ports", "tides ports"),
        ("Tides (a) (b)", "tides"),
        ("Tides (never closed", "tides"),
        ("Tides : a journal", "tides"),
        ("Tides = Gezeiten", "tides"),
        ("Tides=Gezeiten", "tides gezeiten"),
        ("Ports . Conference papers", "ports"),
        ("Ports" + " " * MANY + "Harbours", "ports harbours"),
        ("Ports" + " " * MANY + "(x)", "ports"),
    ],
)
def test_containers(text: str, folded: str) -> None:
    assert fold_container(text) == folded


def test_a_register_without_a_number_is_a_container_like_any_other() -> None:
    assert fold_container("ChiCTR-" + "chictr" * MANY).startswith("chictr chictr")
    assert fold_container("ChiCTR-TRC-12001234 of 2012") == "chictrtrc12001234"


@pytest.mark.parametrize(
    ("text", "words", "others", "markers"),
    [
        ("[Tides of the north]", "tides of the north", (), Marker.NONE),
        ('"[Tides of the north]".', "tides of the north", (), Marker.NONE),
        ("[Tides of the north", "tides of the north", (), Marker.NONE),
        ("[", "", (), Marker.NONE),
        ("Tides of the far north [Gezeiten im Norden] .", "tides of the far north",
         ("gezeiten im norden",), Marker.NONE),
        ("Tides (vol 12, pg 3, 2004)", "tides vol 12 pg 3 2004", (), Marker.ERRATUM),
        ("Tides (vol 12 2004)", "tides vol 12 2004", (), Marker.NONE),
        ("Tides (Retracted article. See vol. 3)", "tides retracted article see vol 3", (),
         Marker.RETRACTION),
        ("Tides (review , tutorial) .", "tides", (), Marker.NONE),
        ("Tides" + " " * MANY + "x", "tides x", (), Marker.NONE),
        ("Tides (see comments" + " " * MANY + ")", "tides", (), Marker.NONE),
    ],
)  # fmt: skip
def test_titles(text: str, words: str, others: tuple[str, ...], markers: Marker) -> None:
    title = read_title(text)
    assert (title.words, title.others, title.markers) == (words, others, markers)


def test_a_title_of_nothing_but_notes_comes_to_an_end() -> None:
    assert read_title("Tides of the far north" + "[poster]" * 3_000).words
