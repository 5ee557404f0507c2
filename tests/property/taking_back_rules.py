"""Rules of the machine of `test_sync_machine`: undo, its undo, restore, and answers.

Of a run that nobody disturbed it is known what it did: what still is as it left it is taken back,
what others have made of it is not. Of any run, a person's things stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from syncd.errors import InputError
from syncd.library import StoredItem
from syncd.record import ItemKey
from syncd.sync.review import Answer as Said
from syncd.sync.review import Held
from syncd.sync.session import LibraryRun
from syncd.sync.undo import UndoReport
from tests.property.peoples_rules import People
from tests.support.death import Death, Fate
from tests.support.spelled_works import number_in
from tests.support.sync_world import CLIENTS, Carried, Snapshot
from tests.support.taking_back import outside_trash, plain

STATES = st.sampled_from(CLIENTS)
FATES = st.none() | st.integers(0, 9)
_LATEST = 5
"""So many runs are far enough back."""


class TakingBack(People):
    """What people have syncd do about what it did before."""

    @precondition(lambda self: not self.pending and self.dropped)
    @rule(data=st.data(), state=STATES, moment=FATES)
    def undo(self, data: Any, state: str, moment: int | None) -> None:
        runs = self.runs_of(state)[:_LATEST]
        if runs:
            self._take_back(state, data.draw(st.sampled_from(runs)), moment)

    @precondition(lambda self: not self.pending and self.carried)
    @rule(data=st.data(), moment=FATES)
    def undo_what_nobody_disturbed(self, data: Any, moment: int | None) -> None:
        """Undo one of the runs that wrote into some item, most often one that people touched."""
        written = {run: _written_by(carried) for run, carried in self.carried.items()}
        keys = {key for each in written.values() for key in each}
        wanted = sorted(keys & self.touched.keys()) or sorted(keys)
        if wanted:
            key = data.draw(st.sampled_from(wanted))
            runs = sorted(run for run, each in written.items() if key in each)
            state, run_id = data.draw(st.sampled_from(runs))
            self._take_back(state, run_id, moment)

    @precondition(lambda self: not self.pending and self.dropped)
    @rule(data=st.data(), state=STATES)
    def undo_and_do_again(self, data: Any, state: str) -> None:
        runs = self.runs_of(state)[:_LATEST]
        if not runs:
            return
        items, collections = outside_trash(self.library)
        undo = self._take_back(state, data.draw(st.sampled_from(runs)), None)
        if undo is None or undo.run is None:
            return
        again = self._take_back(state, undo.run, None)
        # A collection that came back for an item stays where a person has taken another out of
        # the trash that is in it as well; the report says so.
        stay = {key for key in again.left_collections if _holds(items, key)} if again else set()
        now, listed = outside_trash(self.library)
        assert now == items
        assert [each for each in listed if each[0] not in stay] == [
            each for each in collections if each[0] not in stay
        ]

    def _take_back(self, state: str, run_id: int, moment: int | None) -> UndoReport | None:
        """Undo a run, maybe in two lives; return what came of it."""
        with self.mortal_run(state, Fate(None)):
            pass  # What an earlier life has left is done now, and is not the undo's doing.
        before = self.snapshot()
        undo = None
        for fate in dict.fromkeys((moment, None)):
            with suppress(Death, InputError), self.mortal_run(state, Fate(fate)) as run:
                undo = run.undo(run_id)
                break
        after = self.snapshot()
        carried = self.carried.get((state, run_id))
        if carried is not None:
            tidied = {key for key, at in self.tidied.items() if at > carried.at}
            _expect_taken_back(carried, before, after, tidied)
            self._expect_touched_to_stay(carried, before, after)
        for key, item in after.items():
            if "parentItem" not in item.data and item.trashed != before[key].trashed:
                self._follow(item)
        return undo

    def _follow(self, item: StoredItem) -> None:
        number = number_in(item.data)
        if item.trashed:
            self.remove(number)
        else:
            self.removed.discard(number)
            self.there.add(number)

    def _expect_touched_to_stay(self, carried: Carried, before: Snapshot, after: Snapshot) -> None:
        for key, item in after.items():
            if item.trashed and not before[key].trashed and "parentItem" not in item.data:
                is_since = self.touched.get(key, 0) > carried.at
                assert not (is_since and self.says_something(number_in(item.data)))

    @precondition(lambda self: not self.pending and self.removed)
    @rule(data=st.data(), moment=FATES)
    def restore(self, data: Any, moment: int | None) -> None:
        number = data.draw(st.sampled_from(sorted(self.removed)))
        if self.is_merged_and_gone(number):
            return
        trashed = [i.key for i in self.items() if i.trashed and number_in(i.data) == number]
        what = trashed[0] if trashed else f"10.5555/invented.{number}"
        was = self.snapshot()
        for fate in dict.fromkeys((moment, None)):
            with suppress(Death, InputError), self.mortal_run(CLIENTS[0], Fate(fate)) as run:
                run.restore(what)
                break
        found = {number_in(item.data): item for item in self.items()}
        if number in found and not found[number].trashed:
            self._follow(found[number])
        else:
            assert not trashed
            assert self.snapshot() == was

    # Answers

    @precondition(lambda self: not self.pending and self.dropped)
    @rule(
        said=st.sampled_from([Said.CREATE, Said.ACCEPT, Said.SKIP]),
        about_fields=st.sampled_from([Said.MINE, Said.THEIRS]),
        moment=st.integers(0, 9),
    )
    def answer_every_question(self, said: Said, about_fields: Said, moment: int) -> None:
        asked: set[int] = set()
        chosen: defaultdict[tuple[ItemKey, str], set[str]] = defaultdict(set)
        for fate in (Fate(moment), Fate(None)):
            with suppress(Death):
                self._answer({"identity": said, "fields": about_fields}, fate, asked, chosen)
        if said is Said.CREATE:
            self.there |= asked
        now = self.snapshot()
        for (key, name), texts in chosen.items():
            assert now[key].data.get(name, "") in texts

    def _answer(
        self,
        said: dict[str, Said],
        fate: Fate,
        asked: set[int],
        chosen: dict[tuple[ItemKey, str], set[str]],
    ) -> None:
        """Give these answers to all questions; add what is asked, and what is chosen by that."""
        mortal_fate = Fate(None)
        with self.mortal_run(CLIENTS[0], mortal_fate) as run:
            questions = run.reviewer().held()
            doubts = [held for held in questions if held.kind == "identity"]
            known = {number_in(item.data) for item in self.items()}
            asked |= {number_in(held.data) for held in doubts} - known
            if said["fields"] is Said.THEIRS:
                for held in questions:
                    self._choose(held, chosen)
            mortal_fate.left = fate.left
            _give(run, questions, said, known)

    def _choose(self, held: Held, chosen: dict[tuple[ItemKey, str], set[str]]) -> None:
        """A person wants what the export says, where that is what they were asked about."""
        for name, sides in held.fields.items():
            key = ItemKey(held.candidates[0].item_key)
            item = self.library.find_item(key)
            if item is None or item.trashed or item.data.get(name, "") != sides["mine"]:
                continue
            chosen[key, name].add(sides["theirs"])
            # What the export says in place of a person is syncd's to take back.
            self.touched.pop(key, None)
            hand = self.hands.get(number_in(item.data))
            if hand is not None:
                hand.fields.pop(name, None)


def _holds(items: Mapping[str, Any], collection: str) -> bool:
    return any(collection in data.get("collections", ()) for data in items.values())


def _give(run: LibraryRun, questions: list[Held], said: dict[str, Said], known: set[int]) -> None:
    for held in questions:
        answer, word = said[held.kind], None
        if held.kind == "identity" and answer is not Said.SKIP:
            # Who sees the work itself beside the question does not want it a second time.
            number = number_in(held.data)
            answer = Said.ACCEPT if number in known else answer
            word = _candidate(held, number)
        run.reviewer().answer(held.hold_id, answer, word if answer is Said.ACCEPT else None)
    run.push_pending()


def _candidate(held: Held, number: int) -> str | None:
    found = (each for each in held.candidates if each.data and number_in(each.data) == number)
    return next((each.item_key for each in found), None)


def _written_by(carried: Carried) -> set[ItemKey]:
    after = carried.after.items()
    return {
        key
        for key, item in after
        if "parentItem" not in item.data and item != carried.before.get(key)
    }


def _expect_taken_back(
    carried: Carried, before: Snapshot, after: Snapshot, tidied: AbstractSet[ItemKey]
) -> None:
    """What is as the run left it is as before the run again; nothing else has changed.

    What people took something off that a later run had put there may be theirs, whatever is left.
    """
    for key, item in before.items():
        if "parentItem" in item.data:
            continue
        then, left = carried.before.get(key), carried.after.get(key)
        if left is None:
            assert after[key] == item
        elif _family(key, before) == _family(key, carried.after):
            if then is None:
                assert after[key].trashed or key in tidied
            elif _family(key, carried.before) != _family(key, carried.after):
                assert _said(after[key]) == _said(then)


def _family(key: ItemKey, there: Snapshot) -> dict[ItemKey, Any]:
    """Return an item with what hangs below it, as it is compared."""
    below = {each: i for each, i in there.items() if i.data.get("parentItem") == key}
    return {each: _said(item) for each, item in {key: there[key], **below}.items()}


def _said(item: StoredItem) -> tuple[Any, ...]:
    return (True,) if item.trashed else (False, plain(item.data))
