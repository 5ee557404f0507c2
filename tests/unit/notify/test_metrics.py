"""Numbers come from the status and the ledger, in a format that others read."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryLibrary
from syncd.errors import LedgerError
from syncd.ledger.figures import LibraryTally, Tally
from syncd.ledger.store import Ledger
from syncd.notify.metrics import EVERY, Metrics, MetricsFile
from syncd.system.clock import SystemClock
from syncd.system.resources import shipped_schema
from tests.support.exposition import read_samples
from tests.support.runs import deliver, opened_ledger, opened_run

ENTRY = "TY  - JOUR\nTI  - Of {name}\nAU  - Moss, Ada\nPY  - 2011\nDO  - 10.5555/{name}\nER  - \n"


class Elapsing(SystemClock):
    """A clock that goes on when it is told to."""

    gone = timedelta()

    def elapsed(self) -> timedelta:
        return self.gone


def library(name: str = "mine", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "state": "ok",
        "pending": 0,
        "held": 0,
        "queued_files": 0,
        "last_reconcile_at": None,
        "last_success_at": None,
        **changes,
    }


def folder(path: str, **changes: Any) -> dict[str, Any]:
    return {
        "path": path,
        "state": "ok",
        "last_scan_at": None,
        "waiting_files": 0,
        "skipped_files": 0,
        **changes,
    }


def status(
    libraries: Sequence[dict[str, Any]] = (), folders: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    return {
        "since": "2026-03-01T10:00:00+00:00",
        "libraries": list(libraries) or [library()],
        "folders": list(folders),
        "runs": [],
    }


def metrics(tallies: Sequence[LibraryTally] = ()) -> Metrics:
    return Metrics(lambda: tallies, {"is-mine": "mine"}, Elapsing())


class TestWhatIsNow:
    def test_a_state_is_one_of_several(self) -> None:
        samples = read_samples(metrics().text(status([library(state="refused")])))

        states = {key: value for key, value in samples.items() if "library_state" in key}
        assert len(states) == 6
        assert [key for key, value in states.items() if value] == [
            'syncd_library_state{library="mine",state="refused"}'
        ]

    def test_instants_are_seconds_and_what_never_happened_is_left_out(self) -> None:
        at = "2026-03-01T10:00:30+00:00"

        samples = read_samples(
            metrics().text(status([library(last_reconcile_at=at), library("other")]))
        )

        wanted = datetime(2026, 3, 1, 10, 0, 30, tzinfo=UTC).timestamp()
        name = "syncd_library_last_reconcile_timestamp_seconds"
        assert samples[f'{name}{{library="mine"}}'] == wanted
        assert f'{name}{{library="other"}}' not in samples
        assert samples["syncd_start_timestamp_seconds"] == wanted - 30

    def test_a_folder_is_named_by_as_much_of_its_path_as_tells_it_apart(self) -> None:
        told = status(folders=[folder("/home/ada/Scopus"), folder("/home/bob/Scopus")])

        text = metrics().text(told)

        assert read_samples(text)['syncd_folder_waiting_files{folder="ada/Scopus"}'] == 0
        assert "/home" not in text

    @pytest.mark.parametrize("odd", ['a"b', "a\nb", "a\\b", "ü\u202e", os.fsdecode(b"a\xff")])
    def test_any_name_of_a_folder_makes_a_label(self, odd: str) -> None:
        samples = read_samples(metrics().text(status(folders=[folder(f"/x/{odd}")])))

        assert sum("folder_waiting_files" in key for key in samples) == 1


class TestWhatHasHappened:
    def test_counters_go_on_after_a_restart(self, tmp_path: Path) -> None:
        path = tmp_path / "two.ris"
        path.write_text(ENTRY.format(name="ferns") + ENTRY.format(name="mosses"))
        store = MemoryLibrary(shipped_schema())
        with opened_ledger(tmp_path) as ledger, opened_run(tmp_path, store, ledger) as run:
            deliver(run, [path])
            before = self.read(ledger)
        path.write_text(ENTRY.format(name="ferns") + ENTRY.format(name="lichens"))
        with opened_ledger(tmp_path) as ledger, opened_run(tmp_path, store, ledger) as run:
            again = self.read(ledger)
            deliver(run, [path])
            after = self.read(ledger)

        made = 'syncd_records_total{library="mine",decision="create"}'
        done = 'syncd_operations_total{library="mine",outcome="accepted"}'
        runs = 'syncd_run_duration_seconds_count{library="mine"}'
        assert before == again
        assert (before[made], before[done], before[runs]) == (2, 2, 1)
        assert (after[made], after[done], after[runs]) == (3, 3, 2)

    def read(self, ledger: Ledger) -> dict[str, float]:
        [known] = Tally(ledger).look()
        counted = Metrics(Tally(ledger).look, {known.known_as: "mine"}, SystemClock())
        return read_samples(counted.text(status()))

    def test_what_was_counted_is_not_read_again_and_what_is_new_is(self, tmp_path: Path) -> None:
        path = tmp_path / "one.ris"
        store = MemoryLibrary(shipped_schema())
        with opened_ledger(tmp_path) as ledger, opened_run(tmp_path, store, ledger) as run:
            tally = Tally(ledger)
            for number in range(3):
                path.write_text(ENTRY.format(name=f"n{number}"))
                deliver(run, [path])
                [counted] = tally.look()
                assert counted.outcomes == {"accepted": number + 1}
                [again] = tally.look()
                assert again.outcomes == counted.outcomes

    def test_an_undo_counts_as_operations_and_not_as_records(self, tmp_path: Path) -> None:
        path = tmp_path / "one.ris"
        path.write_text(ENTRY.format(name="ferns"))
        store = MemoryLibrary(shipped_schema())
        with opened_ledger(tmp_path) as ledger, opened_run(tmp_path, store, ledger) as run:
            run.undo(deliver(run, [path]).run or 0)
            samples = self.read(ledger)

        assert sum(value for key, value in samples.items() if "records_total" in key) == 1
        assert samples['syncd_operations_total{library="mine",outcome="accepted"}'] == 2

    def test_a_library_that_the_configuration_does_not_name_is_left_out(self) -> None:
        strange = LibraryTally("is-other")
        strange.decisions["create"] = 5

        assert "records_total{" not in metrics([strange]).text(status())

    def test_the_ledger_is_asked_at_changes_and_else_once_a_minute(self) -> None:
        looks: list[int] = []
        clock = Elapsing()

        def look() -> list[LibraryTally]:
            looks.append(1)
            return []

        counted = Metrics(look, {}, clock)
        for _ in range(5):
            counted.text(status([library(pending=len(looks))]))
        assert len(looks) == 1

        counted.text(status([library(state="waiting")]))
        assert len(looks) == 2

        clock.gone += EVERY
        counted.text(status([library(state="waiting")]))
        assert len(looks) == 3

    def test_without_the_ledger_the_rest_is_told(self, caplog: pytest.LogCaptureFixture) -> None:
        def look() -> list[LibraryTally]:
            raise LedgerError("its disk is full", passing=True)

        text = Metrics(look, {}, SystemClock()).text(status())

        assert read_samples(text)['syncd_held_records{library="mine"}'] == 0
        assert "its disk is full" in caplog.text

    def test_requests_are_told_by_their_status(self) -> None:
        asked = LibraryTally("is-mine")
        asked.requests.update({"200": 12, "none": 1})

        samples = read_samples(metrics([asked]).text(status()))

        assert samples['syncd_api_requests_total{library="mine",status="200"}'] == 12
        assert samples['syncd_api_requests_total{library="mine",status="none"}'] == 1

    def test_threads_say_when_they_last_got_somewhere(self) -> None:
        told = metrics()
        told.beats = lambda: {"library mine": datetime(2026, 3, 1, tzinfo=UTC)}

        samples = read_samples(told.text(status()))

        name = 'syncd_thread_last_beat_timestamp_seconds{thread="library mine"}'
        assert samples[name] == datetime(2026, 3, 1, tzinfo=UTC).timestamp()


class TestTheFile:
    def test_it_is_replaced_whole_and_everybody_may_read_it(self, tmp_path: Path) -> None:
        path = tmp_path / "syncd.prom"
        before = os.umask(0o077)
        try:
            MetricsFile(path, metrics()).write(status())
            with path.open() as old:
                MetricsFile(path, metrics()).write(status([library(state="paused")]))
                assert 'state="ok"} 1' in old.read()
        finally:
            os.umask(before)

        assert path.stat().st_mode & 0o777 == 0o644
        assert read_samples(path.read_text())['syncd_library_state{library="mine",state="ok"}'] == 0
        assert [each.name for each in tmp_path.iterdir()] == ["syncd.prom"]

    def test_where_it_cannot_be_written_that_is_said_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = MetricsFile(tmp_path / "missing" / "syncd.prom", metrics())

        with caplog.at_level(logging.WARNING):
            file.write(status())
            file.write(status())

        assert caplog.text.count("cannot be written") == 1
