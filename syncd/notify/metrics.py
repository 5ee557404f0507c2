"""Numbers for monitoring, in the text format that Prometheus reads.

What is now comes from the status document; what has happened comes from the ledger, so that it
goes on counting after a restart. No label names a file, a title or an identifier.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from syncd import __version__
from syncd.errors import LedgerError
from syncd.ledger.figures import LibraryTally
from syncd.system.clock import Clock
from syncd.system.private import write_private

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
"""At least so often the numbers are new; what a change of the status brings is new at once."""

LIBRARY_STATES = ("starting", "ok", "waiting", "refused", "paused", "late")
FOLDER_STATES = ("starting", "ok", "waiting", "busy")
_READABLE = 0o644

Document = Mapping[str, Any]
Labels = Mapping[str, str]
Sample = tuple[Labels, float]


class _Family(NamedTuple):
    name: str
    kind: str
    help: str
    samples: Sequence[Sample]


class Metrics:
    """Writes the numbers of one daemon; used by several threads.

    `look` reads the ledger; `names` says what the configuration calls the libraries that it knows.
    """

    def __init__(
        self, look: Callable[[], Sequence[LibraryTally]], names: Mapping[str, str], clock: Clock
    ) -> None:
        self._look = look
        self._names = names
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at: timedelta | None = None
        self._seen: object = None
        self._tallies: dict[str, LibraryTally] = {}
        self.beats: Callable[[], Mapping[str, datetime]] = dict
        """Says, by name, when each of the daemon's threads last got somewhere."""

    def text(self, document: Document) -> str:
        """Return all numbers of this moment."""
        with self._lock:
            self._look_again(document)
            families = list(_families(document, self._tallies, self.beats()))
        return "".join(_written(family) for family in families)

    def _look_again(self, document: Document) -> None:
        now = self._clock.elapsed()
        # While an export is at work, its numbers change all the time; that is not looked at.
        seen = (
            [each["run"] for each in document["runs"]],
            [
                (each["name"], each["state"], each["last_reconcile_at"])
                for each in document["libraries"]
            ],
        )
        if self._read_at is not None and now - self._read_at < EVERY and seen == self._seen:
            return
        try:
            tallies = self._look()
        except LedgerError as error:
            log.warning("the metrics are old ones: %s", error)
            return
        self._read_at, self._seen = now, seen
        self._tallies = {}
        for tally in tallies:
            name = self._names.get(tally.known_as)
            if name is not None:
                self._tallies[name] = _together(self._tallies.get(name), tally)


class MetricsFile:
    """Keeps a file current that node_exporter reads."""

    def __init__(self, path: Path, metrics: Metrics) -> None:
        self._path = path
        self._metrics = metrics
        self._trouble = ""

    def write(self, document: Document) -> None:
        """Write the file anew, whole or not at all; where that fails, say so once."""
        try:
            write_private(self._path, self._metrics.text(document), mode=_READABLE)
        except OSError as error:
            trouble = error.strerror or type(error).__name__
            if trouble != self._trouble:
                log.warning("%s cannot be written: %s", self._path, trouble)
            self._trouble = trouble
        else:
            self._trouble = ""


def _together(one: LibraryTally | None, other: LibraryTally) -> LibraryTally:
    """Add up what was once another library under the same name."""
    if one is None:
        return other
    return LibraryTally(
        other.known_as,
        max(filter(None, (one.reconciled_at, other.reconciled_at)), default=None),
        one.decisions + other.decisions,
        one.outcomes + other.outcomes,
        one.requests + other.requests,
        one.runs + other.runs,
        one.run_time + other.run_time,
        min(filter(None, (one.waiting_since, other.waiting_since)), default=None),
    )


def _families(
    document: Document, tallies: Mapping[str, LibraryTally], beats: Mapping[str, datetime]
) -> Iterator[_Family]:
    version = [({"version": __version__}, 1.0)]
    yield _Family("syncd_build_info", "gauge", "The version of syncd.", version)
    since: list[Sample] = [({}, each) for each in _seconds(document["since"])]
    yield _Family("syncd_start_timestamp_seconds", "gauge", "When the daemon started.", since)
    yield _Family(
        "syncd_thread_last_beat_timestamp_seconds",
        "gauge",
        "When a thread last got somewhere; one that has nothing to do is well now.",
        [({"thread": name}, round(at.timestamp(), 3)) for name, at in sorted(beats.items())],
    )
    yield from _library_families(document["libraries"])
    yield from _folder_families(document["folders"])
    yield from _ledger_families(tallies)


def _library_families(libraries: Sequence[Document]) -> Iterator[_Family]:
    named = [({"library": each["name"]}, each) for each in libraries]
    yield _Family(
        "syncd_library_state",
        "gauge",
        "How a library is served: 1 for the state that it is in.",
        [
            ({**labels, "state": state}, float(each["state"] == state))
            for labels, each in named
            for state in LIBRARY_STATES
        ],
    )
    for name, key, words in (
        ("last_success", "last_success_at", "When work on a library last succeeded."),
        ("last_reconcile", "last_reconcile_at", "When ledger and library were last compared."),
    ):
        samples = [(labels, at) for labels, each in named for at in _seconds(each[key])]
        yield _Family(f"syncd_library_{name}_timestamp_seconds", "gauge", words, samples)
    for name, key, words in (
        ("syncd_outbox_operations", "pending", "Changes that wait to be sent."),
        ("syncd_held_records", "held", "Questions that wait for a person."),
        ("syncd_library_queued_files", "queued_files", "Files that wait or are at work."),
    ):
        yield _Family(name, "gauge", words, [(labels, float(each[key])) for labels, each in named])


def _folder_families(folders: Sequence[Document]) -> Iterator[_Family]:
    names = _short_names([Path(each["path"]) for each in folders])
    named = [({"folder": name}, each) for name, each in zip(names, folders, strict=True)]
    yield _Family(
        "syncd_folder_state",
        "gauge",
        "How a folder is: 1 for the state that it is in.",
        [
            ({**labels, "state": state}, float(each["state"] == state))
            for labels, each in named
            for state in FOLDER_STATES
        ],
    )
    for name, key, words in (
        ("waiting_files", "waiting_files", "Files that are still being written."),
        ("skipped_files", "skipped_files", "Files that were not taken."),
    ):
        samples = [(labels, float(each[key])) for labels, each in named]
        yield _Family(f"syncd_folder_{name}", "gauge", words, samples)
    scanned = [(labels, at) for labels, each in named for at in _seconds(each["last_scan_at"])]
    name = "syncd_folder_last_scan_timestamp_seconds"
    yield _Family(name, "gauge", "When a folder was last looked into.", scanned)


def _ledger_families(tallies: Mapping[str, LibraryTally]) -> Iterator[_Family]:
    named = [({"library": name}, tally) for name, tally in sorted(tallies.items())]
    yield _Family(
        "syncd_outbox_oldest_timestamp_seconds",
        "gauge",
        "When the oldest run began of which something waits to be sent.",
        [
            (labels, tally.waiting_since.timestamp())
            for labels, tally in named
            if tally.waiting_since
        ],
    )
    yield _Family(
        "syncd_records_total",
        "counter",
        "Records of runs that have ended, by what was decided about them.",
        [
            ({**labels, "decision": decision}, float(number))
            for labels, tally in named
            for decision, number in sorted(tally.decisions.items())
        ],
    )
    yield _Family(
        "syncd_operations_total",
        "counter",
        "Changes that were sent, by what became of them.",
        [
            ({**labels, "outcome": outcome}, float(number))
            for labels, tally in named
            for outcome, number in sorted(tally.outcomes.items())
        ],
    )
    yield _Family(
        "syncd_api_requests_total",
        "counter",
        "Requests to a library's server, by the status of the answer; none: there was none.",
        [
            ({**labels, "status": status}, float(number))
            for labels, tally in named
            for status, number in sorted(tally.requests.items())
        ],
    )
    yield _Family(
        "syncd_run_duration_seconds",
        "summary",
        "How long runs took, from their beginning to the last outcome.",
        [
            ({**labels, "": part}, value)
            for labels, tally in named
            for part, value in (
                ("sum", tally.run_time.total_seconds()),
                ("count", float(tally.runs)),
            )
        ],
    )


def _seconds(moment: str | None) -> list[float]:
    return [datetime.fromisoformat(moment).timestamp()] if moment else []


def _short_names(paths: Sequence[Path]) -> list[str]:
    """Return the last part of each path, or as much of the end as tells it from the others."""
    length = 1
    while True:
        names = ["/".join(path.parts[-length:]) for path in paths]
        if len(set(names)) == len(names) or all(length >= len(path.parts) for path in paths):
            return names
        length += 1


def _written(family: _Family) -> str:
    lines = [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
    for labels, value in family.samples:
        # A summary's parts have names of their own and no label for it.
        part = f"_{labels['']}" if "" in labels else ""
        pairs = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items() if name)
        lines.append(f"{family.name}{part}{{{pairs}}} {_number(value)}".replace("{}", ""))
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _escaped(text: str) -> str:
    plain = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
