"""What is decided when the evidence disagrees: one case per row of the policy's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from syncd.matching import Doubt, Ruling, RulingKind, resolve
from syncd.record import Citation, Doi, Eid, Identity
from tests.support.remembered_works import RememberedWorks

NEW, SAME, HOLD = RulingKind.NEW, RulingKind.SAME, RulingKind.HOLD

AN1, AN2 = Eid("2-s2.0-85000000001"), Eid("2-s2.0-85000000002")
X, Y = Doi("10.5555/x.1"), Doi("10.5555/y.2")

WORK = Citation(
    item_type="journalArticle",
    title="Seasonal drift of glacial meltwater in northern fjords",
    authors=("Aasen, Kari", "Bråten, Ole", "Chen, Mei"),
    year=2015,
    container="Journal of Invented Hydrology",
    volume="12",
    issue="3",
    pages="215-233",
)
OTHER = Citation(
    item_type="journalArticle",
    title="A catalogue of rural clock towers and their keepers",
    authors=("Dumont, Luc", "Evers, Anna"),
    year=2015,
    container="Journal of Invented Hydrology",
    volume="12",
    issue="3",
    pages="301-309",
)


def record(
    like: Citation = WORK, an: Eid | None = None, doi: Doi | None = None, **changes: Any
) -> Citation:
    return like._replace(identity=Identity(scopus=an, doi=doi), **changes)


@dataclass(frozen=True)
class Case:
    """Records that come in, what is there, and what the last record shall be."""

    incoming: Sequence[Citation]
    library: Sequence[tuple[str, Citation]]
    kind: RulingKind
    ref: str | None = None
    candidates: Sequence[str | int] = ()
    aliases: Sequence[tuple[str, str]] = ()
    shared: Sequence[str] = ()
    doubt: Doubt | None = None
    within: int | None = None
    removed: str | None = None


SIMILAR = WORK.title.replace("glacial", "glacier")
RELATED = "Seasonal drift of coastal sediment in southern estuaries and fjords"

CASES = {
    "C01 same number, same title": Case(
        [record(an=AN1, title=SIMILAR)], [("A", record(an=AN1))], SAME, "A"
    ),
    "C02 same number, another work": Case(
        [record(OTHER, an=AN1)], [("A", record(an=AN1))], HOLD,
        candidates=["A"], doubt=Doubt.IDENTIFIERS,
    ),
    "C03 number and DOI lead to two items, both agree": Case(
        [record(an=AN1, doi=X)], [("A", record(an=AN1)), ("B", record(doi=X))], HOLD,
        candidates=["A", "B"], doubt=Doubt.IDENTIFIERS,
    ),
    "C04 number and DOI lead to two items, the DOI's is another work": Case(
        [record(an=AN1, doi=X)], [("A", record(an=AN1)), ("B", record(OTHER, doi=X))], SAME, "A",
        aliases=[], shared=[X],
    ),
    "C05 number and DOI lead to two items, the number's is another work": Case(
        [record(an=AN1, doi=X)], [("A", record(OTHER, an=AN1)), ("B", record(doi=X))], HOLD,
        candidates=["B", "A"], doubt=Doubt.IDENTIFIERS,
    ),
    "C06 the item lacks the DOI": Case(
        [record(an=AN1, doi=X)], [("A", record(an=AN1))], SAME, "A", aliases=[("doi", X)]
    ),
    "C07 the item lacks the number": Case(
        [record(an=AN1, doi=X)], [("A", record(doi=X))], SAME, "A", aliases=[("scopus", AN1)]
    ),
    "C08 no identifier in common, equal metadata": Case(
        [record(an=AN1)], [("A", record(doi=X))], SAME, "A", aliases=[("scopus", AN1)]
    ),
    "C09 one DOI under two numbers": Case(
        [record(an=AN2, doi=X)], [("A", record(an=AN1, doi=X))], SAME, "A",
        aliases=[("scopus", AN2)],
    ),
    "C10 the final version of an article in press": Case(
        [record(an=AN2, doi=X)],
        [("A", record(an=AN1, doi=X, volume="", issue="", pages="", year=2014))],
        SAME, "A", aliases=[("scopus", AN2)],
    ),
    "C11 a supplement's DOI": Case(
        [record(OTHER, an=AN2, doi=X)], [("A", record(an=AN1, doi=X))], NEW, shared=[X]
    ),
    "C12 same DOI, related titles": Case(
        [record(an=AN2, doi=X, title=RELATED)], [("A", record(an=AN1, doi=X))], HOLD,
        candidates=["A"], doubt=Doubt.IDENTIFIERS,
    ),
    "C12 same DOI, another part": Case(
        [record(an=AN2, doi=X, title=WORK.title + ": part II", pages="234-250")],
        [("A", record(an=AN1, doi=X, title=WORK.title + ": part I"))],
        HOLD, candidates=["A"], doubt=Doubt.IDENTIFIERS,
    ),
    "C13 one number, two DOIs, equal citation": Case(
        [record(an=AN1, doi=Y)], [("A", record(an=AN1, doi=X))], SAME, "A", aliases=[("doi", Y)]
    ),
    "C14 one number, two DOIs, titles differ": Case(
        [record(OTHER, an=AN1, doi=Y)], [("A", record(an=AN1, doi=X))], HOLD,
        candidates=["A"], doubt=Doubt.IDENTIFIERS,
    ),
    "C15 a chapter under the DOI of its book": Case(
        [record(doi=X, item_type="bookSection", title="Meltwater in spring", pages="20-41")],
        [("A", record(doi=X, item_type="book", pages="", volume="", issue=""))],
        NEW, shared=[X],
    ),
    "C16 a book under the DOI of its chapter": Case(
        [record(doi=X, item_type="book", pages="", volume="", issue="")],
        [("A", record(doi=X, item_type="bookSection", pages="20-41"))],
        NEW, shared=[X],
    ),
    "C17 two chapters under one DOI": Case(
        [record(doi=X, item_type="bookSection", title="Meltwater in spring", pages="20-41")],
        [("A", record(doi=X, item_type="bookSection", title="Harbours in winter", pages="42-60"))],
        NEW, shared=[X],
    ),
    "C18 an erratum under the article's DOI": Case(
        [record(doi=X, title=f"Erratum to: {WORK.title}")], [("A", record(doi=X))], NEW
    ),
    "C19 the article, after its erratum": Case(
        [record(doi=X)], [("A", record(doi=X, title=f"Corrigendum: {WORK.title}"))], NEW
    ),
    "C20 a note that an erratum exists": Case(
        [record(doi=X, title=f"{WORK.title}. [Erratum appears in J Inv Hydrol. 2016;13(1):9]")],
        [("A", record(doi=X))], SAME, "A",
    ),
    "C21 a retracted article": Case(
        [record(doi=X, title=f"RETRACTED: {WORK.title}")], [("A", record(doi=X))], HOLD,
        candidates=["A"], doubt=Doubt.RETRACTION,
    ),
    "C22 a reply to the article": Case(
        [record(title=f"Reply to: {WORK.title}", pages="234-235")], [("A", record())], NEW
    ),
    "C23 two items with the DOI, both agree": Case(
        [record(doi=X)], [("A", record(doi=X)), ("B", record(doi=X))], SAME, "A"
    ),
    "C24 two items with the DOI, one agrees": Case(
        [record(doi=X)], [("A", record(doi=X)), ("B", record(OTHER, doi=X))], SAME, "A",
        shared=[X],
    ),
    "C25 equal metadata": Case([record()], [("A", record(year=2016))], SAME, "A"),
    "C26 equal title, pages and volume missing on one side": Case(
        [record(volume="", issue="", pages="")], [("A", record())], SAME, "A"
    ),
    "C27 an editorial elsewhere": Case(
        [record(title="Editorial", pages="1-2", issue="4")],
        [("A", record(title="Editorial", pages="1-2"))], NEW,
    ),
    "C27 the same editorial": Case(
        [record(title="Editorial", pages="1-2")],
        [("A", record(title="Editorial", pages="1-2"))], SAME, "A",
    ),
    "C28 equal title in another journal": Case(
        [record(container="Annals of Fictional Ice", volume="7", pages="11-20")],
        [("A", record())], HOLD, candidates=["A"], doubt=Doubt.LOOK,
    ),
    "C28 equal title in the same journal, all else differs": Case(
        [record(doi=Y, volume="14", issue="1", pages="11-20")], [("A", record(doi=X))], HOLD,
        candidates=["A"], doubt=Doubt.IDENTIFIERS,
    ),
    "C29 equal citation, two DOIs": Case(
        [record(doi=Y)], [("A", record(doi=X))], HOLD, candidates=["A"], doubt=Doubt.IDENTIFIERS
    ),
    "C30 a preprint": Case(
        [record(doi=Doi("10.48550/arxiv.1501.00001"), item_type="preprint",
                container="arXiv", volume="", issue="", pages="")],
        [("A", record(doi=X))], NEW,
    ),
    "C31 a conference paper": Case(
        [record(item_type="conferencePaper", container="Proceedings of the Third Ice Congress",
                volume="", issue="", pages="1-9")],
        [("A", record())], NEW,
    ),
    "C32 the item is in the trash": Case(
        [record(an=AN1)], [("A", record(an=AN1))], SAME, "A", removed="trashed"
    ),
    "C33 the item is in another library": Case([record(an=AN1)], [], NEW),
    "C34 one number twice in a file": Case(
        [record(an=AN1), record(an=AN1)], [], SAME, within=0
    ),
    "C35 the number was lost to a spreadsheet": Case(
        [record(doi=X)], [("A", record(an=AN1, doi=X))], SAME, "A"
    ),
}  # fmt: skip


def rule(case: Case) -> Ruling:
    works = RememberedWorks()
    for ref, citation in case.library:
        works.add(ref, citation, removed=case.removed)
    return resolve(case.incoming, works)[-1]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_conflict_is_decided_as_the_policy_says(case: Case) -> None:
    ruling = rule(case)

    names = [c if isinstance(c, int) else c.ref for c in ruling.candidates]
    assert ruling.kind is case.kind, ruling
    assert (ruling.known.ref if ruling.known else None) == case.ref
    assert sorted(map(str, names)) == sorted(map(str, case.candidates))
    assert ruling.within == case.within
    assert list(ruling.aliases) == list(case.aliases)
    assert list(ruling.shared) == list(case.shared)
    assert ruling.doubt is case.doubt
    assert ruling.reason


def test_the_library_s_own_duplicates_are_named() -> None:
    ruling = rule(CASES["C23 two items with the DOI, both agree"])

    assert "also B" in ruling.evidence
    assert "B" in ruling.reason


def test_an_item_in_the_trash_gives_way_to_one_that_is_present() -> None:
    works = RememberedWorks()
    works.add("A", record(an=AN1), removed="trashed")
    works.add("B", record(doi=X))

    ruling = resolve([record(an=AN1, doi=X)], works)[0]

    assert ruling.known is not None
    assert ruling.known.ref == "B"
