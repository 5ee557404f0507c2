"""Ovid: the record number in ID is a PubMed number in Medline, Y2 the month of the issue.

M1 holds journal codes or the reference list, M2 addresses and A2 editors or, by their
family names alone, cited authors; the link to
the database stands in L2.
"""

from __future__ import annotations

import re

from syncd.formats.sources.dates import parse_date
from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.identifiers import take_pmids
from syncd.formats.sources.name_lists import split_names
from syncd.formats.sources.names import is_personal
from syncd.formats.sources.roles import part_roles
from syncd.formats.sources.source import Source, always
from syncd.identity import parse_pmid

_HOST = re.compile(r"://[^/]*\bovid(?:sp|web)?\b", re.IGNORECASE)
_MEDLINE = re.compile(r"[?&]D=(?:med|ppez|prem|pmoa)", re.IGNORECASE)
_MEDLINE_NUMBER = re.compile(
    r"[?&]D=(?:med|ppez|prem|pmoa)\w{0,8}&(?:[^\s&]{1,80}&){0,9}AN=(\d{7,8})(?!\d)", re.IGNORECASE
)
_SUBJECT_CODE = re.compile(r".*\[\d+\]")
_NOT_OF_THE_WORK = ("A2", "AI", "M1", "M2")


def _recognise(tags: Tags) -> bool:
    links = "\n".join([*tags.get("L2", ()), *tags.get("UR", ())]).lower()
    if "ovid" in links and any(_HOST.search(link) for link in links.split("\n")):
        return True
    return any("ovid" in name.casefold() for name in tags.get("DB", ()))


def _prepare(draft: Draft) -> None:
    links = " ".join([*draft.tags.get("L2", ()), *draft.tags.get("UR", ())])
    if number := _MEDLINE_NUMBER.search(links):
        draft.identify("pmid", parse_pmid(number[1]))
    if _MEDLINE.search(links) or "medline" in draft.first("DB").casefold():
        take_pmids(draft, "ID")
        take_pmids(draft, "AN")  # through EndNote
    if draft.has("T1", "A1"):
        # Through EndNote these tags have their common meaning.
        if _are_editors(draft):
            draft.move("A2", "ED")
        for tag in _NOT_OF_THE_WORK:
            draft.leave_all(tag)
    if draft.first("T3").startswith("["):
        draft.leave_all("T3")  # what comments on the work, or what it comments on
    for value in draft.take("Y2"):
        known = parse_date(draft.first("Y1"))
        if known.year is not None and parse_date(value).year == known.year:
            draft.tags.setdefault("Y1", []).append(value)
        else:
            draft.leave("Y2", value)
    if _SUBJECT_CODE.fullmatch(draft.first("M3")):
        draft.leave_all("M3")


def _are_editors(draft: Draft) -> bool:
    """Tell editors from the family names of cited authors, whose works M1 lists then."""
    cited = "\n".join(draft.tags.get("M1", ()))
    said = [named for value in draft.tags.get("A2", ()) for named in part_roles(value)]
    if any(named.role for named in said):
        return True
    names = [name for named in said for name in split_names(named.text)]
    families = [name.partition(",")[0] for name in names]
    return all(map(is_personal, names)) and not any(f"{family}, " in cited for family in families)


OVID = Source("ovid", frozenset(["DB", "L2", "UR"]), _recognise, _prepare, assigns=always)
