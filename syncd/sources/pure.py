"""Elsevier Pure: subtitles and events in T2, the DOI again in U2, article numbers in M1.

What it calls ADVS (audiovisual) is, by its own M3, mostly software and data.

Pure takes much of its data from Scopus and says so with `AN - SCOPUS:…`, which Scopus itself
never writes. A date it does not know is written `1 January 1950`.
"""

from __future__ import annotations

from syncd.sources.dates import event_days
from syncd.sources.draft import Draft, Tags
from syncd.sources.identifiers import take_pmids
from syncd.sources.item_types import named_kind
from syncd.sources.numbers import add_article_number, is_article_number
from syncd.sources.source import Source
from syncd.sources.titles import add_subtitle

_NO_DATE = "1 January 1950"
_NO_FILMS = frozenset(["computerProgram", "dataset"])


def _recognise(tags: Tags) -> bool:
    accession = tags.get("AN")
    if accession and accession[0].startswith("SCOPUS:"):
        return True
    year = tags.get("PY")
    return year is not None and year == tags.get("Y1") and "M3" in tags


def _prepare(draft: Draft) -> None:
    take_pmids(draft, "C2")
    for value in draft.take("Y2"):
        if value == _NO_DATE:
            draft.leave("Y2", value)
        else:
            draft.add_extra("Event Date", event_days(value))
    if draft.type_tag == "ADVS" and (kind := named_kind(draft)) in _NO_FILMS:
        draft.item_type = kind or draft.item_type


def _complete(draft: Draft) -> None:
    for value in draft.take("M1"):
        if is_article_number(value) or "issue" in draft.fields:
            add_article_number(draft, "M1", value)
        else:
            draft.put("M1", [value])
            break
    if draft.item_type == "bookSection":
        for value in draft.take("T2"):
            add_subtitle(draft, "T2", value)


PURE = Source("pure", _recognise, _prepare, _complete)
