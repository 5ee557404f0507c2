"""EBSCOhost: the DOI in L3, the accession number in a note, names of databases as codes.

UR also holds e-mail addresses and ORCID numbers; M1 of a thesis is the degree. Numbers of other
databases stand in AN and in the link: PubMed's, and behind a code those of Scopus, Web of Science
and arXiv.
"""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.identifiers import arxiv_id, take_pmids
from syncd.formats.sources.source import Source, always, links_to
from syncd.identity import parse_eid, parse_wos

_MEDLINE = frozenset(["cmedm", "mdc", "mnh"])
_DATABASE_IN_LINK = re.compile(r"[?&]db=(\w{2,8})")
_NUMBER_IN_LINK = re.compile(r"[?&]AN=([^&\s]{4,60})")
# EBSCO writes `2-52.0-` for `2-s2.0-`.
_OF_OTHERS = re.compile(
    r"eds(?:elc\.2-5(?P<scopus>2\.0-\d{10,12})|wsc\.(?P<wos>\w{15})|arx\.(?P<arxiv>\S+))"
)
_CODE = re.compile(r"[a-z0-9]{2,5}")
_RIGHTS = re.compile(r"Copyright of .* is the property of ", re.IGNORECASE | re.DOTALL)


def _recognise(tags: Tags) -> bool:
    provider = tags.get("DP")
    if provider:
        return provider[0].casefold().startswith("ebsco")
    return links_to("ebscohost.com/", tags) or links_to(".ebsco.com/", tags)


def _prepare(draft: Draft) -> None:
    _read_numbers(draft)
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


def _read_numbers(draft: Draft) -> None:
    """Read the number that another database gave the record, in AN or else in the link."""
    link = draft.first("UR")
    database = _DATABASE_IN_LINK.search(link)
    code = database[1] if database else draft.first("DB")
    if code in _MEDLINE:
        take_pmids(draft, "AN")
    number = _NUMBER_IN_LINK.search(link)
    found = _OF_OTHERS.fullmatch(draft.first("AN") or (number[1] if number else ""))
    if found is None:
        return
    if found["scopus"]:
        draft.identify("scopus", parse_eid(f"2-s{found['scopus']}"))
    elif found["wos"]:
        draft.identify("wos", parse_wos(f"WOS:{found['wos']}"))
    else:
        draft.identify("arxiv", arxiv_id(f"arXiv:{found['arxiv']}"))


def _leave_rights(draft: Draft, abstracts: list[str]) -> None:
    """Take the publisher's reservation of rights, as long as an abstract, out of them."""
    kept: list[str] = []
    for text in abstracts:
        if _RIGHTS.match(text):
            draft.leave("AB", text)
        else:
            kept.append(text)
    draft.take("AB")
    draft.put("AB", kept)


EBSCO = Source("ebsco", frozenset(["DP", "UR"]), _recognise, _prepare, assigns=always)
