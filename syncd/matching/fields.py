"""Identifiers, volume, issue and container of two works, as exports mix them up."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from syncd.matching.containers import is_bare_acronym, is_same_container
from syncd.matching.features import Features
from syncd.matching.kinds import Kind
from syncd.matching.numbering import is_same_issue, is_same_volume
from syncd.record import Identity

_MOST_ISSUES = 12
"""Issues that a volume commonly has; a greater number is rather an article's."""

_DIGITS_OF_ISSUE = 2


def compare_ids(
    one: Features, other: Features, shared_dois: AbstractSet[str]
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return the kinds of identifiers that are equal, that differ, and whether a DOI is shared."""
    same: list[str] = []
    different: list[str] = []
    shared = False
    for kind, ours, its in zip(Identity._fields, one.identity, other.identity, strict=True):
        if not ours or not its or kind == "issn":
            continue
        if kind == "isbn":
            if one.kind == other.kind == Kind.BOOK:
                (different if set(ours).isdisjoint(its) else same).append(kind)
        elif kind == "doi" and (ours in shared_dois or its in shared_dois):
            shared = ours == its
        elif ours == its:
            same.append(kind)
        elif kind != "doi" or not _names_a_register_entry(str(ours), str(its)):
            different.append(kind)
    if not same and not different and _are_on_two_servers(one, other):
        different.append("doi")
    return tuple(same), tuple(different), shared


def _are_on_two_servers(one: Features, other: Features) -> bool:
    """One preprint has a number of arXiv's, the other a DOI of another server's."""
    if one.kind != Kind.PREPRINT or other.kind != Kind.PREPRINT:
        return False
    mine, theirs = one.identity, other.identity
    return bool(
        (mine.arxiv and not mine.doi and theirs.doi and not theirs.arxiv)
        or (theirs.arxiv and not theirs.doi and mine.doi and not mine.arxiv)
    )


def _names_a_register_entry(*dois: str) -> bool:
    """A DOI of the Cochrane register of trials names its entry; the article has one of its own."""
    return any(doi.startswith("10.1002/central/") for doi in dois)


def compare_volumes(one: Features, other: Features) -> bool | None:
    """A year in the volume's place says nothing against a volume's number."""
    same = is_same_volume(one.volume, other.volume, one.issue, other.issue)
    years = (str(one.year), str(other.year))
    if same is False and (one.volume in years) != (other.volume in years):
        return None
    return same


def compare_issues(one: Features, other: Features) -> bool | None:
    """The number of an article in the issue's place says nothing against an issue."""
    same = is_same_issue(one.issue, other.issue)
    if same is False:
        pages = {work.pages.first.lstrip("es") for work in (one, other)}
        numbers = {issue for issue in (one.issue, other.issue) if _is_no_month(issue)}
        counted = any(len(issue) > _DIGITS_OF_ISSUE and issue.isdigit() for issue in numbers)
        return None if counted or numbers & pages else False
    return same


def _is_no_month(issue: str) -> bool:
    return issue.isdigit() and int(issue) > _MOST_ISSUES


def compare_containers(one: Features, other: Features) -> bool | None:
    same = is_same_container(one.container, other.container)
    if not same and set(one.identity.issn) & set(other.identity.issn):
        return True
    if same is False and one.kind == other.kind == Kind.CONFERENCE:
        # `SIGMOD Conference` may be any conference: nobody can tell by the name.
        acronyms = is_bare_acronym(one.container), is_bare_acronym(other.container)
        return None if acronyms[0] != acronyms[1] else False
    return same
