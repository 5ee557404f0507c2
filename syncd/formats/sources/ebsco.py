"""EBSCOhost: the DOI in L3, the accession number in a note, names of databases as codes.

UR also holds e-mail addresses and ORCID numbers; M1 of a thesis is the degree.
"""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source, always, links_to

_CODE = re.compile(r"[a-z0-9]{2,5}")
_RIGHTS = re.compile(r"Copyright of .* is the property of ", re.IGNORECASE | re.DOTALL)


def _recognise(tags: Tags) -> bool:
    provider = tags.get("DP")
    if provider:
        return provider[0].casefold().startswith("ebsco")
    return links_to("ebscohost.com/", tags) or links_to(".ebsco.com/", tags)


def _prepare(draft: Draft) -> None:
    if _CODE.fullmatch(draft.first("DB")) and draft.has("DP"):
        draft.leave_all("DB")
    number, sign, more = draft.first("AN").partition(". Language: ")
    if sign:  # what CINAHL writes behind its number
        draft.leave("AN", f"Language: {more}")
        draft.replace("AN", [number])
    if draft.item_type == "thesis":
        draft.move("M1", "M3")
    abstracts = draft.tags.get("AB", [])
    if len(abstracts) > 1:
        _leave_rights(draft, abstracts)


def _leave_rights(draft: Draft, abstracts: list[str]) -> None:
    """Take the publisher's reservation of rights, as long as an abstract, out of them."""
    kept = [text for text in abstracts if not _RIGHTS.match(text)]
    for text in abstracts:
        if text not in kept:
            draft.leave("AB", text)
    draft.take("AB")
    draft.put("AB", kept)


EBSCO = Source("ebsco", frozenset(["DP", "UR"]), _recognise, _prepare, assigns=always)
