"""The Cochrane Library: CENTRAL numbers in AN, the review group in brackets in N1."""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source, always

_NUMBER = re.compile(r"(?:CN-\d{6,}|CD\d{6})")
_GROUP = re.compile(r"\[[^\]]*\]")


def _recognise(tags: Tags) -> bool:
    number = tags.get("AN")
    return number is not None and _NUMBER.match(number[0]) is not None


def _prepare(draft: Draft) -> None:
    notes = draft.take("N1")
    for value in notes:
        if _GROUP.fullmatch(value):
            draft.leave("N1", value)
    draft.put("N1", [value for value in notes if not _GROUP.fullmatch(value)])


COCHRANE = Source("cochrane", frozenset(["AN"]), _recognise, _prepare, assigns=always)
