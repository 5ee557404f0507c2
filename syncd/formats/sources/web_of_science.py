"""Web of Science: C3 are affiliations, CP the conference, CL its place, C6 the early access date.

A1 beside AU is a sponsor on what was printed by one (IEEE, IOP, ASME), a consortium on an article,
and the author of the book where it is a person. KeyWords Plus, which the database makes itself,
are written in capitals.
"""

from __future__ import annotations

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.names import is_personal, person
from syncd.formats.sources.source import Source, links_to
from syncd.formats.sources.text import fold_blanks
from syncd.identity import parse_pmid
from syncd.record import Person

_SPONSORED = frozenset(["book", "bookSection", "conferencePaper"])
_LENGTH = 15
_AFFILIATION_TAGS = ("C3", "PA")


def _recognise(tags: Tags) -> bool:
    accession = tags.get("AN")
    if accession:
        number = accession[0]
        return number.startswith(("WOS:", "MEDLINE:", "BCI:", "CCC:")) or _is_bare(number, tags)
    return links_to("://WOS:", tags)


def _is_bare(number: str, tags: Tags) -> bool:
    """Tell whether a number is the database's own, whose name stands beside it."""
    if len(number) != _LENGTH or not number.isalnum():
        return False
    return any(name.casefold().startswith("web of science") for name in tags.get("DB", ()))


def _prepare(draft: Draft) -> None:
    number = draft.first("AN")
    if len(number) == _LENGTH and _is_bare(number, draft.tags):
        draft.replace("AN", [f"WOS:{number}"])
    for tag in _AFFILIATION_TAGS:
        draft.leave_all(tag)
    for value in draft.take("C6"):
        draft.add_extra("Early Access", value)
    if draft.first("AN").startswith("MEDLINE:"):
        draft.identify("pmid", parse_pmid(draft.first("AN")))
    if draft.has("JI", "JA"):
        draft.leave_all("J9")
    for value in draft.take("CL"):
        draft.fill_or_leave("eventPlace", "CL", value, fold_blanks(value))
    if draft.item_type != "conferencePaper":
        for value in draft.take("CP"):
            draft.fill_or_leave("conferenceName", "CP", value)
    elif not draft.has("BT"):
        draft.move("T2", "BT")
    if "A1" in draft.tags and "AU" in draft.tags:
        _place_groups(draft)


def _place_groups(draft: Draft) -> None:
    """Tell sponsors and consortia from the authors beside whom they stand."""
    authors = draft.tags["AU"]
    for name in draft.take("A1"):
        if name in authors:
            continue
        if is_personal(name) and not name.isupper():
            _place_person(draft, name)
        elif draft.item_type in _SPONSORED:
            draft.add_extra("Sponsor", name)
        else:
            draft.groups.append(Person("author", name=name))


def _place_person(draft: Draft, name: str) -> None:
    """Take a person beside the authors for the author of the book, if there is one."""
    if draft.item_type == "bookSection":
        draft.groups.append(person(name, "bookAuthor"))
    else:
        draft.tags.setdefault("A1", []).append(name)


WEB_OF_SCIENCE = Source(
    "web-of-science", frozenset(["AN", "UR"]), _recognise, _prepare, assigns=str.isupper
)
