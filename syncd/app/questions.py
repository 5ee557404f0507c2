"""What a person asks about (a work, an item, a file, a run), answered from a copy of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from syncd.app.explaining import (
    ExplainedItem,
    ExplainedRecord,
    Look,
    explain_exports,
    explain_items,
)
from syncd.app.preview import looking_only
from syncd.app.wiring import known_libraries, make_runs, open_ledger
from syncd.errors import InputError, KeyLookupError, LibraryError
from syncd.inbox.exports import SilentError, ask_about, probe_named
from syncd.ledger import provenance, runs
from syncd.ledger.merges import find_survivors
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.library import StoredItem
from syncd.record import ItemKey
from syncd.settings import Settings
from syncd.sync.session import LibraryRun
from syncd.sync.wanted import find_wanted
from syncd.system.clock import Pause
from syncd.system.waiting import LOOKING, within


@dataclass(slots=True)
class Explanation:
    """The answer. `away` says why libraries could not be asked what stands in their items now."""

    items: list[ExplainedItem] = field(default_factory=list)
    files: dict[str, list[ExplainedRecord]] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)


def explain(
    settings: Settings, state: Path, what: str, pause: Pause, only: Collection[str] | None = None
) -> Explanation:
    """Explain what a person names; nothing is changed.

    Raises `InputError` when nothing is known by that name.
    """
    with _looking(settings, state, pause, only) as explainer:
        return explainer.explain(what)


@contextmanager
def _looking(
    settings: Settings, state: Path, pause: Pause, only: Collection[str] | None
) -> Iterator[_Explainer]:
    with (
        looking_only(settings, state) as (copied, copy),
        closing(open_ledger(copied, copy)) as ledger,
    ):
        opened = make_runs(copied, copy, ledger, pause, only=only)
        known = known_libraries(copied, ledger)
        try:
            found = {name: known.get(name) or _meet(run, ledger) for name, run in opened.items()}
            libraries = {name: each for name, each in found.items() if each is not None}
            yield _Explainer(ledger, libraries, opened)
        finally:
            for run in opened.values():
                run.close()


def _meet(run: LibraryRun, ledger: Ledger) -> LibraryLedger | None:
    """Return what the ledger says of a library that only it itself can say which one it is."""
    try:
        met = run.meet()
    except (KeyLookupError, LibraryError):
        return None
    return ledger.find_library(met.identity, met.location)


class _Explainer:
    """Answers from one ledger and the libraries that it knows."""

    def __init__(
        self,
        ledger: Ledger,
        libraries: Mapping[str, LibraryLedger],
        opened: Mapping[str, LibraryRun],
    ) -> None:
        self._ledger = ledger
        self._libraries = libraries
        self._opened = opened

    def explain(self, what: str) -> Explanation:
        """Find out what is meant, and explain that."""
        answer = Explanation()
        exports = self._explain_run(what, answer)
        if exports is None:
            self._explain_works(what, answer)
            exports = [] if answer.items else self._find_exports(what)
        self._explain_exports(exports, answer)
        if not answer.items and not answer.files:
            raise InputError(
                f"nothing is known as {what!r}; name a DOI, a Scopus number, an item key, a file"
                " that was dropped, or the number of a run"
            )
        return answer

    def _explain_run(self, what: str, answer: Explanation) -> list[int] | None:
        """Explain the items of a run; return its exports, None where it is no run's number."""
        if not what.isdecimal():
            return None
        with self._ledger.read() as connection:
            run = runs.find_run(connection, int(what)) if len(what) < _LONG else None
            if run is None:
                return None
            keys = provenance.items_of_run(connection, run.run_id)
            exports = provenance.exports_of_run(connection, run.run_id)
        for name, library in self._libraries.items():
            if library.identity == run.identity:
                self._explain_items(name, keys, answer)
        return exports

    def _explain_works(self, what: str, answer: Explanation) -> None:
        for name, library in self._libraries.items():
            with library.read() as tx:
                keys = sorted(find_wanted(tx, what))
            self._explain_items(name, keys, answer)

    def _explain_items(self, name: str, keys: Sequence[str], answer: Explanation) -> None:
        if not keys:
            return
        library = self._libraries[name]

        def look(keys: Sequence[ItemKey]) -> Sequence[StoredItem]:
            return within(LOOKING, lambda: self._opened[name].read_items(keys))

        def explained(look: Look) -> list[ExplainedItem]:
            return explain_items(name, library, keys, look, find_survivors)

        try:
            answer.items += explained(look)
        except (KeyLookupError, LibraryError, TimeoutError) as error:
            answer.away[name] = str(error)
            answer.items += explained(lambda _: [])

    def _find_exports(self, what: str) -> list[int]:
        with self._ledger.read() as connection:
            found = provenance.exports_called(connection, what)
            # By its content only what can be read is known; and what no file can be called is none.
            path = Path(what)
            probe_named([path])
            with suppress(OSError, SilentError):
                digest = ask_about(path, partial(_find_digest, path))
                found += provenance.exports_with(connection, digest) if digest else []
        return sorted(set(found))

    def _explain_exports(self, exports: Sequence[int], answer: Explanation) -> None:
        with self._ledger.read() as connection:
            decided = provenance.decided_of_exports(connection, exports)
            names = provenance.names_of_exports(connection, exports)
        for export in sorted(names.keys() - {each.export_id for each in decided}):
            # It was dropped, and nothing in it could be used.
            answer.files.setdefault(names[export], [])
        for name, library in self._libraries.items():
            for each in explain_exports(name, library, decided, find_survivors):
                file = each.decided.planned.origin.file
                answer.files.setdefault(file, []).append(each)


_LONG = 19
"""A number of so many digits is no run's."""


def _find_digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
