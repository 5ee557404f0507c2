"""One's own lines of a shared text are put back, and every other line stays byte for byte."""

from __future__ import annotations

import pytest

from syncd.item.lines import put_lines_back


@pytest.mark.parametrize(
    ("before", "after", "now", "back"),
    [
        ("", "PMID: 1", "PMID: 1", ""),
        ("", "PMID: 1", "PMID: 1\n\n mine ", "\n mine "),
        ("mine", "mine\nPMID: 1", "mine, changed\nPMID: 1", "mine, changed"),
        ("PMID: 1\nmine", "PMID: 2\nmine", "PMID: 2\n\nmine, changed", "PMID: 1\n\nmine, changed"),
        ("a\nb", "a\nours\nb", "ours\nb\nc", "b\nc"),
        ("a\ngone\nb", "a\nb", "a\nmore\nb", "a\ngone\nmore\nb"),
    ],
)
def test_own_lines_are_put_back(before: str, after: str, now: str, back: str) -> None:
    assert put_lines_back(now, before, after) == back


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        ("", "PMID: 1", "PMID: 2"),
        ("", "PMID: 1", "PMID: 1\nPMID: 1"),
        ("a\ngone", "a", "b"),
    ],
)
def test_where_they_cannot_be_told_nothing_is(before: str, after: str, now: str) -> None:
    assert put_lines_back(now, before, after) is None
