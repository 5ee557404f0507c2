"""EndNote: SE of an article is its start page, ET the day it appeared ahead of print.

Recognised by ID as the last tag of an entry, with a number and nothing else in it.
"""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source

_PAGE = re.compile(r"[A-Za-z]?\d+(?:\s*[-–]\s*[A-Za-z]?\d+)?")


def _recognise(tags: Tags) -> bool:
    number = tags.get("ID")
    return number is not None and number[0].isdecimal() and next(reversed(tags)) == "ID"


def _prepare(draft: Draft) -> None:
    if draft.item_type != "journalArticle":
        return
    if not draft.has("SP") and _PAGE.fullmatch(draft.first("SE")):
        draft.move("SE", "SP")
    for value in draft.take("M2"):
        if draft.has("SP") and draft.first("SP").startswith(value):
            draft.leave("M2", value)
        else:
            draft.add_extra("Start Page", value)


ENDNOTE = Source("endnote", frozenset(["ID"]), _recognise, _prepare)
