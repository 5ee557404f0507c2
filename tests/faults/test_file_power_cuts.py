"""Wherever the power goes during a push: each item is as it was or as it was to be.

The system's calls are recorded while a push is made. What a disk may hold after a cut at any of
them is then laid out: everything that was flushed by then, and of the rest nothing, all of it,
or names whose content never arrived.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.file import FileLibrary, flushing, writing
from adapters.file.documents import parse_item
from syncd.library import Accepted, Create, Operation, Refusal, Trash, Update
from syncd.record import ItemKey
from tests.conformance.schema import SMALL_SCHEMA

KEYS = [ItemKey(f"ABCD2{tens}{ones}2") for tens in "23456789" for ones in "23"]
OLD, NEW = KEYS[:8], KEYS[8:]


class Step(NamedTuple):
    """One thing the library asked of the system, and the items' folder right before it."""

    what: str
    names: tuple[str, ...]
    folder: Mapping[str, bytes]


class Recorder:
    """Notes down flushes and renamings in the items' folder, in their order."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.items = home / "items"
        self.steps: list[Step] = []
        self._wrap(monkeypatch, writing, "make_files_safe", self._flushed)
        self._wrap(monkeypatch, writing, "make_directory_safe", self._named)
        self._wrap(monkeypatch, os, "rename", self._renamed)
        self._wrap(monkeypatch, writing, "has_renamed", self._renamed)

    def _wrap(
        self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, note: Callable[..., None]
    ) -> None:
        original = getattr(module, name)

        def wrapped(*arguments: Any) -> Any:
            note(*arguments)
            return original(*arguments)

        monkeypatch.setattr(module, name, wrapped)

    def _flushed(self, directory: Path, paths: list[str]) -> None:
        self._note("flush", *(Path(path).name for path in paths), within=directory)

    def _renamed(self, path: Path | str, target: Path | str) -> None:
        self._note("rename", Path(path).name, Path(target).name, within=Path(path).parent)

    def _named(self, directory: Path) -> None:
        self._note("names", within=directory)

    def _note(self, what: str, *names: str, within: Path) -> None:
        if within == self.items:
            self.steps.append(Step(what, names, snapshot(self.items)))


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def after_a_cut(
    before: Mapping[str, bytes], steps: list[Step], chance: random.Random
) -> Iterator[dict[str, bytes]]:
    """Yield what the folder may hold when the power goes after these steps."""
    flushed: set[str] = set()
    disk, pending = dict(before), []
    for step in steps:
        if step.what == "flush":
            flushed |= set(step.names)
        elif step.what == "rename":
            content = step.folder[step.names[0]]
            # A name can be on the disk without the content that nobody flushed.
            whole = step.names[0] in flushed
            pending.append((step.names[1], content if whole else content[: len(content) // 2]))
        elif step.what == "names":
            disk |= dict(pending)
            pending = []
    yield disk
    yield disk | dict(pending)
    for _ in range(3):
        yield disk | {name: raw for name, raw in pending if chance.random() < 0.5}


def article(title: str) -> dict[str, Any]:
    return {"itemType": "journalArticle", "title": title}


def lay_out(home: Path, folder: Mapping[str, bytes]) -> None:
    shutil.rmtree(home / "items")
    (home / "items").mkdir()
    for name, content in folder.items():
        (home / "items" / name).write_bytes(content)


def test_a_cut_at_any_step_leaves_each_item_as_it_was_or_as_it_was_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "library"
    library = FileLibrary(home, lambda: SMALL_SCHEMA)
    library.push([Create(key, article("Old")) for key in OLD], expected=None)
    saved = tmp_path / "saved"
    shutil.copytree(home, saved)
    before = snapshot(home / "items")
    recorder = Recorder(home, monkeypatch)
    operations: list[Operation] = [
        *(Update(key, 2**40, article("New")) for key in OLD),
        *(Create(key, article("New")) for key in NEW),
    ]
    library.push(operations, expected=None)
    monkeypatch.undo()
    steps = recorder.steps
    assert [step.what for step in steps].count("flush") == 1

    for number in range(len(steps) + 1):
        for folder in after_a_cut(before, steps[:number], random.Random(number)):
            shutil.rmtree(home)
            shutil.copytree(saved, home)
            lay_out(home, folder)
            again = FileLibrary(home, lambda: SMALL_SCHEMA)
            there = {item.key: item.data["title"] for item in again.get(KEYS)}

            assert there.keys() >= set(OLD)
            assert set(there.values()) <= {"Old", "New"}
            for outcome in again.push(operations, expected=None).outcomes:
                assert isinstance(outcome, Accepted) or outcome.refusal is Refusal.KEY_TAKEN
            assert {item.data["title"] for item in again.get(KEYS)} == {"New"}


def test_what_a_push_has_answered_for_survives_a_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = FileLibrary(tmp_path / "library", lambda: SMALL_SCHEMA)
    library.push([Create(key, article("Old")) for key in OLD], expected=None)
    before = snapshot(tmp_path / "library" / "items")
    recorder = Recorder(tmp_path / "library", monkeypatch)

    operations: list[Operation] = [Trash(OLD[0], 2**40), Create(NEW[0], article("New"))]
    library.push(operations, expected=None)

    for folder in after_a_cut(before, recorder.steps, random.Random(0)):
        assert json.loads(folder[f"{OLD[0]}.json"])["data"]["deleted"] == 1
        assert parse_item(folder[f"{NEW[0]}.json"]).data["title"] == "New"


@pytest.mark.parametrize("number_of_items", [5, 50, 400])
def test_a_batch_takes_no_more_flushes_than_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number_of_items: int
) -> None:
    library = FileLibrary(tmp_path / "library", lambda: SMALL_SCHEMA)
    library.push([Create(OLD[0], article("Old"))], expected=None)
    flushes: list[str] = []
    fsync, syncfs = os.fsync, flushing._syncfs

    def flush_one(descriptor: int) -> None:
        flushes.append("one")
        fsync(descriptor)

    def flush_all(descriptor: int) -> bool:
        flushes.append("all")
        return syncfs(descriptor)

    monkeypatch.setattr(os, "fsync", flush_one)
    monkeypatch.setattr(flushing, "_syncfs", flush_all)
    if not flushing._may_flush_whole(tmp_path, tmp_path.stat().st_dev):
        pytest.skip("this file system is flushed file by file")
    letters = itertools.product("23456789", repeat=3)
    many = [ItemKey(f"MANY2{''.join(some)}") for some in itertools.islice(letters, number_of_items)]

    library.push([Create(key, article("New")) for key in many], expected=None)

    assert sorted(flushes) == ["all", "one"]
