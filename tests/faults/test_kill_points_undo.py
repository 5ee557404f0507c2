"""Whatever moment a kill hits, an undo or a restore ends as if nothing had happened."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy, deepcopy
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import InputError
from syncd.ledger.engine import open_engine
from syncd.library import Capabilities, Library
from syncd.plan import Place
from syncd.record import ItemKey
from syncd.sync.session import LibraryRun
from syncd.system.clock import SystemClock
from syncd.system.resources import shipped_schema
from tests.support.death import Death, Fate, MortalLedger, mortal
from tests.support.exports import write_export
from tests.support.runs import HELPERS, deliver, opened_ledger, waiting
from tests.support.taking_back import outside_trash, update

PLAIN = Place(folder=b"/plain")
INBOX = Place(folder=b"/inbox", collection=("Inbox", "Scopus"), tags=("new",))

Wish = Callable[[LibraryRun], Any]


class World:
    """A library with three works: a second run filed one of them, a third has changed it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / "state"
        self.library = MemoryLibrary(shipped_schema(), capabilities=Capabilities(batch_size=2))
        root.mkdir()
        for number, (numbers, place) in enumerate([((1,), PLAIN), ((1, 2, 3), INBOX)]):
            export = write_export(root / f"{number}.ris", numbers)
            with self.run() as run:
                deliver(run, [export], place)
        with opened_ledger(self.state) as ledger:
            key = self.key_of(1)
            update(ledger, root, self.library, key, {"volume": "77", "issue": "9"})

    def copy(self, root: Path) -> World:
        """Return this world once more, so that it need not be made anew."""
        other = copy(self)
        other.root, other.state = root, root / "state"
        other.library = deepcopy(self.library)
        shutil.copytree(self.root, root)
        return other

    def works(self) -> list[Any]:
        found = [item for page in self.library.changes_since(0) for item in page.items]
        return [item for item in found if "parentItem" not in item.data]

    def key_of(self, number: int) -> ItemKey:
        doi = f"10.5555/invented.{number}"
        [key] = [item.key for item in self.works() if item.data["DOI"] == doi]
        return ItemKey(key)

    @contextmanager
    def run(self, fate: Fate | None = None) -> Iterator[LibraryRun]:
        fate = fate or Fate(None)
        ledger = MortalLedger(open_engine("", self.state), SystemClock())
        ledger.fate = fate
        library: Library = mortal(self.library, fate)
        try:
            run = LibraryRun("mine", library, ledger, HELPERS)
            run.open()
            yield run
        finally:
            ledger.close()

    def live(self, wish: Wish, fate: Fate) -> None:
        """Live one life in which something is wished for; one that was granted stays so."""
        with self.run(fate) as run:
            try:
                wish(run)
            except InputError:
                assert fate.left is None, "it was granted in an earlier life"

    def found(self) -> tuple[Any, ...]:
        with opened_ledger(self.state) as ledger, ledger.read() as connection:
            runs = connection.exec_driver_sql(
                "SELECT reason, undoes, ended_at IS NOT NULL FROM run ORDER BY run_id"
            ).all()
            return outside_trash(self.library), [tuple(row) for row in runs], waiting(ledger)


def _undo_filing(run: LibraryRun) -> None:
    run.undo(2)


def _undo_update(run: LibraryRun) -> None:
    run.undo(3)


def _undo_undo(run: LibraryRun) -> None:
    run.undo(4)


def _restore(run: LibraryRun) -> None:
    run.restore("10.5555/invented.1")


def _prepare_nothing(_world: World) -> None:
    """Leave the library as it is."""


def _prepare_undo(world: World) -> None:
    with world.run() as run:
        run.undo(2)


def _prepare_deletion(world: World) -> None:
    world.library.delete(world.key_of(1))


@pytest.mark.parametrize(
    ("prepare", "wish"),
    [
        pytest.param(_prepare_nothing, _undo_filing, id="undo of a run that made and filed"),
        pytest.param(_prepare_nothing, _undo_update, id="undo of an update"),
        pytest.param(_prepare_undo, _undo_undo, id="undo of an undo"),
        pytest.param(_prepare_deletion, _restore, id="restore of what was deleted"),
    ],
)
def test_a_kill_at_any_moment_changes_nothing_about_the_end(
    tmp_path: Path, prepare: Callable[[World], None], wish: Wish
) -> None:
    undisturbed, fate = World(tmp_path / "undisturbed"), Fate(None)
    prepare(undisturbed)
    undisturbed.live(wish, fate)
    expected = undisturbed.found()
    assert fate.passed > 4

    prepared = World(tmp_path / "prepared")
    prepare(prepared)
    for moment in range(fate.passed):
        world = prepared.copy(tmp_path / str(moment))
        with pytest.raises(Death):
            world.live(wish, Fate(moment))

        world.live(wish, Fate(None))

        assert world.found() == expected, f"killed at moment {moment}"
