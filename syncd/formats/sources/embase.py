"""Embase: its number in U2, the PubMed number in C5, addresses in M1, dates of entry in U3, U4."""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.identifiers import take_embase, take_pmids
from syncd.formats.sources.source import Source, always, links_to

_NUMBER = re.compile(r"L\d{6,12}")


def _recognise(tags: Tags) -> bool:
    number = tags.get("U2")
    if number and _NUMBER.fullmatch(number[0]):
        return True
    return links_to("embase.com/", tags)


def _prepare(draft: Draft) -> None:
    take_embase(draft, "U2")
    take_pmids(draft, "C5")
    draft.leave_all("M1")


EMBASE = Source("embase", frozenset(["U2", "UR"]), _recognise, _prepare, assigns=always)
