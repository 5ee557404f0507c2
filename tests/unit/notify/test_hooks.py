"""Hooks are called once for each file, with what the ledger says became of it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syncd.app.wiring import open_library
from syncd.config import parse_settings
from syncd.inbox import Export, read_exports
from syncd.ledger.store import Ledger
from syncd.notify.hooks import Hooks
from syncd.plan import place_of
from syncd.settings import Settings
from syncd.sync.intake import Delivery
from syncd.sync.session import LibraryRun
from syncd.sync.standing import RunSummary
from tests.support.runs import HELPERS, opened_ledger

ENTRY = "TY  - JOUR\nTI  - {title}\nAU  - Moss, Ada\nPY  - 2011\nDO  - 10.5555/{title}\nER  - \n"


class Hooked:
    """A drop folder with hooks, and the library behind it."""

    def __init__(self, root: Path, ledger: Ledger) -> None:
        self.drop = root / "drop"
        self.drop.mkdir()
        self._kept = root / "kept"
        self._kept.mkdir()
        keep = root / "keep"
        keep.write_text(f'#!/bin/sh\ncat > "$(mktemp {self._kept}/XXXXXX)"\n')
        keep.chmod(0o700)
        self.settings = parse_settings(
            {
                "library": [{"name": "mine", "adapter": "file", "path": str(root / "library")}],
                "folder": [
                    {
                        "path": str(self.drop),
                        "library": "mine",
                        "on_done": [str(keep)],
                        "on_failed": [str(keep)],
                    }
                ],
            }
        )
        self.hooks = Hooks(ledger)
        library = open_library(self.settings.libraries[0], root)
        self.run = LibraryRun("mine", library, ledger, HELPERS)
        self.run.open()

    def put(self, name: str, text: str) -> Export:
        path = self.drop / name
        path.write_text(text)
        [export] = read_exports(path, 1 << 20)
        return export

    def deliver(self, *exports: Export) -> RunSummary:
        place = place_of(self.settings.folders[0])
        return self.run.deliver([Delivery(each, place) for each in exports], "test")

    def tell(self, summary: RunSummary, *exports: Export, settings: Settings | None = None) -> None:
        self.hooks.delivered(settings or self.settings, "mine", exports, summary)

    def told(self, number: int) -> list[Mapping[str, Any]]:
        """Wait until hooks have been called so often; return what they were given, by file."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            texts = [path.read_text() for path in self._kept.iterdir()]
            if len(texts) >= number and all(text.endswith("\n") for text in texts):
                return sorted(map(json.loads, texts), key=lambda each: str(each["file"]))
            time.sleep(0.05)
        raise AssertionError("too few hooks were called")


@pytest.fixture
def hooked(tmp_path: Path) -> Iterator[Hooked]:
    with opened_ledger(tmp_path) as ledger:
        hooked = Hooked(tmp_path, ledger)
        yield hooked
        hooked.hooks.close()
        hooked.run.close()


def test_a_file_that_was_delivered_is_told_of_with_its_items(hooked: Hooked) -> None:
    export = hooked.put("two.ris", ENTRY.format(title="ferns") + ENTRY.format(title="mosses"))

    summary = hooked.deliver(export)
    hooked.tell(summary, export)

    [told] = hooked.told(1)
    assert told["schema"] == "syncd.hook/1"
    assert (told["event"], told["library"], told["run"]) == ("done", "mine", summary.run)
    assert told["file"] == str(hooked.drop / "two.ris")
    assert told["counts"] == {"records": 2, "create": 2}
    assert sorted(told["item_keys"]) == sorted(
        record.item_key for record in hooked.run.records(summary.run or 0) if record.item_key
    )
    assert told["pending"] == 0


def test_each_file_of_a_run_is_told_of_by_itself(hooked: Hooked) -> None:
    one = hooked.put("one.ris", ENTRY.format(title="ferns"))
    two = hooked.put("two.ris", ENTRY.format(title="mosses") + ENTRY.format(title="lichens"))

    hooked.tell(hooked.deliver(one, two), one, two)

    assert [len(each["item_keys"]) for each in hooked.told(2)] == [1, 2]


def test_a_file_of_no_use_has_its_own_hook(hooked: Hooked) -> None:
    export = hooked.put("bad.ris", "\x00\x01 no export at all")

    hooked.tell(hooked.deliver(export), export)

    [told] = hooked.told(1)
    assert (told["event"], told["item_keys"]) == ("failed", [])
    assert told["reason"]


def test_a_file_of_which_every_record_is_rejected_is_of_no_use(hooked: Hooked) -> None:
    export = hooked.put("empty.ris", "TY  - JOUR\nKW  - moss\nER  - \n")

    hooked.tell(hooked.deliver(export), export)

    [told] = hooked.told(1)
    assert (told["event"], told["counts"]) == ("failed", {"records": 1, "reject": 1})


def test_a_run_that_was_interrupted_is_told_of_when_it_is_done(hooked: Hooked) -> None:
    export = hooked.put("one.ris", ENTRY.format(title="ferns"))
    first = hooked.deliver(export)

    again = hooked.deliver(export)
    hooked.tell(again, export)

    assert again.run is None
    [told] = hooked.told(1)
    assert told["run"] == first.run


def test_so_it_is_where_only_the_library_itself_could_say_who_it_is(hooked: Hooked) -> None:
    export = hooked.put("one.ris", ENTRY.format(title="ferns"))
    first = hooked.deliver(export)
    unsaid = replace(hooked.settings.libraries[0], adapter="zotero-desktop", options={})

    again = hooked.deliver(export)
    hooked.tell(again, export, settings=replace(hooked.settings, libraries=(unsaid,)))

    [told] = hooked.told(1)
    assert told["run"] == first.run


def test_a_file_that_comes_again_is_told_of_once(hooked: Hooked) -> None:
    export, other = (hooked.put(f"{n}.ris", ENTRY.format(title=n)) for n in ("a", "b"))
    summary = hooked.deliver(export)

    for _ in range(3):
        hooked.tell(summary, export)
    hooked.tell(hooked.deliver(other), other)

    assert [Path(each["file"]).name for each in hooked.told(2)] == ["a.ris", "b.ris"]


def test_a_file_that_changed_meanwhile_is_not_told_of(hooked: Hooked) -> None:
    export, other = (hooked.put(f"{n}.ris", ENTRY.format(title=n)) for n in ("a", "b"))
    summary = hooked.deliver(export)

    hooked.tell(replace(summary, changed=[export.sha256]), export)
    hooked.tell(hooked.deliver(other), other)

    assert [Path(each["file"]).name for each in hooked.told(1)] == ["b.ris"]


def test_a_hook_that_fails_is_a_line_in_the_log(
    hooked: Hooked, caplog: pytest.LogCaptureFixture
) -> None:
    folder = replace(hooked.settings.folders[0], on_done=("/nonexistent/hook",))
    broken = replace(hooked.settings, folders=(folder,))
    export, other = (hooked.put(f"{n}.ris", ENTRY.format(title=n)) for n in ("a", "b"))

    with caplog.at_level(logging.WARNING):
        hooked.tell(hooked.deliver(export), export, settings=broken)
        hooked.tell(hooked.deliver(other), other)
        hooked.told(1)

    assert "on_done: /nonexistent/hook cannot be started" in caplog.text
