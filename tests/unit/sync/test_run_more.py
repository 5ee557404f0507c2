"""What a run must not get wrong when several things happen to one work at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.memory import MemoryLibrary
from syncd.errors import OutcomeUnknownError, PausedError, RejectedError, UnavailableError
from syncd.item.minting import mint_key
from syncd.item.reading import citation_of
from syncd.ledger.tables import item
from syncd.library import (
    Capabilities,
    Changes,
    Create,
    KnownVersions,
    Operation,
    Pushed,
    Refusal,
    Refused,
)
from syncd.matching import dump_features, features_of
from syncd.plan import Decision, Place
from syncd.record import ItemKey
from syncd.settings import ByMetadata, LookAlikes, WhenFound
from syncd.sync.intake import Delivery
from syncd.sync.review import Answer as Said
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.house import House
from tests.support.libraries import Push, with_mishaps
from tests.support.runs import delivery_of, opened_ledger, opened_run, records_of

FILED = Place(folder=b"/filed", collection=("Inbox",), tags=("new",))
BACK = Place(folder=b"/back", readd=True)
BACK_AND_FILED = Place(folder=b"/back", collection=("Inbox",), tags=("new",), readd=True)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def _key(number: int) -> ItemKey:
    return mint_key("memory:", ("scopus", f"2-s2.0-{85000000000 + number}"))


def _lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    raise OutcomeUnknownError("nothing landed, and nobody knows")


def _refuses_works(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    spoilt = [
        one._replace(data={**one.data, "itemType": "fax"})
        if isinstance(one, Create) and "parentItem" not in one.data
        else one
        for one in operations
    ]
    return push(spoilt, expected)


def _refuses_notes(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
    spoilt = [
        one._replace(data={**one.data, "fax": "1"})
        if isinstance(one, Create) and "parentItem" in one.data
        else one
        for one in operations
    ]
    return push(spoilt, expected)


def _moves(library: MemoryLibrary) -> Any:
    """Somebody adds something else before the push."""

    def moves(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        library.add(ItemKey("HAND2345"), {"itemType": "book", "title": "Nothing to do with it"})
        return push(operations, expected)

    return moves


def _drop_into(house: House, *dropped: tuple[str, Place]) -> list[Any]:
    """Drop each record as a file of its own into a place of its own, in one run."""
    deliveries: list[Delivery] = []
    for number, (record, place) in enumerate(dropped):
        path = write_records(house.root / f"one-{number}.ris", [record])
        deliveries.append(delivery_of(path, place))
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return records_of(ledger, run.deliver(deliveries, "test"))


def _answer(house: House, said: Said) -> None:
    """Give the same answer to every open question, and only then push."""
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        for held in run.reviewer().held():
            run.reviewer().answer(held.hold_id, said)
        run.push_pending()


def _open_questions(house: House) -> list[str]:
    with (
        opened_ledger(house.root / "state", house.clock) as ledger,
        opened_run(house.root, house.library, ledger, house.helpers) as run,
    ):
        return [held.kind for held in run.reviewer().held()]


def _titles(house: House) -> list[str]:
    return sorted(item.data["title"] for item in house.works() if not item.trashed)


def test_the_mirror_knows_a_made_item_by_what_it_says(house: House) -> None:
    house.drop(scopus_record(1), scopus_record(2, AN="", DO="", N1="a note"), place=FILED)

    with opened_ledger(house.root / "state", house.clock) as ledger, ledger.read() as connection:
        known = connection.execute(select(item.c.item_key, item.c.features)).all()

    said = {work.key: dump_features(features_of(citation_of(work.data))) for work in house.works()}
    assert len(said) == 2
    assert {key: features for key, features in known if features} == said


# Works that come back


def test_a_deleted_work_that_comes_twice_in_one_plan_comes_back_once(house: House) -> None:
    house.drop(scopus_record(1))
    house.library.delete(_key(1))

    records = house.drop(scopus_record(1, N1="a"), scopus_record(1, N1="b"), place=BACK)

    assert [record.decision for record in records] == [Decision.CREATE, Decision.SKIP]
    assert _titles(house) == [title_of(1)]


def test_a_work_that_may_come_back_in_one_of_two_folders_comes_back(house: House) -> None:
    house.drop(scopus_record(1))
    house.library.delete(_key(1))
    for path in (house.root / "state").glob("ledger.sqlite*"):
        path.unlink()

    _drop_into(house, (scopus_record(1), Place(folder=b"/plain")), (scopus_record(1), BACK))

    assert _titles(house) == [title_of(1)]


@pytest.mark.parametrize("remove", ["trash", "delete"])
def test_a_work_comes_back_although_the_library_moves(tmp_path: Path, remove: str) -> None:
    house = House(tmp_path)
    house.drop(scopus_record(1))
    getattr(house.library, remove)(_key(1))
    inner = house.library
    house.library = with_mishaps(
        inner, lambda push, operations, expected: push(operations, expected), _moves(inner)
    )

    [record] = house.drop(scopus_record(1, N1="other"), place=BACK_AND_FILED)

    assert record.outcome == "accepted"
    [item] = [item for item in house.works() if item.data["title"] == title_of(1)]
    assert not item.trashed
    assert {"tag": "new"} in item.data["tags"]
    assert house.collections_of(item.key) == ["Inbox"]


def test_a_lost_answer_about_a_work_that_comes_back_is_got_over(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.drop(scopus_record(1))
    house.library.trash(_key(1))
    house.library = with_mishaps(
        house.library, lambda push, operations, expected: push(operations, expected), *[_lost] * 3
    )
    with pytest.raises(UnavailableError):
        house.drop(scopus_record(1, N1="other"), place=BACK_AND_FILED)

    with opened_run(house.root / "state", house.library):
        pass

    assert _titles(house) == [title_of(1)]
    assert house.collections_of(_key(1)) == ["Inbox"]
    assert house.waiting() == []


def test_a_work_comes_back_from_the_trash_into_a_folder_that_files_nothing(house: House) -> None:
    house.drop(scopus_record(1))
    house.library.trash(_key(1))

    place = Place(folder=b"/back", tags=("new",), readd=True, when_found=WhenFound.SKIP)
    house.drop(scopus_record(1, N1="other"), place=place)

    assert _titles(house) == [title_of(1)]
    assert house.works()[0].data["tags"] == []


def test_a_deleted_work_is_remembered_when_another_of_its_doi_is_made(house: House) -> None:
    one = scopus_record(1, UR=None)
    house.drop(one)
    [item] = house.works()
    house.library.delete(item.key)
    other = scopus_record(
        1, UR=None, TI="Poster abstracts on ocean tides", AU="Zimmer, Q.", SP="7", EP="8", VL="99"
    )
    house.drop(other)

    [record] = house.drop(scopus_record(1, UR=None, N1="other"))

    assert record.decision is not Decision.CREATE
    assert title_of(1) not in _titles(house)


# Several places for one work


def test_an_item_goes_into_every_place_that_one_run_wants(house: House) -> None:
    house.drop(scopus_record(1))
    places = [Place(folder=b"/%d" % n, tags=(f"tag {n}",)) for n in range(9)]

    records = _drop_into(house, *((scopus_record(1, N1=str(p.folder)), p) for p in places))

    assert {record.outcome for record in records} == {"accepted"}
    assert {tag["tag"] for tag in house.works()[0].data["tags"]} == {f"tag {n}" for n in range(9)}
    assert house.holds() == []


def test_a_folder_that_files_nothing_does_not_keep_another_from_filing(house: House) -> None:
    house.drop(scopus_record(1))
    skips = Place(folder=b"/skips", tags=("new",), when_found=WhenFound.SKIP)

    _drop_into(house, (scopus_record(1, N1="a"), skips), (scopus_record(1, N1="b"), FILED))

    assert {"tag": "new"} in house.works()[0].data["tags"]


def test_a_folder_that_files_nothing_makes_no_collection(house: House) -> None:
    house.drop(scopus_record(1))

    house.drop(
        scopus_record(1, N1="other"),
        place=Place(folder=b"/f", collection=("Inbox",), when_found=WhenFound.SKIP),
    )

    assert house.library.collections() == []


def test_a_collection_that_a_person_deleted_is_not_made_again_for_nothing(house: House) -> None:
    house.drop(scopus_record(1), place=FILED)
    [collection] = house.library.collections()
    house.library.delete_collection(collection.key)

    house.drop(scopus_record(1, N1="other"), place=FILED)

    assert house.library.collections() == []


def _look_alike() -> str:
    """Return a record with the title and author of work 1, in another journal."""
    return scopus_record(
        1, DO=None, UR=None, SP=None, EP=None, VL=None, T2="Quite Different Letters"
    )


def test_a_folder_may_have_look_alikes_made(house: House) -> None:
    house.drop(scopus_record(1))

    [held] = house.drop(_look_alike())
    [made] = house.drop(_look_alike(), place=Place(folder=b"/f", look_alikes=LookAlikes.CREATE))

    assert (held.decision, made.decision) == (Decision.HOLD, Decision.CREATE)
    assert len(house.works()) == 2


@pytest.mark.parametrize("look_alikes", list(LookAlikes))
def test_a_folder_may_have_metadata_decide_nothing(house: House, look_alikes: LookAlikes) -> None:
    house.drop(scopus_record(1))
    nameless = scopus_record(1, DO=None, UR=None, N1="exported again")
    strict = Place(folder=b"/s", look_alikes=look_alikes, by_metadata=ByMetadata.HOLD)

    [same] = house.drop(nameless)
    [asked] = house.drop(scopus_record(1, DO=None, UR=None, N1="and again"), place=strict)

    assert (same.decision, asked.decision) == (Decision.SKIP, Decision.HOLD)
    assert "metadata alone decides nothing here" in asked.reason


def test_a_look_alike_is_made_although_the_library_moves(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.drop(scopus_record(1))
    house.library = with_mishaps(house.library, _moves(house.library))

    [record] = house.drop(_look_alike(), place=Place(look_alikes=LookAlikes.CREATE))

    assert (record.decision, record.outcome) == (Decision.CREATE, "accepted")
    assert house.holds() == []


@pytest.mark.parametrize(
    ("wish", "decision"),
    [(LookAlikes.HOLD, Decision.HOLD), (LookAlikes.CREATE, Decision.CREATE)],
)
def test_a_folder_that_skips_look_alikes_does_not_skip_those_of_another(
    house: House, wish: LookAlikes, decision: Decision
) -> None:
    house.drop(scopus_record(1))
    skips = Place(folder=b"/skips", look_alikes=LookAlikes.SKIP)

    records = _drop_into(
        house, (_look_alike(), skips), (_look_alike(), Place(folder=b"/f", look_alikes=wish))
    )

    assert decision in [record.decision for record in records]
    assert _open_questions(house) == (["identity"] if wish is LookAlikes.HOLD else [])


def test_a_work_that_was_held_goes_where_every_folder_wanted_it(house: House) -> None:
    house.drop(scopus_record(1))
    one = Place(folder=b"/one", tags=("one",))
    two = Place(folder=b"/two", tags=("two",))
    three = Place(folder=b"/three", tags=("three",))
    _drop_into(house, (_look_alike(), one), (_look_alike(), two))
    house.drop(_look_alike(), place=three)

    _answer(house, Said.CREATE)

    [made] = [i for i in house.works() if i.data["publicationTitle"].startswith("Quite")]
    assert {tag["tag"] for tag in made.data["tags"]} == {"one", "two", "three"}


# Questions


def test_what_is_refused_again_is_asked_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.library = with_mishaps(house.library, _refuses_works, _refuses_works)
    house.drop(scopus_record(1))

    _answer(house, Said.RETRY)

    assert _open_questions(house) == ["refused"]
    _answer(house, Said.RETRY)
    assert _titles(house) == [title_of(1)]
    assert _open_questions(house) == []


def test_a_record_that_cannot_be_sent_at_all_is_one_question(tmp_path: Path) -> None:
    def refuses_all(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        raise RejectedError("never")

    house = House(tmp_path, with_mishaps(MemoryLibrary(shipped_schema()), refuses_all))

    house.drop(scopus_record(1))

    assert _open_questions(house) == ["refused"]
    _answer(house, Said.RETRY)
    assert len(house.everything()) == 2


def test_a_note_that_was_refused_can_be_sent_again(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.library = with_mishaps(house.library, _refuses_notes)
    house.drop(scopus_record(1))
    assert len(house.everything()) == 1

    _answer(house, Said.RETRY)

    assert len(house.everything()) == 2
    with opened_ledger(house.root / "state") as ledger, ledger.read() as connection:
        told = connection.exec_driver_sql("SELECT outcome, error FROM record").all()
    assert [tuple(row) for row in told] == [("accepted", None)]


def test_two_records_of_one_new_work_ask_one_question_and_make_it_once(house: House) -> None:
    house.drop(scopus_record(1))
    other = {"TI": "Quite another subject altogether", "AU": "Nobody, N.", "DO": None}
    house.drop(scopus_record(1, **other, SP="7", EP="9"))
    house.drop(scopus_record(1, **other, SP="7", EP="9", PY="1992"), place=FILED)
    assert _open_questions(house) == ["identity"]

    _answer(house, Said.CREATE)

    assert _titles(house) == [title_of(1), "Quite another subject altogether"]
    assert house.waiting() == []
    [made] = [item for item in house.works() if item.data["title"].startswith("Quite")]
    assert {"tag": "new"} in made.data["tags"]
    assert house.collections_of(made.key) == ["Inbox"]


# Libraries that move at the wrong moment


class Interrupted(MemoryLibrary):
    """Fails after the first page of a listing, as often as it is told to."""

    interruptions = 0

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        for page in super().changes_since(version, known=known):
            yield page
            if self.interruptions:
                self.interruptions -= 1
                raise UnavailableError("gone in the middle of a listing")


def test_what_was_seen_before_a_listing_broke_off_is_not_made_twice(tmp_path: Path) -> None:
    inner = Interrupted(shipped_schema())

    def adds(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        data = {"itemType": "journalArticle", "title": title_of(1), "DOI": "10.5555/invented.1"}
        inner.add(ItemKey("HAND2345"), data)
        inner.interruptions = 1
        return push(operations, expected)

    house = House(tmp_path, with_mishaps(inner, adds))
    with pytest.raises(UnavailableError):
        house.drop(scopus_record(1))

    with opened_run(house.root / "state", house.library):
        pass

    assert _titles(house) == [title_of(1)]
    assert house.waiting() == []


def test_a_library_that_goes_back_in_time_pauses_and_is_read_anew_when_it_is_resumed(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library
    house.drop(scopus_record(1))
    inner.add(ItemKey("HAND2345"), {"itemType": "book", "title": "Nothing to do with it"})
    house.drop(scopus_record(2))
    inner.version -= 3  # a backup was put back
    with pytest.raises(PausedError, match="older backup"):
        house.drop(scopus_record(3))

    house.resume()
    [record] = house.drop(scopus_record(3))

    assert record.outcome == "accepted"


def test_a_work_that_joins_in_a_collection_that_is_gone_is_filed_without_it(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library

    def deletes_the_collection(
        push: Push, operations: Sequence[Operation], expected: Any
    ) -> Pushed:
        for collection in inner.collections():
            inner.delete_collection(collection.key)
        answer = push(operations, None)
        data = {"itemType": "journalArticle", "title": title_of(1), "DOI": "10.5555/invented.1"}
        inner.add(ItemKey("HAND2345"), data)
        return answer

    house.library = with_mishaps(
        inner,
        lambda push, operations, expected: push(operations, expected),
        deletes_the_collection,
    )

    [record] = house.drop(scopus_record(1), place=FILED)

    assert record.outcome == "accepted"
    assert {"tag": "new"} in house.works()[0].data["tags"]
    assert house.waiting() == []


def test_what_happens_to_an_item_while_an_answer_is_lost_is_seen(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.drop(scopus_record(1))
    inner = house.library

    def files_and_is_lost(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        push(operations, expected)
        inner.trash(_key(1))
        raise OutcomeUnknownError("lost")

    house.library = with_mishaps(inner, files_and_is_lost)
    house.drop(scopus_record(1, N1="other"), place=Place(folder=b"/f", tags=("new",)))

    [record] = house.drop(scopus_record(1, N1="third"))

    assert "trash" in record.reason


def test_what_was_learnt_of_a_work_holds_for_the_item_that_somebody_added(
    tmp_path: Path,
) -> None:
    house = House(tmp_path)
    inner = house.library

    def adds_it(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        data = {"itemType": "journalArticle", "title": title_of(1)}
        inner.add(ItemKey("HAND2345"), {**data, "extra": "Scopus EID: 2-s2.0-85000000001"})
        return push(operations, expected)

    house.library = with_mishaps(inner, adds_it)
    records = house.drop(scopus_record(1, DO=None), scopus_record(1, UR=None))

    assert [record.item_key for record in records] == ["HAND2345", "HAND2345"]
    assert records[1].duplicate_of
    assert records[1].duplicate_of.item_key == "HAND2345"
    bare = scopus_record(1, UR=None, AU=None, PY=None, T2=None, VL=None, SP=None, EP=None)
    [again] = house.drop(bare)
    assert (again.decision, again.item_key) == (Decision.SKIP, "HAND2345")


def test_a_single_record_gets_through_to_a_library_that_never_rests(tmp_path: Path) -> None:
    class Restless(MemoryLibrary):
        """Somebody else writes before every push; unguarded ones are let in."""

        def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
            self.add(
                ItemKey(f"HAND{self.version:04}".translate(str.maketrans("01", "YZ"))),
                {"itemType": "note", "note": "restless"},
            )
            return super().push(operations, expected=expected)

    house = House(tmp_path, Restless(shipped_schema()))

    records = house.drop(scopus_record(1), scopus_record(2))

    assert {record.outcome for record in records} == {"accepted"}
    assert house.waiting() == []


def test_what_a_library_could_not_take_is_sent_again_without_a_look(tmp_path: Path) -> None:
    looks: list[int] = []

    class Watched(MemoryLibrary):
        def get(self, keys: Sequence[ItemKey]) -> list[Any]:
            looks.append(len(keys))
            return super().get(keys)

    def is_away(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        raise UnavailableError("nothing was written")

    inner = Watched(shipped_schema())
    house = House(tmp_path, with_mishaps(inner, is_away))
    with pytest.raises(UnavailableError):
        house.drop(scopus_record(1))
    looks.clear()

    with opened_run(house.root / "state", house.library):
        pass

    assert looks == [] or max(looks) == 0
    assert _titles(house) == [title_of(1)]


def test_a_key_that_is_taken_by_what_cannot_be_seen_is_put_before_a_person(
    tmp_path: Path,
) -> None:
    class Haunted(MemoryLibrary):
        """Says that keys exist, and shows nothing under them."""

        def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
            taken = [Refused(one[0], Refusal.KEY_TAKEN, "exists") for one in operations]
            return Pushed(taken, self.version)

    house = House(tmp_path, Haunted(shipped_schema()))

    [record] = house.drop(scopus_record(1))

    assert record.outcome == "refused"
    assert _open_questions(house) == ["refused"]
    assert house.waiting() == []


def test_a_removed_twin_is_no_question(tmp_path: Path) -> None:
    house = House(tmp_path)
    inner = house.library

    def slips_in(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
        answer = push(operations, expected)
        data = {"itemType": "journalArticle", "title": title_of(1), "DOI": "10.5555/invented.1"}
        inner.add(ItemKey("HAND2345"), data)
        inner.trash(ItemKey("HAND2345"))
        return answer._replace(library_version=None)

    house.library = with_mishaps(inner, slips_in)

    house.drop(scopus_record(1))

    assert house.holds() == []


def test_a_quiet_library_is_not_followed_between_batches(tmp_path: Path) -> None:
    listings: list[int] = []

    class Watched(MemoryLibrary):
        def changes_since(
            self, version: int, *, known: KnownVersions | None = None
        ) -> Iterator[Changes]:
            listings.append(version)
            return super().changes_since(version, known=known)

    library = Watched(shipped_schema(), capabilities=Capabilities(batch_size=2))
    house = House(tmp_path, library)

    house.drop(*(scopus_record(number) for number in range(5)))

    assert len(listings) == 1
