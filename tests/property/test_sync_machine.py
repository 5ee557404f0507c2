"""Drop, edit, merge, remove by hand, die, run: each work is there once, as people left it.

`SyncMachine` takes further rules: a rule says what somebody does and what a person would expect of
it, the invariants say what must hold between any two. `long_run` runs it for hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from syncd.errors import OutcomeUnknownError, UnavailableError
from syncd.library import Operation, Pushed
from syncd.plan import Place
from syncd.settings import WhenFound
from tests.property.peoples_rules import FIELDS, TEXTS, WORKS
from tests.property.taking_back_rules import TakingBack
from tests.support.death import Death, Fate
from tests.support.libraries import Push
from tests.support.runs import deliver, opened_run
from tests.support.spelled_works import (
    ABSTRACTS,
    OTHER,
    WAYS,
    number_in,
    spell,
    spell_doubtful,
    tags_of,
)
from tests.support.sync_world import CLIENTS

SPELLINGS = st.sampled_from(WAYS)
PLACES = (
    Place(folder=b"/plain"),
    Place(folder=b"/filed", collection=("Inbox",), tags=("seen",)),
    Place(folder=b"/filled", when_found=WhenFound.FILL),
    Place(folder=b"/back", collection=("Back",), tags=("back",), readd=True),
)
DOUBTED = st.integers(12, 14)
"""Works that something with their accession number and another title is dropped beside."""


class SyncMachine(TakingBack):
    """The model is what a person would expect: which works are there, and which were removed."""

    def teardown(self) -> None:
        try:
            self._expect_rest()
        finally:
            super().teardown()

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

    # What syncd does

    @rule(
        wanted=st.lists(st.tuples(WORKS, SPELLINGS), min_size=1, max_size=5),
        place=st.sampled_from(PLACES),
    )
    def drop(self, wanted: list[tuple[int, str]], place: Place) -> None:
        if place.readd:
            # Which of two merged works comes back, where both are gone, is for the records to say.
            wanted = [each for each in wanted if not self.is_merged_and_gone(each[0])]
        if not wanted:
            return  # An export of nothing is no export.
        self.mind_filling(wanted, place)
        self.pending.append((self.write("export", wanted), place))
        content = (tuple(wanted), place.folder)
        if content not in self.delivered or not place.readd:
            # What lies in a folder already does not bring anything back time and again.
            self.expect({number for number, _ in wanted}, place)
        self.delivered.add(content)
        for number in {self.stands_for(number) for number, _ in wanted} & self.there:
            self.given.setdefault(number, set()).update(place.tags, place.collection)

    @rule()
    def run(self) -> None:
        self.live(Fate(None))
        self.pending.clear()

    @precondition(lambda self: not self.pending)
    @rule(
        wanted=st.lists(st.tuples(WORKS, SPELLINGS), min_size=1, max_size=4),
        place=st.sampled_from(PLACES[:3]),
    )
    def run_another_client(self, wanted: list[tuple[int, str]], place: Place) -> None:
        """Somebody else's syncd works for the same library, with a ledger of its own."""
        self.forget_collections()
        self.mind_filling(wanted, place)
        with opened_run(self.root / CLIENTS[1], self.library) as run:
            before = self.snapshot()
            summary = deliver(run, [self.write("other", wanted)], place)
            if summary.run is not None:
                self.carry(CLIENTS[1], summary.run, before)
        # It has not been told what people took off before it came.
        for number in {self.stands_for(number) for number, _ in wanted}:
            self.forget_places(number)
        self.expect({number for number, _ in wanted}, place)

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data(), spelling=SPELLINGS, place=st.sampled_from(PLACES))
    def export_again(self, data: Any, spelling: str, place: Place) -> None:
        """What is there is exported anew, with something else to say."""
        known = st.sampled_from(sorted(self.there))
        numbers = data.draw(st.lists(known, min_size=1, max_size=3, unique=True))
        self.drop([(number, spelling) for number in numbers if number < OTHER], place)
        self.run()

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data(), text=TEXTS, spelling=st.sampled_from(ABSTRACTS))
    def differ_about_an_abstract(self, data: Any, text: str, spelling: str) -> None:
        """A person writes an abstract, and then an export has another one."""
        number = data.draw(st.sampled_from(sorted(self.there)))
        if number < OTHER:
            self.edit(number, "abstractNote", text)
            self.drop([(number, spelling)], PLACES[0])
            self.run()

    @precondition(lambda self: self.pending)
    @rule(moment=st.integers(0, 25))
    def die(self, moment: int) -> None:
        try:
            self.live(Fate(moment))
        except Death:
            return
        self.pending.clear()

    @precondition(lambda self: self.pending)
    @rule(number=WORKS)
    def run_while_somebody_adds_a_work(self, number: int) -> None:
        def adds(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
            if number not in self.removed and number not in self.merged and self.add(number):
                self.there.add(number)
            return push(operations, expected)

        self.live(Fate(None), adds)
        self.pending.clear()

    @precondition(lambda self: self.pending and self.there)
    @rule(data=st.data(), name=FIELDS, text=TEXTS)
    def run_while_somebody_edits(self, data: Any, name: str, text: str) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))

        def edits(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
            if any(number_in(item.data) == number for item in self.items()):
                self.edit(number, name, text)
            return push(operations, expected)

        self.live(Fate(None), edits)
        self.mind_filling_what_was_emptied(number, name, text)
        self.pending.clear()

    @precondition(lambda self: self.pending)
    @rule(landed=st.integers(0, 3))
    def run_and_lose_an_answer(self, landed: int) -> None:
        def loses(push: Push, operations: Sequence[Operation], expected: Any) -> Pushed:
            if operations[:landed]:
                push(operations[:landed], expected)
            raise OutcomeUnknownError("the answer was lost")

        try:
            self.live(Fate(None), loses)
        except UnavailableError:
            return
        self.pending.clear()

    @precondition(lambda self: not self.pending)
    @rule(number=DOUBTED)
    def drop_something_doubtful(self, number: int) -> None:
        if number in self.doubted:
            return
        self.doubted.add(number)
        for record in (spell(number, "whole"), spell_doubtful(number)):
            self.pending.append((self.write_records("doubt", [record]), PLACES[1]))
            self.run()
        self.there.add(number)

    @rule()
    def lose_the_ledger_of_a_quiet_library(self) -> None:
        # What was deleted for good is remembered by key alone then, and only a work with the
        # identifier its key was minted from is recognised; so works removed stay out of it.
        if self.removed or self.pending or self.merged:
            return
        self.forget_collections()
        self.delivered.clear()
        self.taken_out.clear()
        self.untagged.clear()
        self.given.clear()
        self.carried = {run: each for run, each in self.carried.items() if run[0] != CLIENTS[0]}
        for path in (self.root / "state").glob("ledger.sqlite*"):
            path.unlink()
        with opened_run(self.root / "state", self.library) as run:
            run.refresh()

    # What must hold

    @invariant()
    def no_work_is_there_twice(self) -> None:
        dois: list[str] = [item.data["title"] for item in self.items()]
        assert len(dois) == len(set(dois))

    @precondition(lambda self: not self.pending)
    @invariant()
    def the_library_is_as_people_left_it(self) -> None:
        present = {number_in(item.data) for item in self.items() if not item.trashed}
        assert present == self.there
        self.expect_hands()

    @precondition(lambda self: not self.pending)
    @invariant()
    def what_people_took_off_stays_off(self) -> None:
        for item in self.items():
            number = number_in(item.data)
            assert not self.taken_out.get(number, set()) & set(item.data.get("collections", ()))
            assert not self.untagged.get(number, set()) & tags_of(item)

    @precondition(lambda self: not self.pending)
    @invariant()
    def a_collection_that_was_renamed_is_not_made_again(self) -> None:
        assert not {collection.name for collection in self.library.collections()} & {*self.renamed}

    @precondition(lambda self: not self.pending and self.dropped)
    @invariant()
    def nothing_is_left_to_do(self) -> None:
        assert self.ask(CLIENTS[0], "SELECT * FROM outbox") == []


SETTINGS = settings(
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

TestSync = pytest.mark.timeout(600)(SyncMachine.TestCase)
TestSync.settings = SETTINGS
