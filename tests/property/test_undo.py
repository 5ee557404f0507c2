"""Undoing a run of a library that nobody touched is as if it had not been; undoing that, as if."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory import MemoryLibrary
from syncd.library import Capabilities
from syncd.plan import Place
from syncd.record import ItemKey
from syncd.system.resources import shipped_schema
from tests.support.exports import scopus_record, write_records
from tests.support.runs import deliver, opened_ledger, opened_run
from tests.support.taking_back import outside_trash, update

PLACES = (
    Place(folder=b"/plain"),
    Place(folder=b"/inbox", collection=("Inbox",), tags=("seen", "new")),
    Place(folder=b"/inner", collection=("Inbox", "Scopus"), tags=("new",)),
    Place(folder=b"/back", collection=("Back",), readd=True),
)
DROPS = st.tuples(
    st.just("drop"), st.lists(st.integers(0, 6), min_size=1, max_size=4), st.sampled_from(PLACES)
)
EXTRAS = st.lists(st.sampled_from(["PMID: 1", "read twice", "", "Citation Key: k"]), max_size=4)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "volume": st.sampled_from(["", "7", "77"]),
        "title": st.sampled_from(["One title", "Another title"]),
        "extra": EXTRAS.map("\n".join),
        "tags": st.lists(st.sampled_from("abc"), unique=True).map(
            lambda names: [{"tag": name} for name in names]
        ),
        "creators": st.sampled_from(
            [[], [{"creatorType": "author", "firstName": "B.", "lastName": "Else"}]]
        ),
    },
).filter(bool)
UPDATES = st.tuples(st.just("update"), st.integers(0, 6), CHANGES)
DEEDS = st.lists(st.one_of(DROPS, UPDATES), min_size=1, max_size=5)


class World:
    """A library, its ledger, and how many runs there have been."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.library = MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=4))
        self.last_run = 0
        self._dropped = 0

    def do(self, deed: tuple[Any, ...]) -> int | None:
        """Do something in a run of its own; return its number, None where nothing came of it."""
        kind, what, more = deed
        with opened_ledger(self.root / "state") as ledger:
            if kind == "update":
                works = self._works()
                if not works:
                    return None
                key = works[what % len(works)]
                return update(ledger, self.root, self.library, key, more)
            path = self.root / f"{self._dropped}.ris"
            self._dropped += 1
            write_records(path, [scopus_record(number) for number in what])
            with opened_run(self.root, self.library, ledger) as run:
                return deliver(run, [path], more).run

    def undo(self, run_id: int) -> int | None:
        with (
            opened_ledger(self.root / "state") as ledger,
            opened_run(self.root, self.library, ledger) as run,
        ):
            report = run.undo(run_id)
            assert not report.left, report
            return report.run

    def trash_by_hand(self, number: int) -> None:
        works = self._works()
        if works:
            self.library.trash(works[number % len(works)])

    def _works(self) -> list[ItemKey]:
        items = [item for page in self.library.changes_since(0) for item in page.items]
        return sorted(i.key for i in items if not i.trashed and "parentItem" not in i.data)

    def seen(self) -> tuple[Any, ...]:
        return outside_trash(self.library)


@settings(max_examples=30, deadline=None)
@given(before=DEEDS, trashed=st.none() | st.integers(0, 6), last=st.one_of(DROPS, UPDATES))
def test_an_undo_gives_back_what_was_and_its_undo_what_came(
    before: list[tuple[Any, ...]], trashed: int | None, last: tuple[Any, ...]
) -> None:
    with TemporaryDirectory() as directory:
        world = World(Path(directory))
        for deed in before:
            world.do(deed)
        if trashed is not None:
            world.trash_by_hand(trashed)
        was = world.seen()
        run = world.do(last)
        came = world.seen()
        if run is None:
            return

        undo = world.undo(run)
        taken_back = world.seen()
        if undo is not None:
            world.undo(undo)

        assert taken_back == was
        assert world.seen() == (came if undo is not None else was)


@settings(max_examples=15, deadline=None)
@given(deeds=DEEDS)
def test_undoing_all_runs_backwards_empties_the_library(deeds: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as directory:
        world = World(Path(directory))
        runs = [run for deed in deeds if (run := world.do(deed)) is not None]

        for run in reversed(runs):
            world.undo(run)

        assert world.seen() == ({}, [])
