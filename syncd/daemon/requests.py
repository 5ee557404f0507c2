"""What commands have a running daemon do: each on the library's own thread."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from syncd.app.finding import library_of_run, library_of_work
from syncd.app.once import OnceReport, deliver_named, deliveries_of, read_named
from syncd.app.wiring import find_reviewer, identities_of
from syncd.control.fates import add_fates
from syncd.control.protocol import Handler, Progress, is_number
from syncd.control.reviewing import (
    needs_library,
    only_looks,
    review,
    review_alone,
    why_malformed,
)
from syncd.control.status import STATUS
from syncd.control.wire import (
    ONCE,
    RECONCILE,
    RESTORE,
    RESUME,
    RETRY,
    REVIEW,
    UNDO,
    write_report,
)
from syncd.daemon.folder_work import FolderWork
from syncd.daemon.queue import Patience
from syncd.errors import (
    CommandError,
    ConfigError,
    InputError,
    LedgerError,
    LibraryError,
    SyncdError,
)
from syncd.inbox import Beside, Skipped
from syncd.ledger import journal
from syncd.ledger.store import Ledger
from syncd.report.reconciliations import library_document
from syncd.report.undos import restore_document, undo_document
from syncd.settings import Settings
from syncd.sync.review import Reviewer
from syncd.system.clock import Clock, Pause

log = logging.getLogger(__name__)

_LOOK_EVERY = timedelta(milliseconds=200)
_GRACE = timedelta(seconds=70)
"""How long a pass waits for files that are still being written: the longest they are given."""
LOOKING = Patience(begin=timedelta(seconds=2), end=timedelta(seconds=8))
"""How long who only looks waits for a library: it may be at work, and then reads many items."""
_BUSY = "it is busy, or its server does not get to an end"
_AWAY = {"waiting": 69, "paused": 75, "refused": 77}
"""States in which a library cannot be asked for anything, with the exit code that says so."""
_UNTIL_A_PERSON_ACTS = frozenset({"paused", "refused"})
"""Those that do not end by themselves: nobody waits for what is queued there."""


class Server(Protocol):
    """What is asked of the daemon."""

    def perform(
        self,
        library: str,
        perform: Callable[[Any], Any],
        patience: Patience | None = None,
    ) -> Any: ...

    def rescan(self) -> None: ...

    def resume(self, library: str, *, as_new: bool = False) -> None: ...

    def reconcile_soon(self, library: str) -> None: ...

    def document(self) -> dict[str, Any]: ...


class Requests:
    """The daemon's side: carries out what other commands ask for."""

    def __init__(
        self,
        daemon: Server,
        settings: Callable[[], Settings],
        ledger: Ledger,
        clock: Clock,
        pause: Pause,
        code_of: Callable[[SyncdError], int],
    ) -> None:
        self._daemon = daemon
        self._settings = settings
        self._ledger = ledger
        self._clock = clock
        self._pause = pause
        self._code_of = code_of

    def handlers(self) -> Mapping[str, Handler]:
        """Return what the control socket is to answer."""
        return {
            ONCE: self._once,
            REVIEW: self._review,
            RECONCILE: self._reconcile,
            RESUME: self._resume,
            RETRY: self._retry,
            UNDO: self._undo,
            RESTORE: self._restore,
            STATUS: self._status,
        }

    def _status(self, _request: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        document = self._daemon.document()
        try:
            names = {identity: name for name, identity in identities_of(self._settings()).items()}
            seen = self._ledger.glance()
        except (ConfigError, LedgerError) as error:
            # Each is told of elsewhere; how the daemon is, it can say all the same.
            log.debug("no files are shown: %s", error)
            return document
        return add_fates(document, seen, names)

    def _resume(self, request: Mapping[str, Any], _progress: Progress) -> None:
        library = _library(request)
        self._expect_known(library)
        self._daemon.resume(library, as_new=request.get("new") is True)

    def _retry(self, request: Mapping[str, Any], _progress: Progress) -> None:
        """Try a library again that was refused or away: another key may be there."""
        library = _library(request)
        self._expect_known(library)
        self._daemon.perform(library, lambda _work: None)

    def _review(self, request: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        def carry_out(work: FolderWork) -> dict[str, Any]:
            return review(work.run, request)

        library = _library(request)
        reason = why_malformed(request)
        _expect(reason is None, str(reason))
        try:
            self._expect_served(library)
        except CommandError as error:
            return self._review_alone(request, error)
        if only_looks(request):
            return self._look(request, carry_out)
        answer: dict[str, Any] = self._daemon.perform(library, carry_out)
        if answer.get("answered") and answer["pending"]:
            self._daemon.reconcile_soon(library)
        return answer

    def _look(
        self, request: Mapping[str, Any], look: Callable[[FolderWork], dict[str, Any]]
    ) -> dict[str, Any]:
        """Show what the ledger knows, and what the items say now if the library tells that soon.

        Its thread may be waiting for a server that does not get to an end.
        """
        name = request["library"]
        reviewer = self._find_reviewer(name, None)
        if reviewer is not None and not needs_library(reviewer, request):
            return review_alone(name, reviewer, request)
        try:
            answer: dict[str, Any] = self._daemon.perform(name, look, LOOKING)
        except TimeoutError:
            return self._review_alone(request, CommandError(_BUSY, 75))
        return answer

    def answer_alone(self, _command: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Take answers to questions when no thread serves libraries any more.

        They are carried out after the next start.
        """
        return self._review_alone(request, CommandError("the daemon has ended", 69))

    def _review_alone(self, request: Mapping[str, Any], why: CommandError) -> dict[str, Any]:
        """Review a library that is away: its thread only waits, and the ledger will do."""
        reviewer = self._find_reviewer(request["library"], why.message)
        if reviewer is None:
            raise why
        return review_alone(request["library"], reviewer, request)

    def _find_reviewer(self, name: str, why: str | None) -> Reviewer | None:
        library = self._settings().find_library(name)
        return find_reviewer(library, self._ledger, why) if library else None

    def _reconcile(self, request: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        def carry_out(work: FolderWork) -> dict[str, Any]:
            return library_document(work.run.reconcile())

        library = _library(request)
        self._expect_served(library)
        try:
            answer: dict[str, Any] = self._daemon.perform(library, carry_out)
        except LibraryError:
            # Tried again by the library's own thread, which then also shows how it stands.
            self._daemon.reconcile_soon(library)
            raise
        return answer

    def _undo(self, request: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        run_id = _run_number(request)
        chosen = _chosen_library(request)
        name = library_of_run(self._settings(), self._ledger, run_id, chosen)
        return self._wish(name, lambda work: undo_document(work.run.undo(run_id)))

    def _restore(self, request: Mapping[str, Any], _progress: Progress) -> dict[str, Any]:
        what = request.get("what")
        _expect(isinstance(what, str) and what != "", "it needs the name of what is to come back")
        chosen = _chosen_library(request)
        name = library_of_work(self._settings(), self._ledger, str(what), chosen)
        return self._wish(name, lambda work: restore_document(work.run.restore(str(what))))

    def _wish(self, library: str, carry_out: Callable[[FolderWork], Any]) -> dict[str, Any]:
        """Do what a person asked for; what waits of it is carried out by the library's thread."""
        self._expect_served(library)
        answer: dict[str, Any] = self._daemon.perform(library, carry_out)
        if answer["waiting"]:
            self._daemon.reconcile_soon(library)
        return answer

    def _once(self, arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
        routes = _routes(arguments)
        report = OnceReport()
        if arguments.get("allowed") is True:
            self._allow(routes or self._libraries())
        if routes:
            for name, paths in routes.items():
                try:
                    self._deliver(name, paths, report)
                except SyncdError as error:
                    # What was delivered to the others is told all the same.
                    report.failed[name] = error
        else:
            self._pass(report, progress)
        return write_report(report, self._code_of)

    def _libraries(self) -> list[str]:
        return [library["name"] for library in self._daemon.document()["libraries"]]

    def _allow(self, names: Iterable[str]) -> None:
        """Let the next run of libraries go by the guards; those that one has stopped go on."""
        for name in names:
            self._expect_known(name)
            self._daemon.resume(name)
            self._daemon.perform(name, lambda work: work.run.allow())

    def _deliver(self, name: str, paths: Sequence[Path], report: OnceReport) -> None:
        self._expect_served(name)
        settings = self._settings()
        exports, unusable = read_named(paths, settings.limits.max_file_size)
        report.unusable += unusable
        deliveries = deliveries_of(exports, settings)

        def deliver(work: FolderWork) -> None:
            # What the daemon has done by itself until now is no part of the answer.
            work.run.take_completed()
            deliver_named({name: work.run}, deliveries, report)

        self._daemon.perform(name, deliver)

    def _expect_known(self, name: str) -> None:
        if name not in {library["name"] for library in self._daemon.document()["libraries"]}:
            raise CommandError(f"the daemon does not serve a library called {name}", 78)

    def _expect_served(self, name: str) -> None:
        """Raise for a library whose thread would keep the request waiting."""
        for library in self._daemon.document()["libraries"]:
            if library["name"] == name and library["state"] not in _AWAY:
                return
            if library["name"] == name:
                raise _why_away(library)
        raise CommandError(f"the daemon does not serve a library called {name}", 78)

    def _pass(self, report: OnceReport, progress: Progress) -> None:
        """Have all folders looked into, and wait until what rests there was delivered."""
        before = _last_runs(self._daemon.document())
        since = self._wait_for_a_new_second()
        self._daemon.rescan()
        until = self._clock.elapsed() + _GRACE
        while self._clock.elapsed() < until:
            self._pause(_LOOK_EVERY)
            document = self._daemon.document()
            progress({"waiting_files": _waiting(document)})
            if _is_through(document, since):
                break
        self._collect(before, self._daemon.document(), report)

    def _wait_for_a_new_second(self) -> str:
        """Wait until a scan from now on can be told from the last one; return that instant.

        The status counts in whole seconds.
        """
        until = self._clock.elapsed() + _GRACE
        while True:
            now = self._clock.now().isoformat(timespec="seconds")
            folders = self._daemon.document()["folders"]
            is_new = all((each["last_scan_at"] or "") < now for each in folders)
            if is_new or self._clock.elapsed() > until:
                # Where the clock was set back, no instant is new for a long time.
                return now
            self._pause(_LOOK_EVERY)

    def _collect(
        self, before: Mapping[int, str], document: Mapping[str, Any], report: OnceReport
    ) -> None:
        for run, name in sorted(_last_runs(document).items()):
            if run in before:
                continue
            with self._ledger.read() as connection:
                report.plan.records += journal.records_of_run(connection, run, name)
                unusable = journal.unusable_of_run(connection, run)
            report.plan.runs.append(run)
            report.unusable += [InputError(why, path=file) for file, why in unusable]
        report.pending = sum(library["pending"] for library in document["libraries"])
        self._collect_failures(document, report)
        for folder in document["folders"]:
            report.skipped += [
                Skipped(str(Path(folder["path"], each["file"])), each["reason"])
                for each in folder["skipped"]
            ]
            report.beside += [
                Beside(str(Path(folder["path"], each["file"])), each["reason"])
                for each in folder["others"]
            ]

    def _collect_failures(self, document: Mapping[str, Any], report: OnceReport) -> None:
        """Say which of the libraries that the folders feed could not be served, and why.

        What the others have to tell people is told, too.
        """
        fed = {name for folder in self._settings().folders for name in folder.libraries}
        for library in document["libraries"]:
            if library["name"] not in fed:
                continue
            if library["state"] in _AWAY:
                report.failed[library["name"]] = _why_away(library)
            if notices := library.get("notices"):
                report.notices[library["name"]] = notices


def _why_away(library: Mapping[str, Any]) -> CommandError:
    state, why = library["state"], library["message"].removeprefix("paused: ")
    return CommandError(f"{library['name']} is {state}: {why}", _AWAY[state])


def _library(request: Mapping[str, Any]) -> str:
    library = request.get("library")
    _expect(isinstance(library, str), "it needs the name of a library")
    return str(library)


def _run_number(request: Mapping[str, Any]) -> int:
    number = request.get("run")
    _expect(is_number(number), "a run is named by its number")
    return int(number or 0)


def _chosen_library(request: Mapping[str, Any]) -> str | None:
    return None if request.get("library") is None else _library(request)


def _routes(request: Mapping[str, Any]) -> dict[str, list[Path]]:
    """Return the files that go to each library, if that is what was sent."""
    routes = request.get("routes", {})
    _expect(
        isinstance(routes, dict)
        and all(isinstance(paths, list) for paths in routes.values())
        and all(_is_path(path) for paths in routes.values() for path in paths),
        "its routes are lists of paths, one for each library",
    )
    return {name: [Path(path) for path in paths] for name, paths in routes.items()}


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value != "" and "\0" not in value


def _expect(good: bool, what: str) -> None:
    if not good:
        raise CommandError(f"the request cannot be understood: {what}", 64)


def _last_runs(document: Mapping[str, Any]) -> dict[int, str]:
    """Return the latest runs, each with its library."""
    return {run["run"]: run["library"] for run in document["runs"] if run["run"] is not None}


def _waiting(document: Mapping[str, Any]) -> int:
    settling = (int(folder["waiting_files"]) for folder in document["folders"])
    queued = (int(library["queued_files"]) for library in document["libraries"])
    return sum(settling) + sum(queued)


def _is_through(document: Mapping[str, Any], since: str) -> bool:
    scanned = all((folder["last_scan_at"] or "") >= since for folder in document["folders"])
    at_work = [
        library for library in document["libraries"] if library["state"] not in _UNTIL_A_PERSON_ACTS
    ]
    return scanned and _waiting({**document, "libraries": at_work}) == 0
