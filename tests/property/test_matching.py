"""What holds for any works, however their facts agree and contradict each other."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.matching import (
    Ruling,
    RulingKind,
    Verdict,
    blocking_keys,
    dump_features,
    features_of,
    fingerprint,
    judge,
    load_features,
    resolve,
)
from syncd.record import Citation, Details, Doi, Eid, Identity
from tests.support.remembered_works import RememberedWorks

TITLES = [
    "Seasonal drift of glacial meltwater in northern fjords",
    "Seasonal drift of glacier meltwater in northern fjords",
    "Seasonal drift of glacial meltwater in northern fjords: a field study of five summers",
    "The seasonal drift of glacial meltwater in southern fjords",
    "[Jahreszeitliche Drift von Schmelzwasser in nördlichen Fjorden]",
    "A catalogue of rural clock towers and their keepers, part I",
    "A catalogue of rural clock towers and their keepers, part II",
    "Clock towers",
    "Editorial",
    "Conference abstracts",
    "",
]
PREFIXES = ["", "", "", "", "Erratum to: ", "RETRACTED: ", "Reply to: "]
AUTHORS = [
    (),
    ("Aasen, Kari", "Bråten, Ole", "Chen, Mei"),
    ("Aasen, K.", "Braten, O."),
    ("Bråten, Ole", "Aasen, Kari"),
    ("Dumont, Luc",),
]
CONTAINERS = ["", "Journal of Invented Hydrology", "J Invent Hydrol", "Annals of Fictional Ice"]
KINDS = ["journalArticle"] * 6 + ["conferencePaper", "bookSection", "book", "preprint"]
KINDS += ["report", "webpage", "dataset", "newspaperArticle"]

dois = st.sampled_from([None, None, Doi("10.5555/a"), Doi("10.5555/b"), Doi("10.5555/c")])
eids = st.sampled_from([None, None, Eid("2-s2.0-85000000001"), Eid("2-s2.0-85000000002")])
pmids = st.sampled_from([None, None, None, "11111111", "22222222"])
details = st.builds(
    Details,
    number=st.sampled_from(["", "", "TR-101", "TR 102"]),
    part=st.sampled_from(["", "", "2"]),
    edition=st.sampled_from(["", "", "2nd", "3rd ed."]),
    day=st.sampled_from(["", "05-04"]),
    address=st.sampled_from(["", "", "example.org/a", "example.org/b"]),
    trials=st.sampled_from([(), (), ("nct01111111",), ("drks00000001", "nct01111111")]),
    language=st.sampled_from(["", "eng", "German"]),
    translators=st.sampled_from([(), (), ("Smith",), ("Jones", "Smith")]),
    publisher=st.sampled_from(["", "Quill Press"]),
    event=st.sampled_from(["", "Oslo"]),
    record=st.just(""),
)


def citations(
    doi: st.SearchStrategy[Doi | None] = dois,
    eid: st.SearchStrategy[Eid | None] = eids,
    pmid: st.SearchStrategy[str | None] = pmids,
) -> st.SearchStrategy[Citation]:
    return st.builds(
        Citation,
        item_type=st.sampled_from(KINDS),
        title=st.builds(str.__add__, st.sampled_from(PREFIXES), st.sampled_from(TITLES)),
        authors=st.sampled_from(AUTHORS),
        year=st.sampled_from([None, 2014, 2015, 2015, 2019]),
        container=st.sampled_from(CONTAINERS),
        volume=st.sampled_from(["", "12", "12", "13"]),
        issue=st.sampled_from(["", "3", "3", "4"]),
        pages=st.sampled_from(["", "215-233", "215-33", "215", "e7", "301-309"]),
        identity=st.tuples(eid, doi, pmid).map(lambda ids: Identity(*ids)),
        details=st.just(Details()) | details,
    ).map(_with_digest)


def _with_digest(citation: Citation) -> Citation:
    """Let what a record says be all that its digest is of."""
    digest = f"{zlib.crc32(repr(citation).encode()):016x}"
    return citation._replace(details=citation.details._replace(record=digest))


any_works = st.lists(citations(), max_size=7)
works_with_dois_alone = st.lists(citations(eid=st.none(), pmid=st.none()), max_size=7)

few = settings(max_examples=100, deadline=None)


def groups(incoming: Sequence[Citation], rulings: Sequence[Ruling]) -> list[list[int]]:
    """Return the records that were found to be one work, each group in order."""
    found: dict[int | str, list[int]] = {}
    leaders: dict[int, int | str] = {}
    for index, ruling in enumerate(rulings):
        leader: int | str = index
        if ruling.known is not None and ruling.kind is RulingKind.SAME:
            leader = ruling.known.ref
        elif ruling.within is not None:
            leader = leaders[ruling.within]
        leaders[index] = leader
        found.setdefault(leader, []).append(index)
    return list(found.values())


def as_content(incoming: Sequence[Citation], rulings: Sequence[Ruling]) -> Counter[tuple[str, ...]]:
    """Return the groups by what their records say, for plans in different orders."""
    return Counter(
        tuple(sorted(repr(incoming[index]) for index in group))
        for group in groups(incoming, rulings)
    )


@few
@given(citations(), citations(), st.sets(dois))
def test_a_verdict_does_not_depend_on_which_comes_first(
    one: Citation, other: Citation, shared: set[Doi | None]
) -> None:
    left, right = features_of(one), features_of(other)
    dois_shared = {doi for doi in shared if doi}

    assert judge(left, right, shared_dois=dois_shared) == judge(
        right, left, shared_dois=dois_shared
    )


strange = st.builds(
    Citation,
    item_type=st.just("book"),
    title=st.text(),
    authors=st.lists(st.text()).map(tuple),
    year=st.none() | st.integers(-9999, 9999),
    container=st.text(),
    volume=st.text(),
    issue=st.text(),
    pages=st.text(),
    identity=st.just(Identity()),
    details=st.builds(
        Details,
        number=st.text(),
        edition=st.text(),
        address=st.text(),
        language=st.text(),
        translators=st.lists(st.text()).map(tuple),
        publisher=st.text(),
        event=st.text(),
        part=st.text(),
        day=st.just(""),
        trials=st.just(()),
        record=st.just(""),
    ),
)


@few
@given(citations() | strange)
def test_features_survive_being_stored(citation: Citation) -> None:
    features = features_of(citation)
    keys = blocking_keys(features)

    assert load_features(dump_features(features)) == features
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert fingerprint(citation) == fingerprint(citation)


@few
@given(any_works, st.randoms(use_true_random=False))
def test_the_grouping_does_not_depend_on_the_order_of_the_records(
    incoming: list[Citation], random: Random
) -> None:
    shuffled = list(incoming)
    random.shuffle(shuffled)

    before = as_content(incoming, resolve(incoming, RememberedWorks()))
    after = as_content(shuffled, resolve(shuffled, RememberedWorks()))

    assert before == after


@few
@given(works_with_dois_alone)
def test_no_group_holds_two_works_that_contradict_each_other(incoming: list[Citation]) -> None:
    rulings = resolve(incoming, RememberedWorks())
    shared = {doi for ruling in rulings for doi in ruling.shared}
    features = [features_of(citation) for citation in incoming]

    for group in groups(incoming, rulings):
        for one, other in combinations(group, 2):
            judgement = judge(features[one], features[other], shared_dois=shared)
            assert judgement.verdict is not Verdict.DIFFERENT


@few
@given(any_works)
def test_records_about_something_else_change_nothing(incoming: list[Citation]) -> None:
    strangers = [
        Citation("journalArticle", f"Beekeeping in the city of {town}", ("Ng, Su",), 1999)
        for town in ("Atlantis", "Lemuria")
    ]

    alone = resolve(incoming, RememberedWorks())
    together = resolve([*incoming, *strangers], RememberedWorks())

    assert together[: len(incoming)] == alone
    assert {ruling.kind for ruling in together[len(incoming) :]} == {RulingKind.NEW}


@few
@given(any_works)
def test_every_record_is_ruled_on_and_points_backwards(incoming: list[Citation]) -> None:
    rulings = resolve(incoming, RememberedWorks())

    assert len(rulings) == len(incoming)
    for index, ruling in enumerate(rulings):
        assert (ruling.within is not None) == (ruling.kind is RulingKind.SAME)
        assert bool(ruling.candidates) == (ruling.kind is RulingKind.HOLD)
        pointed = [c for c in (ruling.within, *ruling.candidates) if isinstance(c, int)]
        assert all(earlier < index for earlier in pointed)
        assert ruling.reason


@few
@given(works_with_dois_alone, works_with_dois_alone)
def test_nothing_is_joined_across_runs_that_one_plan_would_keep_apart(
    first: list[Citation], second: list[Citation]
) -> None:
    works = RememberedWorks()
    earlier = resolve(first, works)
    remember(works, first, earlier)
    later = resolve(second, works)

    joint = resolve([*first, *second], RememberedWorks())
    shared = {doi for ruling in joint for doi in ruling.shared}
    for citation, ruling in zip(second, later, strict=True):
        if ruling.kind is RulingKind.SAME and ruling.known is not None:
            known_as = works.by_identifiers(list(citation.identity.pairs()))
            for member in works.members(ruling.known.ref):
                if ruling.known.ref in {
                    known.ref for found in known_as.values() for known in found
                }:
                    member = member._replace(identity=citation.identity)
                judgement = judge(features_of(citation), member, shared_dois=shared)
                assert judgement.verdict is not Verdict.DIFFERENT


def remember(
    works: RememberedWorks, incoming: Sequence[Citation], rulings: Sequence[Ruling]
) -> None:
    """Take a run's outcome into the library, as the ledger would."""
    refs: dict[int, str] = {}
    for index, (citation, ruling) in enumerate(zip(incoming, rulings, strict=True)):
        if ruling.kind is RulingKind.NEW:
            refs[index] = f"ITEM{index}"
        elif ruling.within in refs:
            refs[index] = refs[ruling.within]
        else:
            continue
        works.add(refs[index], citation, aliases=ruling.aliases)
        works.shared.update(ruling.shared)


@few
@given(any_works)
def test_what_was_dropped_once_is_found_when_dropped_again(incoming: list[Citation]) -> None:
    works = RememberedWorks()
    first = resolve(incoming, works)
    remember(works, incoming, first)

    again = resolve(incoming, works)

    for before, after in zip(first, again, strict=True):
        if before.kind is RulingKind.NEW:
            assert after.kind is not RulingKind.NEW
