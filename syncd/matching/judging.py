"""The verdict on two works: guards first, then the table that fits what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from syncd.matching.by_identifier import BY_ACCESSION_NUMBER, BY_IDENTIFIER
from syncd.matching.by_look import BY_LOOK
from syncd.matching.caps import differs_in_details, find_cap, is_of_its_own
from syncd.matching.comparison import Comparison, compare
from syncd.matching.details import REGISTERS
from syncd.matching.features import Features
from syncd.matching.people import Authors
from syncd.matching.rules import (
    DIFFERENT,
    OF_RECORDS,
    SAME,
    UNDECIDED,
    Rule,
    agree_under_shared_doi,
    marked_as_another,
    marked_as_retracted,
    retracts_another,
)
from syncd.matching.values import Doubt, Judgement


def _told_apart(it: Comparison) -> bool:
    return not it.same_ids and differs_in_details(it)


def _of_another_kind(it: Comparison) -> bool:
    return not it.same_ids and is_of_its_own(it)


GUARDS = (
    Rule("C18 C19 C22", DIFFERENT, marked_as_another,
         "one is an erratum, a reply, a comment, a supplement or a review, the other is not"),
    Rule("D2", DIFFERENT, _told_apart,
         "told apart by a number, edition, version or language"),
    Rule("D1", DIFFERENT, _of_another_kind,
         "works of different kinds"),
    Rule("C21", UNDECIDED, marked_as_retracted,
         "one of them is marked as retracted or withdrawn", Doubt.RETRACTION),
    Rule("", DIFFERENT, retracts_another,
         "one is the retraction of another work"),
)  # fmt: skip


# A DOI may turn out to be shared after two works were joined by it. Then they are not called
# different: whatever came first, a person is asked.
UNDER_SHARED_DOI = Rule(
    "C11 C12", UNDECIDED, agree_under_shared_doi,
    "the titles are alike under one DOI, but it names several works", Doubt.LOOK,
)  # fmt: skip


def judge(
    one: Features, other: Features, *, shared_dois: AbstractSet[str] = frozenset()
) -> Judgement:
    """Say what two works are to each other; the order of the two does not matter."""
    return judge_comparison(compare(one, other, shared_dois))


def judge_comparison(it: Comparison) -> Judgement:
    """Return the verdict of the first rule that holds."""
    return explain(it, find_rule(it))


def explain(it: Comparison, rule: Rule) -> Judgement:
    """Return the judgement that a rule gives on a pair, with all the evidence by name."""
    return Judgement(rule.verdict, tuple(_evidence(it, rule)), rule.reason)


def find_rule(it: Comparison) -> Rule:
    """Return the rule that decides about a pair."""
    tables = (GUARDS, _table_for(it))
    rule = next(rule for table in tables for rule in table if rule.holds(it))
    if rule.verdict is SAME:
        return find_cap(it) or rule
    if rule.verdict is DIFFERENT and UNDER_SHARED_DOI.holds(it):
        return UNDER_SHARED_DOI
    return rule


def _table_for(it: Comparison) -> Sequence[Rule]:
    if not OF_RECORDS.isdisjoint(it.same_ids):
        return BY_ACCESSION_NUMBER
    return BY_IDENTIFIER if it.same_ids else BY_LOOK


_NAMES = {
    "scopus": "E1 scopus",
    "doi": "E2 doi",
    "pmid": "E3 pmid",
    "arxiv": "E3 arxiv",
    "pmcid": "E3 pmcid",
    "wos": "E1 wos",
    "embase": "E3 embase",
    "central": "E3 central",
    "isbn": "E4 isbn",
}


def _evidence(it: Comparison, rule: Rule) -> list[str]:
    found = [_NAMES[kind] for kind in it.same_ids]
    if not it.same_ids and rule.verdict is SAME:
        found.append("E5 metadata")
    found.append(f"title {it.title.similarity:.2f}")
    found += [f"veto: {kind} differs" for kind in it.other_ids]
    names = [name for name, holds in _facts(it) if holds]
    if rule.verdict is SAME:
        # What was outweighed forbids nothing.
        names = [name.removeprefix("veto: ") for name in names]
    return found + names


_MISSING = {REGISTERS: "trials of different registers"}


def _facts(it: Comparison) -> tuple[tuple[str, bool], ...]:
    return (
        ("shared doi", it.shared_doi),
        ("veto: markers differ", bool(it.markers)),
        ("veto: numbers differ", it.title.other_numbers),
        ("veto: words differ", it.title.other_words),
        ("veto: generic title", it.generic),
        ("subtitle missing", it.title.contained),
        ("words in front", it.title.preceded),
        ("same authors", it.authors is Authors.SAME),
        ("same first author", it.authors in (Authors.SAME_FIRST, Authors.CUT)),
        ("an author in common", it.authors is Authors.SHARED),
        ("same authors in another order", it.authors is Authors.REORDERED),
        ("veto: authors differ", it.authors is Authors.DIFFERENT),
        ("same journal", it.container is True),
        ("journal differs", it.container is False),
        ("same volume", it.volume is True),
        ("volume differs", it.volume is False),
        ("same issue", it.issue is True),
        ("issue differs", it.issue is False),
        ("same first page", it.page is True),
        ("pages differ", it.page is False),
        ("same year", it.same_year),
        ("years differ", not it.years_agree),
        *((f"same {name}", True) for name in it.details.same),
        *((f"veto: {name} differs", True) for name in it.details.other),
        *((_MISSING.get(name, f"{name} on one side only"), True) for name in it.details.missing),
    )
