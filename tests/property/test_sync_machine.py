"""Drop, edit, remove by hand, die, run: each work is there once, as people left it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.memory import MemoryLibrary
from syncd.clock import SystemClock
from syncd.ledger.engine import open_engine
from syncd.library import Capabilities
from syncd.plan import Place
from syncd.resources import shipped_schema
from tests.support.death import Death, Fate, MortalLedger, mortal
from tests.support.exports import scopus_record, write_records
from tests.support.runs import deliver, opened_ledger, opened_run, waiting

WORKS = st.integers(0, 11)
SPELLINGS = st.sampled_from(["whole", "no doi", "no eid", "no identifier"])
PLACES = (
    Place(folder=b"/plain"),
    Place(folder=b"/filed", collection=("Inbox",), tags=("seen",)),
)


def _spelled(number: int, spelling: str) -> str:
    changes: dict[str, str | None] = {}
    if spelling in ("no doi", "no identifier"):
        changes["DO"] = None
    if spelling in ("no eid", "no identifier"):
        changes["UR"] = None
    return scopus_record(number, **changes)


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

    def teardown(self) -> None:
        self._directory.cleanup()

    # What people do

    @rule(
        wanted=st.lists(st.tuples(WORKS, SPELLINGS), min_size=1, max_size=5),
        place=st.sampled_from(PLACES),
    )
    def drop(self, wanted: list[tuple[int, str]], place: Place) -> None:
        path = self.root / f"export-{self.dropped}.ris"
        self.dropped += 1
        write_records(path, [_spelled(number, spelling) for number, spelling in wanted])
        self.pending.append((path, place))
        self.there |= {number for number, _ in wanted} - self.removed

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def trash_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        self.library.trash(self._item_of(number).key)
        self._remove(number)

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def delete_by_hand(self, data: Any) -> None:
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

    @precondition(lambda self: self.pending)
    @rule(moment=st.integers(0, 25))
    def die(self, moment: int) -> None:
        try:
            self._live(Fate(moment))
        except Death:
            return
        self.pending.clear()

    @rule()
    def lose_the_ledger_of_a_quiet_library(self) -> None:
        # What was deleted for good is remembered by key alone then, and only a work with the
        # identifier its key was minted from is recognised; so works removed stay out of it.
        if self.removed or self.pending:
            return
        for path in (self.root / "state").glob("ledger.sqlite*"):
            path.unlink()

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

    @precondition(lambda self: not self.pending and self.dropped)
    @invariant()
    def nothing_is_left_to_do(self) -> None:
        with opened_ledger(self.root / "state") as ledger:
            assert waiting(ledger) == []

    def _live(self, fate: Fate) -> None:
        ledger = MortalLedger(open_engine("", self.root / "state"), SystemClock())
        ledger.fate = fate
        try:
            with opened_run(self.root / "state", mortal(self.library, fate), ledger) as run:
                for path, place in self.pending:
                    deliver(run, [path], place)
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


TestSync = SyncMachine.TestCase
TestSync.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
