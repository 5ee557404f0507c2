"""Dimensions: Y2 of a conference paper is a day of the conference."""

from __future__ import annotations

from syncd.formats.sources.dating import add_event_date
from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source


def _recognise(tags: Tags) -> bool:
    number = tags.get("AN")
    return number is not None and number[0].startswith("pub.")


def _prepare(draft: Draft) -> None:
    if draft.item_type == "conferencePaper":
        for value in draft.take("Y2"):
            add_event_date(draft, "Y2", value)


DIMENSIONS = Source("dimensions", frozenset(["AN"]), _recognise, _prepare)
