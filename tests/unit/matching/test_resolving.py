"""A whole plan ruled on jointly: groups, chains, aliases, answers and what is known already."""

from __future__ import annotations

from typing import Any

from syncd.matching import (
    Answers,
    Doubt,
    Policy,
    RulingKind,
    Verdict,
    blocking_keys,
    dump_features,
    features_of,
    fingerprint,
    fingerprint_of,
    load_features,
    resolve,
)
from syncd.record import Citation, Details, Doi, Eid, Identity
from tests.support.remembered_works import RememberedWorks

WORK = Citation(
    item_type="journalArticle",
    title="Seasonal drift of glacial meltwater in northern fjords",
    authors=("Aasen, Kari", "Bråten, Ole"),
    year=2015,
    container="Journal of Invented Hydrology",
    volume="12",
    issue="3",
    pages="215-233",
)
X, Y = Doi("10.5555/x.1"), Doi("10.5555/y.2")
AN = Eid("2-s2.0-85000000001")


def record(identity: Identity | None = None, **changes: Any) -> Citation:
    return WORK._replace(identity=identity or Identity(), **changes)


def kinds(*incoming: Citation, works: RememberedWorks | None = None) -> list[RulingKind]:
    return [ruling.kind for ruling in resolve(incoming, works or RememberedWorks())]


def test_copies_in_one_plan_point_to_the_first() -> None:
    rulings = resolve([record(), record(year=2014), record()], RememberedWorks())

    assert [ruling.within for ruling in rulings] == [None, 0, 0]


def test_a_file_that_repeats_one_record_thousands_of_times_is_ruled_on_at_once() -> None:
    rulings = resolve([record()] * 5000, RememberedWorks())

    assert {ruling.within for ruling in rulings[1:]} == {0}


def test_a_record_between_two_works_does_not_join_them() -> None:
    plain = record(volume="", issue="", pages="")
    here = record(Identity(doi=X))
    there = record(Identity(doi=Y), volume="18", issue="1", pages="5-23")

    rulings = resolve([here, there, plain], RememberedWorks())

    joined = [ruling.within for ruling in rulings]
    assert joined.count(None) >= 2
    assert rulings[1].kind is RulingKind.HOLD


def test_a_doubtful_record_is_asked_about_once_with_its_copies() -> None:
    elsewhere = record(container="Annals of Fictional Ice", volume="7", pages="11-20")

    rulings = resolve([record(), elsewhere, elsewhere], RememberedWorks())

    assert [ruling.kind for ruling in rulings] == [
        RulingKind.NEW,
        RulingKind.HOLD,
        RulingKind.SAME,
    ]
    assert rulings[1].candidates == (0,)
    assert rulings[2].within == 1


def test_an_alias_finds_the_item_again() -> None:
    works = RememberedWorks()
    works.add("A", record(Identity(scopus=AN, doi=X)), aliases=[("doi", Y)])

    ruling = resolve([record(Identity(doi=Y))], works)[0]

    assert ruling.kind is RulingKind.SAME
    assert ruling.known is not None
    assert ruling.known.ref == "A"
    assert ruling.aliases == ()


def test_what_one_member_is_known_by_counts_for_the_whole_group() -> None:
    both = record(Identity(scopus=AN, doi=Y))
    first = record(Identity(scopus=AN, doi=X))
    second = record(Identity(doi=Y))

    assert kinds(first, both, second) == [RulingKind.NEW, RulingKind.SAME, RulingKind.SAME]


def test_a_shared_doi_is_named_for_all_who_bear_it() -> None:
    supplement = Identity(doi=X)
    one = record(supplement, pages="S12")
    other = record(
        supplement, title="Winter ice in southern lakes", authors=("Dumont, Luc",), pages="S13"
    )

    rulings = resolve([one, other], RememberedWorks())

    assert [ruling.kind for ruling in rulings] == [RulingKind.NEW, RulingKind.NEW]
    assert [ruling.shared for ruling in rulings] == [(X,), (X,)]


def test_a_doi_known_to_be_shared_decides_nothing() -> None:
    works = RememberedWorks()
    works.add("A", record(Identity(doi=X), pages="S12"))
    works.shared.add(X)

    far = record(Identity(doi=X), title="Winter ice in southern lakes", pages="S13")

    assert kinds(far, works=works) == [RulingKind.NEW]


def test_an_answer_is_remembered_in_both_directions() -> None:
    elsewhere = record(container="Annals of Fictional Ice", volume="7", pages="11-20")
    works = RememberedWorks()
    works.add("A", record())
    question = frozenset(("A", fingerprint(elsewhere)))

    assert kinds(elsewhere, works=works) == [RulingKind.HOLD]
    works.said[question] = Verdict.SAME
    assert kinds(elsewhere, works=works) == [RulingKind.SAME]
    works.said[question] = Verdict.DIFFERENT
    assert kinds(elsewhere, works=works) == [RulingKind.NEW]


def test_a_strict_policy_asks_where_only_the_look_speaks() -> None:
    works = RememberedWorks()
    works.add("A", record())

    ruling = resolve([record(year=2014)], works, Policy(joins_by_look=False))[0]

    assert ruling.kind is RulingKind.HOLD
    assert ruling.doubt is Doubt.METADATA
    assert ruling.reason.endswith("metadata alone decides nothing here")


def test_what_a_person_said_outranks_a_rule_that_says_otherwise() -> None:
    unlike = record(title="Winter ice in southern lakes", authors=("Dumont, Luc",), pages="7")
    works = RememberedWorks()
    works.add("A", record())

    assert kinds(unlike, works=works) == [RulingKind.NEW]
    works.said[frozenset(("A", fingerprint(unlike)))] = Verdict.SAME
    assert kinds(unlike, works=works) == [RulingKind.SAME]


def test_what_a_person_said_to_differ_is_made_though_an_identifier_leads_to_the_item() -> None:
    twin = record(Identity(doi=X))
    works = RememberedWorks()
    works.add("A", twin)

    assert kinds(twin, works=works) == [RulingKind.SAME]
    works.said[frozenset(("A", fingerprint(twin)))] = Verdict.DIFFERENT
    assert kinds(twin, works=works) == [RulingKind.NEW]


def test_an_answer_that_names_an_item_by_its_fingerprint_finds_it() -> None:
    there = record(container="Annals of Fictional Ice", volume="7", pages="11-20")
    unlike = record(title="Winter ice in southern lakes", authors=("Dumont, Luc",), pages="7")
    works = RememberedWorks()
    works.add("A", there)

    works.said[frozenset((fingerprint(there), fingerprint(unlike)))] = Verdict.SAME
    works.answered[fingerprint(there)] = there

    assert kinds(unlike, works=works) == [RulingKind.SAME]


def test_an_answer_about_one_edition_is_none_about_the_next() -> None:
    def book(edition: str) -> Citation:
        return record(
            item_type="book", volume="", pages="", details=Details(edition=edition), container=""
        )

    first, second = book("1"), book("2")
    said = Answers(
        [("A", fingerprint(second), Verdict.DIFFERENT)],
        [(fingerprint(second), features_of(second))],
    )

    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(second) in said.names_of(features_of(second))
    assert fingerprint(second) not in said.names_of(features_of(first))


def test_a_record_corrected_since_goes_by_the_name_it_was_answered_under() -> None:
    before = record(Identity(scopus=Eid("2-s2.0-1234567890")), pages="11-20")
    since = record(Identity(scopus=Eid("2-s2.0-1234567890")), pages="11-20", year=2014)
    said = Answers(
        [("A", fingerprint(before), Verdict.SAME)], [(fingerprint(before), features_of(before))]
    )

    assert fingerprint(before) != fingerprint(since)
    assert fingerprint(before) in said.names_of(features_of(since))


def test_an_answer_about_one_work_is_none_about_another_under_its_doi() -> None:
    supplement = Identity(doi=X)
    answered = record(supplement, pages="S12")
    neighbour = record(
        supplement, title="Winter ice in southern lakes", authors=("Dumont, Luc",), pages="S13"
    )
    said = Answers(
        [("A", fingerprint(answered), Verdict.SAME)],
        [(fingerprint(answered), features_of(answered))],
    )

    assert fingerprint(answered) not in said.names_of(features_of(neighbour))


def test_a_name_that_an_older_syncd_made_is_still_its_works() -> None:
    work = record()
    said = Answers([("A", "older", Verdict.SAME)], [("older", features_of(work))])

    assert said.find(said.names_of(features_of(work)), ("A",)) is Verdict.SAME


def test_a_record_that_contradicts_an_earlier_copy_of_the_item_does_not_join_it() -> None:
    works = RememberedWorks()
    works.add("A", record(volume="", issue="", pages=""))
    works.add("A", record(container="Annals of Fictional Ice", volume="7", pages="11-20"))

    ruling = resolve([record()], works)[0]

    assert ruling.kind is RulingKind.HOLD


def test_removed_works_are_found_and_say_so() -> None:
    works = RememberedWorks()
    works.add("A", record(), removed="deleted")

    ruling = resolve([record()], works)[0]

    assert ruling.known is not None
    assert ruling.known.removed == "deleted"


def test_an_item_of_another_look_under_the_doi_does_not_hide_the_one_that_looks_the_same() -> None:
    works = RememberedWorks()
    works.add("A", record(Identity(doi=X), title="Winter ice in southern lakes", pages="7-8"))
    works.add("B", record())

    ruling = resolve([record(Identity(doi=X))], works)[0]

    assert ruling.known is not None
    assert ruling.known.ref == "B"


def test_nothing_comes_of_nothing() -> None:
    assert resolve([], RememberedWorks()) == []


def test_a_fingerprint_is_the_same_from_two_exports() -> None:
    other = record(
        container="J Invent Hydrol", authors=("Aasen K", "Braten O"), pages="215-33"
    )._replace(authors=("Aasen, K.", "Braten, O."))

    assert fingerprint(record()) == fingerprint(other)
    assert fingerprint(record()) != fingerprint(record(title="Winter ice in southern lakes"))


def test_fingerprints_tell_editorials_apart_by_their_place() -> None:
    first = record(title="Editorial", pages="1-2")

    assert fingerprint(first) != fingerprint(first._replace(volume="13"))


def test_a_word_that_other_titles_have_is_no_misprint() -> None:
    def drift(word: str, **changes: Any) -> Citation:
        title = f"Drift of the {word} gyre in open water of the northern sea"
        return record(title=title, pages="", issue="", **changes)

    others = [
        record(title=f"{beginning} of the fjordal gyre", authors=(f"{beginning}, A.",), pages="1-9")
        for beginning in ("Slowness", "Salinity")
    ]

    alone = resolve([drift("fjordel"), drift("fjordal")], RememberedWorks())
    beside = resolve([drift("fjordel"), drift("fjordal"), *others], RememberedWorks())

    # Neither is in the list of words; the one that is known is what the other should have been.
    assert (alone[1].kind, beside[1].kind) == (RulingKind.HOLD, RulingKind.SAME)


def test_twins_of_an_item_are_named_all_of_them() -> None:
    works = RememberedWorks()
    works.add("A", record(Identity(doi=X)), removed="trashed")
    for ref in "BCD":
        works.add(ref, record(Identity(doi=X)))

    [ruling] = resolve([record(Identity(doi=X))], works)

    assert ruling.known is not None
    twins = {ruling.known.ref, *(word.removeprefix("also ") for word in ruling.evidence)}
    assert {"B", "C", "D"} <= twins


def test_an_item_that_two_works_fit_equally_is_neither_of_them() -> None:
    works = RememberedWorks()
    works.add("A", record(volume="", issue="", pages=""))
    one, other = record(), record(volume="18", issue="1", pages="5-23")

    rulings = resolve([one, other], works)

    assert [ruling.kind for ruling in rulings] == [RulingKind.HOLD, RulingKind.HOLD]


def test_half_a_surrogate_pair_stands_in_nobodys_way() -> None:
    odd = features_of(record(title=f"{WORK.title} \ud800"))

    assert blocking_keys(odd) and fingerprint_of(odd)
    assert load_features(dump_features(odd)) == odd


def test_fingerprints_differ_by_the_first_family_name() -> None:
    assert fingerprint(record()) != fingerprint(record(authors=("Bråten, Ole",)))
