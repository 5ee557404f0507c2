"""Drop, edit, merge, remove by hand, die, run: each work is there once, as people left it.

`SyncMachine` takes further rules: a rule says what somebody does and what a person would expect of
it, the invariants say what must hold between any two. `long_run` runs it for hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.memory import MemoryLibrary
from syncd.errors import OutcomeUnknownError, UnavailableError
from syncd.ledger.engine import open_engine
from syncd.library import Capabilities, CollectionKey, Operation, Pushed
from syncd.plan import Place
from syncd.record import ItemKey
from syncd.sync.review import Answer as Said
from syncd.system.clock import SystemClock
from syncd.system.resources import shipped_schema
from tests.support.death import Death, Fate, MortalLedger, mortal
from tests.support.exports import scopus_record, title_of, write_records
from tests.support.libraries import Mishap, Push, with_mishaps
from tests.support.runs import deliver, opened_ledger, opened_run, waiting

WORKS = st.integers(0, 11)
NEWER = ("first abstract", "second abstract")
SPELLINGS = st.sampled_from(["whole", "no doi", "no eid", "no identifier", *NEWER])
PLACES = (
    Place(folder=b"/plain"),
    Place(folder=b"/filed", collection=("Inbox",), tags=("seen",)),
    Place(folder=b"/back", collection=("Back",), tags=("back",), readd=True),
)
DOUBTED = st.integers(12, 14)
"""Works that something with their accession number and another title is dropped beside."""

_DIGITS = str.maketrans("01", "YZ")
"""Keys have no 0 and no 1."""

CLIENTS = ("state", "other-state")
"""The states of two syncds that work for the same library."""

OTHER = 100
"""What the number of that something is higher by."""


def _spelled(number: int, spelling: str) -> str:
    changes: dict[str, str | None] = {}
    if spelling in ("no doi", "no identifier"):
        changes["DO"] = None
    if spelling in ("no eid", "no identifier"):
        changes["UR"] = None
    if spelling in NEWER:
        changes["AB"] = f"The {spelling} of letter {number}."
    return scopus_record(number, **changes)


def _by_hand(number: int) -> dict[str, Any]:
    """Return the item that a person makes of a work."""
    return {
        "itemType": "journalArticle",
        "title": title_of(number),
        "creators": [
            {"creatorType": "author", "lastName": f"Author{chr(97 + number)}", "firstName": "A."}
        ],
        "date": str(1990 + number),
        "publicationTitle": "Journal of Invented Results",
        "volume": str(1 + number),
        "pages": f"{100 + number}-{109 + number}",
        "DOI": f"10.5555/invented.{number}",
        "extra": f"Scopus EID: 2-s2.0-{85000000000 + number}",
    }


def _doubtful(number: int) -> str:
    title = f"Quite another subject of letter {number + OTHER}"
    return scopus_record(number, TI=title, AU="Nobody, N.", DO=None)


class SyncMachine(RuleBasedStateMachine):
    """The model is what a person would expect: which works are there, and which were removed."""

    @initialize()
    def begin(self) -> None:
        self._directory = TemporaryDirectory()
        self.root = Path(self._directory.name)
        self.library = MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=3))
        self.dropped = 0
        self.pending: list[tuple[Path, Place]] = []
        self.there: set[int] = set()
        self.removed: set[int] = set()
        self.titles: dict[int, str] = {}
        self.doubted: set[int] = set()
        self.hands = 0
        self.merged: dict[int, int] = {}
        self.taken_out: dict[int, set[str]] = {}
        self.untagged: dict[int, set[str]] = {}
        self.renamed: dict[str, CollectionKey] = {}
        self.knows_collections = True

    def teardown(self) -> None:
        try:
            self._expect_rest()
        finally:
            self._directory.cleanup()

    def _expect_rest(self) -> None:
        """However it ended: a reconcile finishes what is left, and after it there is nothing."""
        if not hasattr(self, "pending"):
            return
        self.run()
        for state in CLIENTS:
            with opened_run(self.root / state, self.library) as run:
                first = run.reconcile()
                before = self.library.version
                again = run.reconcile()
            assert self.library.version == before
            assert list(first.duplicates) == list(again.duplicates) == []
            assert again.pending == 0
            assert not any((again.changed, again.trashed, again.deleted, again.restored))
        self.no_work_is_there_twice()
        self.the_library_is_as_people_left_it()
        self.nothing_is_left_to_do()

    # What people do

    @rule(
        wanted=st.lists(st.tuples(WORKS, SPELLINGS), min_size=1, max_size=5),
        place=st.sampled_from(PLACES),
    )
    def drop(self, wanted: list[tuple[int, str]], place: Place) -> None:
        if place.readd:
            # Which of two merged works comes back, where both are gone, is for the records to say.
            wanted = [each for each in wanted if not self._is_merged_and_gone(each[0])]
        path = self.root / f"export-{self.dropped}.ris"
        self.dropped += 1
        write_records(path, [_spelled(number, spelling) for number, spelling in wanted])
        self.pending.append((path, place))
        self._expect({number for number, _ in wanted}, place)

    def _expect(self, numbers: set[int], place: Place) -> None:
        works = {self._stands_for(number) for number in numbers}
        if place.readd:
            self.removed -= works
        self.there |= works - self.removed

    def _stands_for(self, number: int) -> int:
        """Return the work into which people have merged this one."""
        while number in self.merged:
            number = self.merged[number]
        return number

    def _is_merged_and_gone(self, number: int) -> bool:
        is_part = number in self.merged or number in self.merged.values()
        return is_part and self._stands_for(number) in self.removed

    @rule(number=WORKS)
    def add_by_hand(self, number: int) -> None:
        if number not in self.removed and number not in self.merged and self._add(number):
            self.there.add(number)

    @precondition(lambda self: not self.pending)
    @rule()
    def restore_by_hand(self) -> None:
        for item in self._items():
            if item.trashed:
                self._forget_merge_of(item.key)
                self.library.restore(item.key)
                self.merged.pop(self._number(item), None)
                self.there.add(self._number(item))
                self.removed.discard(self._number(item))

    @precondition(lambda self: not self.pending and len(self.there) > 1)
    @rule(data=st.data(), erases=st.booleans(), looks=st.booleans())
    def merge_by_hand(self, data: Any, erases: bool, looks: bool) -> None:
        loser, survivor = data.draw(st.permutations(sorted(self.there)))[:2]
        gone, stays = self._item_of(loser), self._item_of(survivor)
        self._refresh_all()
        replaced = [*_replaces(stays), *_replaces(gone), _uri(gone.key)]
        self.library.edit(stays.key, {"relations": {"dc:replaces": sorted(set(replaced))}})
        self.library.edit(gone.key, {"relations": {}})
        self.library.trash(gone.key)
        if looks:
            self._refresh_all()
        if erases:
            self.library.delete(gone.key)
        self.there.discard(loser)
        self._forget_places(loser)
        self.titles.pop(loser, None)
        self.merged[loser] = survivor

    def _forget_merge_of(self, key: ItemKey) -> None:
        """What Zotero does to the item that stays when another is taken out of a merge."""
        for item in self._items():
            if _uri(key) in _replaces(item):
                left = [uri for uri in _replaces(item) if uri != _uri(key)]
                self.library.edit(item.key, {"relations": {"dc:replaces": left} if left else {}})

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def take_out_of_collections_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        item = self._item_of(number)
        self._refresh_all()
        self.taken_out.setdefault(number, set()).update(item.data.get("collections", ()))
        self.library.edit(item.key, {"collections": []})

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def take_tags_off_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        item = self._item_of(number)
        self._refresh_all()
        self.untagged.setdefault(number, set()).update(_tags(item))
        self.library.edit(item.key, {"tags": []})

    @precondition(lambda self: not self.pending)
    @rule(name=st.sampled_from(["Inbox", "Back"]))
    def rename_a_collection(self, name: str) -> None:
        for collection in self.library.collections():
            if collection.name == name:
                self.library.put_collection(collection._replace(name=f"Was {name}"))
                if self.knows_collections:
                    self.renamed[name] = collection.key

    @precondition(lambda self: not self.pending)
    @rule(data=st.data())
    def delete_a_collection(self, data: Any) -> None:
        keys = sorted(collection.key for collection in self.library.collections())
        if keys:
            key = data.draw(st.sampled_from(keys))
            self.library.delete_collection(key)
            self.renamed = {name: each for name, each in self.renamed.items() if each != key}

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def trash_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        self.library.trash(self._item_of(number).key)
        self._remove(number)

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def delete_by_hand(self, data: Any) -> None:
        # What is deleted before syncd ever saw it leaves nothing by which to know it again.
        self._refresh_all()
        number = data.draw(st.sampled_from(sorted(self.there)))
        self.library.delete(self._item_of(number).key)
        self._remove(number)

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def edit_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        self.library.edit(self._item_of(number).key, {"abstractNote": "read this!"})
        self.titles[number] = "read this!"

    # What syncd does

    @rule()
    def run(self) -> None:
        self._live(Fate(None))
        self.pending.clear()

    @precondition(lambda self: not self.pending)
    @rule(
        wanted=st.lists(st.tuples(WORKS, SPELLINGS), min_size=1, max_size=4),
        place=st.sampled_from(PLACES[:2]),
    )
    def run_another_client(self, wanted: list[tuple[int, str]], place: Place) -> None:
        """Somebody else's syncd works for the same library, with a ledger of its own."""
        self._forget_collections()
        path = self.root / f"other-{self.dropped}.ris"
        self.dropped += 1
        write_records(path, [_spelled(number, spelling) for number, spelling in wanted])
        with opened_run(self.root / CLIENTS[1], self.library) as run:
            deliver(run, [path], place)
        # It has not been told what people took off before it came.
        for number in {self._stands_for(number) for number, _ in wanted}:
            self._forget_places(number)
        self._expect({number for number, _ in wanted}, place)

    @precondition(lambda self: self.pending)
    @rule(moment=st.integers(0, 25))
    def die(self, moment: int) -> None:
        try:
            self._live(Fate(moment))
        except Death:
            return
        self.pending.clear()

    @precondition(lambda self: self.pending)
    @rule(number=WORKS)
    def run_while_somebody_adds_a_work(self, number: int) -> None:
        def adds(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
            if number not in self.removed and number not in self.merged and self._add(number):
                self.there.add(number)
            return push(operations, expected)

        self._live(Fate(None), adds)
        self.pending.clear()

    @precondition(lambda self: self.pending)
    @rule(landed=st.integers(0, 3))
    def run_and_lose_an_answer(self, landed: int) -> None:
        def loses(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
            if operations[:landed]:
                push(operations[:landed], expected)
            raise OutcomeUnknownError("the answer was lost")

        try:
            self._live(Fate(None), loses)
        except UnavailableError:
            return
        self.pending.clear()

    @precondition(lambda self: not self.pending)
    @rule(number=DOUBTED)
    def drop_something_doubtful(self, number: int) -> None:
        if number in self.doubted:
            return
        self.doubted.add(number)
        for record in (_spelled(number, "whole"), _doubtful(number)):
            path = write_records(self.root / f"doubt-{self.dropped}.ris", [record])
            self.dropped += 1
            self.pending.append((path, PLACES[1]))
            self.run()
        self.there.add(number)

    @precondition(lambda self: (self.doubted or self.titles) and not self.pending)
    @rule(said=st.sampled_from([Said.CREATE, Said.ACCEPT, Said.SKIP]), moment=st.integers(0, 9))
    def answer_every_question(self, said: Said, moment: int) -> None:
        asked: set[int] = set()
        for fate in (Fate(moment), Fate(None)):
            with suppress(Death):
                self._answer(said, fate, asked)
        if said is Said.CREATE:
            self.there |= asked

    @rule()
    def lose_the_ledger_of_a_quiet_library(self) -> None:
        # What was deleted for good is remembered by key alone then, and only a work with the
        # identifier its key was minted from is recognised; so works removed stay out of it.
        if self.removed or self.pending or self.merged:
            return
        self._forget_collections()
        self.taken_out.clear()
        self.untagged.clear()
        for path in (self.root / "state").glob("ledger.sqlite*"):
            path.unlink()
        with opened_run(self.root / "state", self.library) as run:
            run.refresh()

    # What must hold

    @invariant()
    def no_work_is_there_twice(self) -> None:
        dois: list[str] = [item.data["title"] for item in self._items()]
        assert len(dois) == len(set(dois))

    @precondition(lambda self: not self.pending)
    @invariant()
    def the_library_is_as_people_left_it(self) -> None:
        present = {self._number(item) for item in self._items() if not item.trashed}
        assert present == self.there
        for number, text in self.titles.items():
            if number in self.there:
                assert self._item_of(number).data["abstractNote"] == text

    @precondition(lambda self: not self.pending)
    @invariant()
    def what_people_took_off_stays_off(self) -> None:
        for item in self._items():
            number = self._number(item)
            assert not self.taken_out.get(number, set()) & set(item.data.get("collections", ()))
            assert not self.untagged.get(number, set()) & _tags(item)

    @precondition(lambda self: not self.pending)
    @invariant()
    def a_collection_that_was_renamed_is_not_made_again(self) -> None:
        assert not {collection.name for collection in self.library.collections()} & {*self.renamed}

    @precondition(lambda self: not self.pending and self.dropped)
    @invariant()
    def nothing_is_left_to_do(self) -> None:
        with opened_ledger(self.root / "state") as ledger:
            assert waiting(ledger) == []

    def _forget_collections(self) -> None:
        """A ledger knows a renamed collection only by having used it under its first name."""
        self.knows_collections = False
        self.renamed.clear()

    def _refresh_all(self) -> None:
        """Let every client see how things are."""
        for state in CLIENTS:
            with opened_run(self.root / state, self.library) as run:
                run.refresh()

    def _live(self, fate: Fate, *mishaps: Mishap) -> None:
        ledger = MortalLedger(open_engine("", self.root / "state"), SystemClock())
        ledger.fate = fate
        library = mortal(with_mishaps(self.library, *mishaps), fate)
        try:
            with opened_run(self.root / "state", library, ledger) as run:
                for path, place in self.pending:
                    deliver(run, [path], place)
        finally:
            ledger.close()

    def _add(self, number: int) -> bool:
        """Make a work by hand, unless it is there."""
        if any(self._number(item) == number for item in self._items()):
            return False
        # Nobody makes an item under a key that was used before.
        self.hands += 1
        self.library.add(ItemKey(f"HAND{self.hands:04}".translate(_DIGITS)), _by_hand(number))
        return True

    def _answer(self, said: Said, fate: Fate, asked: set[int]) -> None:
        """Give one answer to all questions; add the numbers of the works in doubt to `asked`."""
        ledger = MortalLedger(open_engine("", self.root / "state"), SystemClock())
        ledger.fate = Fate(None)
        try:
            with opened_run(self.root / "state", mortal(self.library, fate), ledger) as run:
                questions = run.reviewer().held()
                doubts = [held for held in questions if held.kind == "identity"]
                asked |= {int(held.data["title"].rsplit(" ", 1)[1]) for held in doubts}
                ledger.fate = fate
                for held in questions:
                    answer = said if held in doubts else Said.MINE
                    run.reviewer().answer(held.hold_id, answer)
                run.push_pending()
        finally:
            ledger.close()

    def _items(self) -> list[Any]:
        return [
            item
            for page in self.library.changes_since(0)
            for item in page.items
            if "parentItem" not in item.data
        ]

    def _item_of(self, number: int) -> Any:
        return next(item for item in self._items() if self._number(item) == number)

    @staticmethod
    def _number(item: Any) -> int:
        return int(item.data["title"].rsplit(" ", 1)[1])

    def _remove(self, number: int) -> None:
        self.there.discard(number)
        self.removed.add(number)
        self.titles.pop(number, None)
        self._forget_places(number)

    def _forget_places(self, number: int) -> None:
        """An item that is made anew is filed as a new one."""
        self.taken_out.pop(number, None)
        self.untagged.pop(number, None)


def _uri(key: ItemKey) -> str:
    return f"http://zotero.org/users/1/items/{key}"


def _replaces(item: Any) -> list[str]:
    found: list[str] = item.data.get("relations", {}).get("dc:replaces", [])
    return found


def _tags(item: Any) -> set[str]:
    return {tag["tag"] for tag in item.data.get("tags", ())}


SETTINGS = settings(
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

TestSync = pytest.mark.timeout(600)(SyncMachine.TestCase)
TestSync.settings = SETTINGS
