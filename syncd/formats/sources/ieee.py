"""IEEE Xplore: the days of the conference in Y1, the volume again in VO, JO repeats T2."""

from __future__ import annotations

from syncd.formats.sources.dates import parse_date
from syncd.formats.sources.dating import add_event_date
from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source


def _recognise(tags: Tags) -> bool:
    if "JA" not in tags or "JO" not in tags:
        return False
    return "VO" in tags or tags.get("DO", [""])[0].startswith("10.1109/")


def _prepare(draft: Draft) -> None:
    if draft.item_type != "conferencePaper":
        return
    for value in draft.take("Y1"):
        if parse_date(value).text:
            add_event_date(draft, "Y1", value)
        else:
            draft.put("Y1", [value])


IEEE = Source("ieee", frozenset(["JA"]), _recognise, _prepare)
