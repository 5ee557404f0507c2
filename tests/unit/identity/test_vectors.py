"""The shared vectors for identifiers, where the folder that holds them is there."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from syncd.identity import (
    parse_arxiv,
    parse_dois,
    parse_eid,
    parse_isbns,
    parse_issns,
    parse_pmid,
)
from tests.shared.places import SHARED

VECTORS = SHARED / "vectors"
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}

pytestmark = pytest.mark.skipif(not VECTORS.is_dir(), reason="the shared vectors are not here")


def rows(name: str) -> list[list[str]]:
    lines = (VECTORS / name).read_text("utf-8").split("\n")[1:]
    split = [line.split("\t") for line in lines if line]
    return [[re.sub(r"\\(.)", lambda m: _ESCAPES[m[1]], text), *rest] for text, *rest in split]


def _several(found: list[str]) -> str:
    return " | ".join(found) or "(none)"


PARSERS: dict[str, Callable[[str], str]] = {
    "doi.tsv": lambda text: _several(list(map(str, parse_dois(text)))),
    "scopus.tsv": lambda text: parse_eid(text) or "(none)",
    "pmid.tsv": lambda text: parse_pmid(text) or "(none)",
    "isbn.tsv": lambda text: _several(parse_isbns(text)),
    "issn.tsv": lambda text: _several(parse_issns(text)),
    "arxiv.tsv": lambda text: (parse_arxiv(text) or ("(none)",))[0],
}


@pytest.mark.parametrize("name", PARSERS)
def test_every_vector_is_read_as_it_says(name: str) -> None:
    wrong = {row[0]: (row[1], PARSERS[name](row[0])) for row in rows(name)}

    assert {text: pair for text, pair in wrong.items() if pair[0] != pair[1]} == {}


def test_arxiv_versions_stand_apart() -> None:
    found = {row[0]: parse_arxiv(row[0]) for row in rows("arxiv.tsv")}

    assert all((found[row[0]] or ("", ""))[1] == row[2] for row in rows("arxiv.tsv"))
