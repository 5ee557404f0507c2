"""Scopus: the EID stands in the link, notes hold bookkeeping, C2 is a PubMed number.

Conference papers without C3 name their proceedings in T2; with C3, T2 is the event. A2 are the
editors, A4 the sponsors of a conference.
"""

from __future__ import annotations

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.identifiers import take_pmids
from syncd.formats.sources.source import Source, links_to

_LENGTHS = range(10, 13)


def _recognise(tags: Tags) -> bool:
    database = tags.get("DB")
    if database and database[0].casefold() == "scopus":
        return True
    return links_to("scopus.com/", tags)


def _prepare(draft: Draft) -> None:
    take_pmids(draft, "C2")
    for value in draft.tags.get("AN", ()):
        if value.isdecimal() and len(value) in _LENGTHS:  # the EID without what stands before it
            draft.replace("AN", [f"2-s2.0-{value}"])
    draft.move("A2", "ED")
    for value in draft.take("A4"):
        draft.add_extra("Sponsor", value)
    if draft.item_type == "conferencePaper" and not draft.has("C3", "BT"):
        draft.move("T2", "BT")
    elif draft.item_type == "bookSection":
        draft.move("C3", "T3")


SCOPUS = Source("scopus", frozenset(["DB", "UR"]), _recognise, _prepare, catalog="Scopus")
