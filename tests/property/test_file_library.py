"""Whatever syncd and people do, the library in a directory agrees with the one in RAM."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapters.file import FileLibrary
from adapters.memory import MemoryLibrary
from syncd.errors import ConflictError
from syncd.library import (
    AddToCollection,
    CollectionKey,
    Create,
    CreateCollection,
    Operation,
    Outcome,
    Refused,
    Restore,
    RestoreCollection,
    StoredItem,
    Trash,
    TrashCollection,
    Update,
)
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEYS = [ItemKey(f"ABCD234{digit}") for digit in "2345"]
COLLECTIONS = [CollectionKey(f"CQLL234{digit}") for digit in "23"]
IN_RAM = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where thousands of small files are quick; durability is tested elsewhere."""
LATEST, STALE = 2**40, 0

keys = st.sampled_from(KEYS)
base_versions = st.sampled_from([LATEST, LATEST, STALE])
titles = st.sampled_from(["", "aaaa", "bbbb", "Ωμέγα"])
tags = st.lists(st.sampled_from(["red", "blue"]), unique=True)
collections = st.lists(st.sampled_from(COLLECTIONS), unique=True)
works = st.fixed_dictionaries(
    {"itemType": st.sampled_from(["journalArticle", "book"]), "title": titles},
    optional={"volume": st.just("7"), "collections": collections, "nonsense": st.just("")},
)
notes = st.builds(
    lambda parent, text: {"itemType": "note", "parentItem": parent, "note": text},
    keys,
    st.sampled_from(["<p>a</p>", "<p>b</p>"]),
)
edits = st.fixed_dictionaries({}, optional={"title": titles, "extra": titles})
operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Create, keys, works),
    st.builds(Create, keys, notes),
    st.builds(Update, keys, base_versions, edits, st.none()),
    st.builds(
        AddToCollection,
        keys,
        base_versions,
        collections.map(tuple),
        tags.map(tuple),
        st.none(),
    ),
    st.builds(Trash, keys, base_versions),
    st.builds(Restore, keys, base_versions),
    st.builds(CreateCollection, st.sampled_from(COLLECTIONS), st.sampled_from(["", "Inbox"])),
    st.builds(TrashCollection, st.sampled_from(COLLECTIONS)),
    st.builds(RestoreCollection, st.sampled_from(COLLECTIONS)),
)
batches = st.lists(operations, min_size=1, max_size=6)


class Follower:
    """Someone who keeps a copy of a library by taking its changes now and then."""

    def __init__(self, library: FileLibrary | MemoryLibrary) -> None:
        self._library = library
        self.forget()

    def forget(self) -> None:
        self.version = 0
        self.items: dict[ItemKey, StoredItem] = {}

    def catch_up(self) -> None:
        deleted: set[ItemKey] = set()
        for page in self._library.changes_since(self.version, known=self._versions):
            self.items |= {item.key: item for item in page.items}
            deleted |= set(page.deleted)
        assert not deleted & {key for key in KEYS if self._library.get([key])}
        self.items = {key: item for key, item in self.items.items() if key not in deleted}
        assert page.to_version is not None
        assert page.to_version >= self.version
        self.version = page.to_version

    def push(self, batch: Sequence[Operation]) -> list[Outcome] | None:
        """Push under guard; None when the library had moved on."""
        try:
            answer = self._library.push(batch, expected=self.version)
        except ConflictError:
            return None
        assert answer.library_version is not None
        return list(answer.outcomes)

    def contents(self) -> set[tuple[str, bool, str]]:
        return {_content(item) for item in self.items.values()}

    def _versions(self, keys: Collection[ItemKey]) -> dict[ItemKey, int]:
        return {key: item.version for key, item in self.items.items() if key in keys}


class TwoLibraries(RuleBasedStateMachine):
    """Does the same to both, and compares what each says about it."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(dir=IN_RAM))
        self.file = FileLibrary(self.place / "library", lambda: SMALL_SCHEMA, page_size=2)
        self.memory = MemoryLibrary(SMALL_SCHEMA, page_size=2)
        self.by_file, self.by_memory = Follower(self.file), Follower(self.memory)

    def teardown(self) -> None:
        shutil.rmtree(self.place)

    @rule(batch=batches)
    def push(self, batch: list[Operation]) -> None:
        one, other = (library.push(batch, expected=None) for library in (self.file, self.memory))

        assert _essence(one.outcomes) == _essence(other.outcomes)

    @rule(batch=batches)
    def push_under_guard(self, batch: list[Operation]) -> None:
        one, other = self.by_file.push(batch), self.by_memory.push(batch)

        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert _essence(one) == _essence(other)

    @rule()
    def catch_up(self) -> None:
        self.by_file.catch_up()
        self.by_memory.catch_up()

        assert self.by_file.contents() == self.by_memory.contents()

    @rule(key=keys, changes=edits)
    def edit_by_hand(self, key: ItemKey, changes: dict[str, Any]) -> None:
        item = self.memory.find_item(key)
        if item and {**item.data, **changes} != item.data:
            self.memory.edit(key, changes)
            self._rewrite(key, changes)

    @rule(key=keys)
    def trash_by_hand(self, key: ItemKey) -> None:
        item = self.memory.find_item(key)
        if item and not item.trashed:
            self.memory.trash(key)
            self._rewrite(key, {"deleted": 1})

    @rule(key=keys)
    def delete_by_hand(self, key: ItemKey) -> None:
        if self.memory.has_item(key):
            before = [other for other in KEYS if self.memory.has_item(other)]
            self.memory.delete(key)
            for other in before:
                if not self.memory.has_item(other):
                    self._path(other).unlink()

    @rule()
    def lose_the_index(self) -> None:
        """Delete what may be deleted. Tombstones are lost with it, so followers begin anew."""
        shutil.rmtree(self.place / "library" / ".syncd", ignore_errors=True)
        for follower in (self.by_file, self.by_memory):
            follower.forget()
            follower.catch_up()

    @rule()
    def export(self) -> None:
        list(self.file.changes_since(0))
        self.file.finish()

        exports = self.place / "library" / "library.json"
        works = {w["id"] for w in json.loads(exports.read_text())} if exports.exists() else set()
        assert works == {
            item.key
            for item in self.memory.get(KEYS)
            if not item.trashed and item.data["itemType"] != "note"
        }

    @invariant()
    def both_hold_the_same(self) -> None:
        held = [{_content(i) for i in library.get(KEYS)} for library in (self.file, self.memory)]

        assert held[0] == held[1]
        assert sorted(self.file.collections()) == sorted(self.memory.collections())

    def _path(self, key: ItemKey) -> Path:
        return self.place / "library" / "items" / f"{key}.json"

    def _rewrite(self, key: ItemKey, changes: dict[str, Any]) -> None:
        document = json.loads(self._path(key).read_text())
        document["data"] |= changes
        self._path(key).write_text(json.dumps(document))


def _content(item: StoredItem) -> tuple[str, bool, str]:
    return item.key, item.trashed, json.dumps(item.data, sort_keys=True)


def _essence(outcomes: Sequence[Outcome]) -> list[tuple[str, object]]:
    """Return what both must agree on: everything but the numbers of versions."""
    return [
        (outcome.key, outcome.refusal if isinstance(outcome, Refused) else outcome.unchanged)
        for outcome in outcomes
    ]


TestTwoLibraries = TwoLibraries.TestCase
TestTwoLibraries.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
