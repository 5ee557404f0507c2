"""Elsevier Pure: subtitles and events in T2, the DOI again in U2, article numbers in M1.

What it calls ADVS (audiovisual) is, by its own M3, mostly software and data.

Pure takes much of its data from Scopus and says so with `AN - SCOPUS:…`, which Scopus itself
never writes. A date it does not know is written `1 January 1950`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from syncd.formats.sources.dating import add_event_date
from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.identifiers import take_pmids
from syncd.formats.sources.item_types import named_kind
from syncd.formats.sources.pages import add_article_number, is_article_number
from syncd.formats.sources.source import Source

_NO_DATE = "1 January 1950"
_NO_EVENT = "unknown event"
_NONE = ("",)
_TWICE = (("U2", "DO"), ("N2", "AB"))
_VERSION = re.compile(r"(?:v|version )?\d[\d.]*+\w*+", re.IGNORECASE)
_NO_FILMS = frozenset(["computerProgram", "dataset"])


def _recognise(tags: Tags) -> bool:
    accession = tags.get("AN")
    return accession is not None and accession[0].startswith("SCOPUS:")


def _looks_like_pure(tags: Tags) -> bool:
    if "M3" not in tags or "PY" not in tags or tags["PY"] != tags.get("Y1"):
        return False
    if "DB" in tags or "DP" in tags:  # Pure is no database, and names none
        return False
    # Publishers' sites write the year twice, too, but not these, and no day in words.
    twice = all(tags.get(one) == tags[other] for one, other in _TWICE if other in tags)
    return twice and "10." not in tags["M3"][0] and "/" not in tags.get("Y2", _NONE)[0]


def _prepare(draft: Draft) -> None:
    take_pmids(draft, "C2")
    for value in draft.take("Y2"):
        if value == _NO_DATE:
            draft.leave("Y2", value)
        else:
            add_event_date(draft, "Y2", value)
    if draft.type_tag == "ADVS" and (kind := named_kind(draft)) in _NO_FILMS:
        draft.item_type = kind or draft.item_type
    if draft.first("T2").casefold() == _NO_EVENT:
        draft.leave_all("T2")
    elif draft.item_type in _NO_FILMS and _VERSION.fullmatch(draft.first("T2")):
        draft.move("T2", "ET")
    elif _has_subtitle_in_t2(draft):
        draft.subtitle_tag = "T2"


def _has_subtitle_in_t2(draft: Draft) -> bool:
    """Tell whether T2 can be nothing but a subtitle; of articles the journal tells as much."""
    if draft.item_type == "bookSection":
        return "BT" in draft.tags
    if draft.item_type in ("book", "report", "thesis"):
        return "T3" in draft.tags
    return draft.item_type in _NO_FILMS


def _complete(draft: Draft) -> None:
    others = []
    for value in draft.take("M1"):
        if is_article_number(value) or "issue" in draft.fields:
            add_article_number(draft, "M1", value)
        else:
            others.append(value)
    draft.put("M1", others)


PURE = Source("pure", frozenset(["AN"]), _recognise, _prepare, _complete, writes_subtitles=True)
PURE_BY_ITS_TAGS = replace(PURE, marks=frozenset(["M3"]), recognise=_looks_like_pure)
"""Entries that do not name their source; those of others that do are not taken for Pure's."""
