"""Text made to be slow is not: time grows with its length, never with its square."""

from __future__ import annotations

import time

import pytest

from syncd.formats.sources import read_record
from syncd.item.making import item_data
from syncd.item.reading import citation_of, identity_of
from syncd.item.ris_writing import format_ris
from syncd.system.resources import shipped_schema
from tests.support.entries import entry_of

LENGTH = 60_000
SECONDS = 2.0
TAGS = """AU TI T2 JF PY DA Y2 SP C7 SN UR L1 DO N1 AB KW M3 M1 AN U1 T3 C2 LB VL CY ED""".split()
PIECES = [
    " ", "a ", "1", "a. ", "1-", "; ", "a;", ", ", "<a>", "<i>", "</i>", "&amp;", "(ISSN", "10.1/",
    "pubmed", "http://", "a.", "/", "%5Cn", "A, B; ", " and A, B", "[1", "\\& ", "-", "=", "Ł",
    "10.1000/a ", "http://x.y/z ", "a\n", "CTra",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_no_repeated_piece_makes_the_mapping_slow(piece: str) -> None:
    _check_time("http://x" + piece * (LENGTH // len(piece)) + "~")


def test_a_number_of_many_digits_does_not_make_the_mapping_slow() -> None:
    _check_time("artn nr. " + "0" * LENGTH + " !")


def _check_time(text: str) -> None:
    entry = entry_of([("TY", "JOUR"), *((tag, text) for tag in TAGS)])

    start = time.process_time()
    data = item_data(read_record(entry, "x.ris"), shipped_schema())
    identity_of(data)
    citation_of(data)
    format_ris(data)

    assert time.process_time() - start < SECONDS
