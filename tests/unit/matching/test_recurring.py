"""Titles that recur, records that fit two works, and records that come again."""

from __future__ import annotations

from typing import Any

from syncd.matching import Policy, Ruling, RulingKind, Verdict, features_of, fingerprint, resolve
from syncd.matching.candidates import Candidates
from syncd.record import Citation, Details, Doi, Identity
from tests.support.remembered_works import RememberedWorks

NEW, SAME, HOLD = RulingKind.NEW, RulingKind.SAME, RulingKind.HOLD
PIECE = Citation(
    item_type="journalArticle",
    title="Answers to letters on owls, bogs, tides and the weather",
    authors=("Halden, Ines",),
    year=2011,
    container="Annals of Fenland Birds",
)


def piece(**changes: Any) -> Citation:
    return PIECE._replace(**changes)


def rule(*incoming: Citation, works: RememberedWorks | None = None) -> list[Ruling]:
    return resolve(incoming, works or RememberedWorks())


def kinds(*incoming: Citation, works: RememberedWorks | None = None) -> list[RulingKind]:
    return [ruling.kind for ruling in rule(*incoming, works=works)]


def test_title_people_and_year_are_enough_where_the_title_is_one_works() -> None:
    assert kinds(piece(), piece(container="Ann Fenl Birds")) == [NEW, SAME]


def test_they_are_not_where_it_recurs_in_other_years() -> None:
    twice = [piece(), piece(container="Ann Fenl Birds")]

    # A year apart may be the same piece, first online and then in print.
    in_print = piece(year=2012, volume="21", issue="4", pages="301-312")
    assert kinds(*twice, in_print) == [NEW, SAME, SAME]
    assert kinds(*twice, piece(year=2012))[2] is HOLD
    assert kinds(*twice, piece(year=2013))[1] is HOLD
    assert kinds(piece(), piece(), piece(year=2013))[1] is HOLD


def test_they_are_not_where_it_recurs_with_other_people() -> None:
    other = piece(authors=("Brock, Tomas",), container="Ann Fenl Birds")

    rulings = rule(piece(), piece(container="Ann Fenl Birds"), other)

    assert rulings[1].kind is HOLD
    assert "recurs" in rulings[1].reason


def test_a_title_that_recurs_in_the_library_decides_nothing_either() -> None:
    works = RememberedWorks()
    works.add("A", piece())
    works.add("B", piece(year=2007))

    assert kinds(piece(container="Ann Fenl Birds"), works=works) == [HOLD]


def test_a_record_that_fits_two_items_equally_is_given_to_neither() -> None:
    works = RememberedWorks()
    works.add("A", piece(volume="21", issue="1", pages="7-8"))
    works.add("B", piece(volume="21", issue="3", pages="91-92"))

    ruling = rule(piece(volume="21"), works=works)[0]

    assert ruling.kind is HOLD
    assert {known.ref for known in ruling.candidates if not isinstance(known, int)} == {"A", "B"}


def test_a_record_that_fits_two_records_equally_is_given_to_neither_in_any_order() -> None:
    one = piece(volume="21", issue="1", pages="7-8")
    other = piece(volume="21", issue="3", pages="91-92")
    torn = piece(volume="21")

    assert SAME not in kinds(one, other, torn)
    assert SAME not in kinds(torn, one, other)
    assert SAME not in kinds(other, torn, one)


def test_two_items_that_are_one_work_do_not_tear_a_record() -> None:
    works = RememberedWorks()
    works.add("A", piece(volume="21", pages="7-8"))
    works.add("B", piece(volume="21", pages="7-8"))

    assert kinds(piece(volume="21", pages="7-8"), works=works) == [SAME]


SHORT = Citation(
    "thesis", "Owls", ("Halden, Ines",), 2010, "Fen University", details=Details(record="0123abcd")
)


def test_a_record_that_comes_again_is_the_item_made_of_it() -> None:
    works = RememberedWorks()
    works.add("A", SHORT)

    ruling = rule(SHORT, works=works)[0]

    assert ruling.kind is SAME
    assert ruling.reason == "this very record was found to be it before"


def test_a_record_that_says_the_same_of_what_is_compared_is_not_the_very_record() -> None:
    works = RememberedWorks()
    works.add("A", SHORT)

    assert kinds(SHORT._replace(details=Details(record="4567cdef")), works=works) == [HOLD]


def test_two_equal_records_of_one_plan_that_say_too_little_are_asked_about() -> None:
    assert kinds(SHORT, SHORT) == [NEW, HOLD]


def test_a_record_that_comes_again_is_known_under_the_strictest_policy() -> None:
    works = RememberedWorks()
    works.add("A", SHORT)

    assert resolve([SHORT], works, Policy(joins_by_look=False))[0].kind is SAME


def test_an_answer_outranks_an_identifier() -> None:
    works = RememberedWorks()
    record = piece(identity=Identity(doi=Doi("10.5555/owl.1")), volume="21", pages="7-8")
    works.add("A", record)
    works.said[frozenset(("A", fingerprint(record)))] = Verdict.DIFFERENT

    assert kinds(record, works=works) == [NEW]


def test_ten_copies_are_found_among_a_thousand_titles_that_begin_and_end_alike() -> None:
    works = [
        piece(
            title=f"A systematic review of the roosts of birds: owls of fen {n} in hard winters",
            authors=(f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}dal, Ines",),
            year=1990 + n % 30,
            volume=str(n % 30 + 1),
        )
        for n in range(1000)
    ]
    copies = [work._replace(container="Ann Fenl Birds") for work in works[:10]]

    found = kinds(*works, *copies)

    assert found[:1000].count(NEW) == 1000
    assert found[1000:] == [SAME] * 10


def test_a_thousand_records_of_one_title_are_ruled_on_with_few_comparisons() -> None:
    titled = [piece(year=1900 + n % 100, volume=str(n), pages=str(n)) for n in range(1000)]

    gathered = Candidates([features_of(each) for each in titled], RememberedWorks(), frozenset())

    # Each with each would be half a million.
    assert len(gathered.candidates) < 20_000
    assert len(kinds(*titled)) == 1000


def test_many_records_that_differ_in_their_identifiers_alone_are_ruled_on() -> None:
    by_doi = [piece(identity=Identity(doi=Doi(f"10.5555/owl.{n}"))) for n in range(70)]
    by_pmid = [piece(identity=Identity(pmid=str(1_000_000 + n))) for n in range(70)]

    assert len(kinds(*by_doi, *by_pmid)) == 140


def test_the_very_record_of_an_item_is_known_though_its_title_recurs() -> None:
    works = RememberedWorks()
    whole = piece(details=Details(record="d1"))
    works.add("ABCD2345", whole)

    ruled = rule(whole, piece(authors=("Brock, Tomas",)), works=works)

    assert (ruled[0].kind, ruled[0].known and ruled[0].known.ref) == (SAME, "ABCD2345")


def test_each_record_may_have_its_own_policy() -> None:
    strict, free = Policy(joins_by_look=False), Policy()
    records = [piece(volume="21", pages="7"), piece(volume="21", pages="7", year=2012)]

    assert [r.kind for r in resolve(records, RememberedWorks(), [free, free])] == [NEW, SAME]
    assert [r.kind for r in resolve(records, RememberedWorks(), [free, strict])] == [NEW, HOLD]
    assert [r.kind for r in resolve(records, RememberedWorks(), [strict, free])] == [NEW, HOLD]


def test_a_strict_policy_asks_about_equal_records_without_an_identifier() -> None:
    strict = Policy(joins_by_look=False)
    placed = piece(volume="21", pages="7")
    named = piece(volume="21", pages="7", identity=Identity(doi=Doi("10.5555/owl.1")))

    assert [r.kind for r in resolve([placed] * 2, RememberedWorks(), strict)] == [NEW, HOLD]
    assert [r.kind for r in resolve([named] * 2, RememberedWorks(), strict)] == [NEW, SAME]


def test_features_that_are_known_need_not_be_computed_again() -> None:
    works = [piece(), piece(container="Ann Fenl Birds")]

    assert resolve([features_of(it) for it in works], RememberedWorks()) == rule(*works)


def test_equal_records_that_are_held_ask_one_question() -> None:
    works = RememberedWorks()
    works.add("A", piece(title="Owls of distinction: a profile", container="Fen Notes"))
    held = piece(title="Owls of distinction: a profile", container="Fen Annals")

    rulings = rule(held, held, works=works)

    assert rulings[0].kind is HOLD
    assert (rulings[1].kind, rulings[1].within) == (SAME, 0)


def test_equal_records_that_are_held_for_their_equality_are_asked_about_each() -> None:
    profile = piece(title="Owls of distinction: a profile")

    assert kinds(profile, profile, profile) == [NEW, HOLD, HOLD]
