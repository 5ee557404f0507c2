"""A library, the syncds that work for it, and what a person would expect of it.

What a person wrote is kept by the number of the work, for as long as nobody decided otherwise.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis.stateful import RuleBasedStateMachine, initialize

from adapters.memory import MemoryLibrary
from syncd.ledger.engine import open_engine
from syncd.library import Capabilities, CollectionKey, StoredItem
from syncd.plan import Place
from syncd.record import ItemKey
from syncd.settings import WhenFound
from syncd.sync.session import LibraryRun
from syncd.system.clock import SystemClock
from syncd.system.resources import shipped_schema
from tests.support.death import Fate, MortalLedger, mortal
from tests.support.exports import write_records
from tests.support.libraries import Mishap, with_mishaps
from tests.support.runs import deliver, opened_run
from tests.support.spelled_works import enter, lines_of_others, number_in, spell, tags_of

CLIENTS = ("state", "other-state")
"""The states of two syncds that work for the same library."""

IN_RAM = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where thousands of small ledgers are quick; what lasts is tested elsewhere."""

_DIGITS = str.maketrans("01", "YZ")
"""Keys have no 0 and no 1."""

_FIRST_WRITTEN = 1_700_000_000
_HOUR = 3_600

Snapshot = Mapping[ItemKey, StoredItem]


@dataclass
class Hand:
    """What a person last wrote into an item: fields, lines of `extra`, tags of their own."""

    fields: dict[str, str] = field(default_factory=dict)
    lines: list[str] | None = None
    tags: set[str] = field(default_factory=set)


class Carried(NamedTuple):
    """A run that nobody disturbed: the library before and after, and when that was."""

    before: Snapshot
    after: Snapshot
    at: int


class SyncWorld(RuleBasedStateMachine):
    """What there is, and what is expected: which works are there, and which were removed."""

    @initialize()
    def begin(self) -> None:
        self._directory = TemporaryDirectory(dir=IN_RAM)
        self.root = Path(self._directory.name)
        self.library = MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=3))
        self.dropped = 0
        self.pending: list[tuple[Path, Place]] = []
        self.delivered: set[tuple[tuple[tuple[int, str], ...], bytes]] = set()
        """Which contents came from which folders."""
        self.there: set[int] = set()
        self.removed: set[int] = set()
        self.hands: dict[int, Hand] = {}
        self.doubted: set[int] = set()
        self.made_by_hand = 0
        self.merged: dict[int, int] = {}
        self.taken_out: dict[int, set[str]] = {}
        self.untagged: dict[int, set[str]] = {}
        self.given: dict[int, set[str]] = {}
        """Tags and collections, by name, that the first client was asked to put works into."""
        self.renamed: dict[str, CollectionKey] = {}
        self.knows_collections = True
        self.ticks = 0
        self.touched: dict[ItemKey, int] = {}
        self.tidied: dict[ItemKey, int] = {}
        """When people last took something off an item that was put there."""
        self.carried: dict[tuple[str, int], Carried] = {}

    def teardown(self) -> None:
        if hasattr(self, "_directory"):
            self._directory.cleanup()

    # What there is

    def items(self) -> list[StoredItem]:
        """Return the works of the library, those in the trash included."""
        pages = self.library.changes_since(0)
        return [i for page in pages for i in page.items if "parentItem" not in i.data]

    def item_of(self, number: int) -> StoredItem:
        """Return the item of a work."""
        return next(item for item in self.items() if number_in(item.data) == number)

    def snapshot(self) -> Snapshot:
        """Return everything as it stands, notes included."""
        return {item.key: item for page in self.library.changes_since(0) for item in page.items}

    # What is expected

    def expect(self, numbers: set[int], place: Place) -> None:
        """These works are dropped into a place."""
        works = {self.stands_for(number) for number in numbers}
        if place.readd:
            self.removed -= works
        self.there |= works - self.removed

    def stands_for(self, number: int) -> int:
        """Return the work into which people have merged this one."""
        while number in self.merged:
            number = self.merged[number]
        return number

    def is_merged_and_gone(self, number: int) -> bool:
        is_part = number in self.merged or number in self.merged.values()
        return is_part and self.stands_for(number) in self.removed

    def hand_in(self, number: int) -> Hand:
        """Return what a person wrote into a work, to be added to; it is written now."""
        self.touch(self.item_of(number).key)
        return self.hands.setdefault(number, Hand())

    def says_something(self, number: int) -> bool:
        """Say whether something of what people did to a work is still to be seen."""
        hand = self.hands.get(number, Hand())
        listed = {each.key for each in self.library.collections()}
        taken = self.taken_out.get(number, set()) & listed or self.untagged.get(number)
        is_merged = number in self.merged.values()
        # Empty lines at the end say nothing, and libraries take them off.
        lines = any(map(str.strip, hand.lines or ()))
        return bool(hand.fields or lines or hand.tags or taken or is_merged)

    def touch(self, key: ItemKey) -> None:
        """A person works with an item."""
        self.ticks += 1
        self.touched[key] = self.ticks

    def tidy(self, key: ItemKey) -> None:
        """A person takes tags or collections off an item."""
        self.touch(key)
        self.tidied[key] = self.ticks

    def remove(self, number: int) -> None:
        """A work goes into the trash; what a person wrote into it goes with it, and stays there."""
        self.there.discard(number)
        self.removed.add(number)
        self.forget_places(number)

    def forget_item(self, number: int) -> None:
        """The item of a work is gone for good, and what a person wrote into it."""
        self.hands.pop(number, None)
        self.given.pop(number, None)
        self.forget_places(number)

    def forget_places(self, number: int) -> None:
        """An item that is made anew is filed as a new one."""
        self.taken_out.pop(number, None)
        self.untagged.pop(number, None)

    def forget_collections(self) -> None:
        """A ledger knows a renamed collection that it did not make only by having used it."""
        self.knows_collections = False
        self.renamed.clear()

    def mind_filling(self, wanted: list[tuple[int, str]], place: Place) -> None:
        """What nobody remembers to have been emptied by a person may be filled, where wanted."""
        if place.when_found is WhenFound.FILL:
            for number in {self.stands_for(number) for number, _ in wanted} & self.hands.keys():
                fields = self.hands[number].fields
                self.hands[number].fields = {n: text for n, text in fields.items() if text}

    def mind_filling_what_was_emptied(self, number: int, name: str, text: str) -> None:
        """What a person empties while a run goes on is empty for what that run decides after it."""
        fills = any(place.when_found is WhenFound.FILL for _, place in self.pending)
        if fills and not text and number in self.hands:
            self.hands[number].fields.pop(name, None)

    def expect_hands(self) -> None:
        """What people wrote stands where they wrote it."""
        for item in self.items():
            hand = self.hands.get(number_in(item.data))
            if hand is None:
                continue
            assert {name: item.data.get(name, "") for name in hand.fields} == hand.fields
            assert hand.lines is None or lines_of_others(item) == hand.lines
            assert hand.tags <= tags_of(item)

    # What happens

    def write(self, name: str, numbers: list[tuple[int, str]]) -> Path:
        """Write an export, newer than all before."""
        return self.write_records(name, [spell(*each) for each in numbers])

    def write_records(self, name: str, records: list[str]) -> Path:
        self.dropped += 1
        path = write_records(self.root / f"{name}-{self.dropped}.ris", records)
        at = _FIRST_WRITTEN + self.dropped * _HOUR
        os.utime(path, (at, at))
        return path

    def add(self, number: int) -> bool:
        """Make a work by hand, unless it is there."""
        if any(number_in(item.data) == number for item in self.items()):
            return False
        # Nobody makes an item under a key that was used before.
        self.made_by_hand += 1
        key = ItemKey(f"HAND{self.made_by_hand:04}".translate(_DIGITS))
        self.library.add(key, enter(number))
        return True

    def refresh_all(self) -> None:
        """Let every client see how things are."""
        for state in CLIENTS:
            with opened_run(self.root / state, self.library) as run:
                run.refresh()

    def live(self, fate: Fate, *mishaps: Mishap) -> None:
        """Let syncd take what was dropped."""
        with self.mortal_run(CLIENTS[0], fate, *mishaps) as run:
            for path, place in self.pending:
                before = self.snapshot()
                summary = deliver(run, [path], place)
                if summary.run is not None and not mishaps:
                    self.carry(CLIENTS[0], summary.run, before)

    def carry(self, state: str, run_id: int, before: Snapshot) -> None:
        """Remember a run that nobody disturbed."""
        self.ticks += 1
        self.carried[state, run_id] = Carried(before, self.snapshot(), self.ticks)

    @contextmanager
    def mortal_run(self, state: str, fate: Fate, *mishaps: Mishap) -> Iterator[LibraryRun]:
        """Open a run of a process that may die."""
        ledger = MortalLedger(open_engine("", self.root / state), SystemClock())
        ledger.fate = fate
        library = mortal(with_mishaps(self.library, *mishaps), fate)
        try:
            with opened_run(self.root / state, library, ledger) as run:
                yield run
        finally:
            ledger.close()

    def runs_of(self, state: str) -> list[int]:
        """Return the numbers of all runs that a client knows, the latest first."""
        runs = self.ask(state, "SELECT run_id FROM run ORDER BY run_id DESC")
        return [run_id for (run_id,) in runs]

    def ask(self, state: str, query: str) -> list[tuple[Any, ...]]:
        """Read in a client's ledger, as fast as can be; there may be none yet."""
        path = self.root / state / "ledger.sqlite"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as ledger:
            return ledger.execute(query).fetchall()
