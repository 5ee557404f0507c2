"""A scanner: the one thread that looks into a drop folder and hands on what it finds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from syncd.daemon.board import Board, FolderStatus
from syncd.daemon.work import Offered
from syncd.inbox import Export, FolderState, Inbox, ScanResult, Skipped, is_silent
from syncd.inbox.watching import Sight, Watched, Watcher
from syncd.report.beside import describe_beside
from syncd.settings import After, FolderSettings
from syncd.sync.standing import RunSummary
from syncd.system.clock import Clock
from syncd.system.heartbeat import Heartbeat, Stopped, beat, checkpoint, resting

log = logging.getLogger(__name__)

POLLING = timedelta(seconds=30)
"""How often a folder is looked at that cannot be watched, or is not there."""
SUPERVISION = timedelta(minutes=1)
"""How often the watches themselves are looked at."""

_BREATH = timedelta(milliseconds=100)
_SHARE = 5
"""Of its time, a thread woken by a storm of events spends at most one part in so many scanning."""

_SILENT = "the folder does not answer: reading a file in it does not end"

Offer = Callable[[Export], Offered]
"""Hands an export to a library's worker."""


@dataclass(slots=True)
class _WatchedFolder:
    """One drop folder on its way round."""

    folder: FolderSettings
    inbox: Inbox
    due: timedelta
    not_before: timedelta = timedelta()
    stirred: bool = True
    """Something may have happened since the last scan."""
    crowded: bool = False
    """Not everything that was ready found room."""
    told: frozenset[tuple[str, str]] = frozenset()
    told_beside: frozenset[tuple[str, str]] = frozenset()
    state: FolderState = FolderState.OK
    is_silent: bool = False
    """It was told that the folder does not answer."""
    shown: FolderStatus = field(init=False)
    """What was shown last of it."""

    def __post_init__(self) -> None:
        self.shown = FolderStatus(self.folder.path)


@dataclass(slots=True)
class _PendingMove:
    """An export in move mode, until every library has had it."""

    watched: _WatchedFolder
    export: Export
    awaited: set[str]
    rejected: list[str] = field(default_factory=list)


class Scanner:
    """Scans folders when something stirs there, when something may have settled, and at times."""

    def __init__(
        self,
        inboxes: Sequence[Inbox],
        offers: Mapping[str, Offer],
        clock: Clock,
        board: Board,
        heartbeat: Heartbeat,
        failed: Callable[[BaseException], None],
    ) -> None:
        now = clock.elapsed()
        self._watched = {
            each.folder.path: _WatchedFolder(each.folder, each, now) for each in inboxes
        }
        self._offers = offers
        self._clock = clock
        self._board = board
        self._heartbeat = heartbeat
        self._failed = failed
        self._changed = threading.Condition()
        self._stopping = False
        self._pending_moves: dict[tuple[Path, str], _PendingMove] = {}
        self._returned: list[tuple[str, Sequence[Export], RunSummary]] = []
        self._watcher = Watcher([_watched(each.folder) for each in inboxes], self.stir)
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)

    def start(self) -> None:
        """Begin with a scan of every folder."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after what it is doing."""
        with self._changed:
            self._stopping = self._heartbeat.stopping = True
            self._changed.notify_all()

    def is_alive(self) -> bool:
        """Tell whether the thread is still there."""
        return self._thread.is_alive()

    def is_silent(self) -> bool:
        """Tell whether a folder keeps the thread waiting for longer than any does in order."""
        return self._heartbeat.hangs_since() is not None

    def show_silence(self) -> None:
        """Show that a folder does not answer, if that is so; its next scan shows what it was."""
        with self._changed:
            silence = self._heartbeat.hangs_since()
            if silence is None:
                return
            since = f"{self._clock.now() - silence:%Y-%m-%d %H:%M} UTC"
            for watched in self._watched.values():
                message = f"the folder does not answer since {since}"
                waiting = FolderState.WAITING.value
                shown = replace(watched.shown, state=waiting, message=message)
                self._board.show_folder(shown)
                if not watched.is_silent:
                    watched.is_silent = True
                    log.warning("%s", message, extra={"folder": watched.folder.path})

    def stir(self, folder: Path) -> None:
        """Something may have happened in this folder."""
        with self._changed:
            self._watched[folder].stirred = True
            self._changed.notify_all()

    def rescan(self) -> None:
        """Look into every folder now."""
        with self._changed:
            for watched in self._watched.values():
                watched.stirred = True
                watched.not_before = timedelta()
            self._changed.notify_all()

    def delivered(self, library: str, exports: Sequence[Export], summary: RunSummary) -> None:
        """Take back what a library has had."""
        with self._changed:
            self._returned.append((library, exports, summary))
            self._changed.notify_all()

    # --- on the thread

    def _run(self) -> None:
        try:
            with self._heartbeat.working():
                while not self._stopping:
                    self._round()
                    self._wait()
        except Stopped:
            log.debug("the scanner stopped in the middle")
        except BaseException as error:  # noqa: BLE001 - the main thread raises it again
            self._failed(error)
        finally:
            self._watcher.stop()
            for watched in self._watched.values():
                watched.inbox.close()

    def _round(self) -> None:
        # Watching begins before looking: what comes in between is seen twice rather than never.
        self._watcher.check()
        self._take_back()
        for watched in self._watched.values():
            checkpoint()
            if self._is_due(watched):
                self._scan(watched)

    def _wait(self) -> None:
        with resting(), self._changed:
            until = min([self._next_due(), self._clock.elapsed() + SUPERVISION])
            self._changed.wait_for(
                lambda: self._stopping or bool(self._returned) or self._next_due() < until,
                max((until - self._clock.elapsed()).total_seconds(), 0),
            )

    def _next_due(self) -> timedelta:
        return min((_due(watched) for watched in self._watched.values()), default=timedelta.max)

    def _is_due(self, watched: _WatchedFolder) -> bool:
        with self._changed:
            due = _due(watched) <= self._clock.elapsed()
            if due:
                watched.stirred = False
            return due

    def _scan(self, watched: _WatchedFolder) -> None:
        begun = self._clock.elapsed()
        result = watched.inbox.scan()
        set_aside: list[Skipped] = []
        watched.crowded = not self._hand_on(watched, result.ready, set_aside)
        result = replace(result, skipped=(*result.skipped, *set_aside))
        if is_silent(watched.folder.path):
            # It could be listed, perhaps from memory, but reading from it does not end.
            result = replace(result, state=FolderState.WAITING, message=_SILENT)
        now = self._clock.elapsed()
        sight, why = self._watcher.sight(watched.folder.path)
        with self._changed:
            watched.due = now + _next_look(result, sight)
            watched.not_before = now + max(_BREATH, (now - begun) * _SHARE)
        self._tell(watched, result, sight, why)

    def _hand_on(
        self, watched: _WatchedFolder, ready: Sequence[Export], set_aside: list[Skipped]
    ) -> bool:
        """Offer exports to their libraries; False when one had no room for all of them."""
        room = dict.fromkeys(watched.folder.libraries, True)
        for export in ready:
            checkpoint()
            awaited = self._awaited(watched, export)
            for library in awaited:
                # Also where the one before had none: a library may want to know of each.
                offered = self._offers[library](export)
                room[library] = room[library] and offered.has_room
                if offered.set_aside:
                    set_aside.append(Skipped(str(export.name), offered.set_aside))
        return all(room.values())

    def _awaited(self, watched: _WatchedFolder, export: Export) -> set[str]:
        if watched.folder.after is not After.MOVE:
            return set(watched.folder.libraries)
        key = (watched.folder.path, export.sha256)
        move = self._pending_moves.get(key)
        if move is None or move.export != export:
            move = _PendingMove(watched, export, set(watched.folder.libraries))
            self._pending_moves[key] = move
        return move.awaited

    def _take_back(self) -> None:
        with self._changed:
            returned, self._returned = self._returned, []
        for library, exports, summary in returned:
            for export in exports:
                if export.sha256 in summary.changed:
                    # Its time of change need not say so: one that is mapped is written silently.
                    self._watched[export.folder].inbox.forget(export)
                self._sign_off(library, export, summary)
            # What is known now is no longer ready; a twin of it need not wait any more.
            for folder in {export.folder for export in exports}:
                self.stir(folder)
        for watched in self._watched.values():
            if returned and watched.crowded:
                self.stir(watched.folder.path)

    def _sign_off(self, library: str, export: Export, summary: RunSummary) -> None:
        key = (export.folder, export.sha256)
        move = self._pending_moves.get(key)
        if move is None or move.export != export:
            return
        if export.sha256 in summary.changed:
            del self._pending_moves[key]
            return
        move.awaited.discard(library)
        if export.sha256 in summary.unusable:
            move.rejected.append(summary.unusable[export.sha256])
        if not move.awaited:
            del self._pending_moves[key]
            self._put_away(move)

    def _put_away(self, move: _PendingMove) -> None:
        rejected = "\n".join(dict.fromkeys(move.rejected)) or None
        with suppress(OSError):  # the next scan says so, and tries again
            move.watched.inbox.finish(move.export, rejected)

    def _tell(self, watched: _WatchedFolder, result: ScanResult, sight: Sight, why: str) -> None:
        path = watched.folder.path
        if result.state is not watched.state:
            level = logging.INFO if result.state is FolderState.OK else logging.WARNING
            log.log(level, result.message or "the folder is there again", extra={"folder": path})
            watched.state = result.state
        skipped = frozenset(result.skipped) if result.state is FolderState.OK else watched.told
        for name, reason in sorted(skipped - watched.told):
            log.warning("skipped: %s", reason, extra={"file": path / name})
        watched.told = skipped
        self._tell_beside(watched, result)
        status = FolderStatus(
            path=path,
            state=result.state.value,
            message=result.message or (f"polling, because {why}" if why else ""),
            last_scan_at=self._clock.now(),
            settling=result.settling,
            sight=sight.value,
            skipped=tuple(sorted(skipped)),
            beside=tuple(sorted(watched.told_beside)),
        )
        with self._changed:
            # Signed before it is shown, so that no silence is shown over it.
            beat()
            if watched.is_silent:
                watched.is_silent = False
                log.info("the folder answers again", extra={"folder": path})
            watched.shown = status
            self._board.show_folder(status)

    def _tell_beside(self, watched: _WatchedFolder, result: ScanResult) -> None:
        """Say once what looks like an export and is not taken."""
        if result.state is FolderState.OK:
            beside = frozenset(result.beside)
            if fresh := sorted(beside - watched.told_beside):
                log.warning("%s", describe_beside(fresh), extra={"folder": watched.folder.path})
            watched.told_beside = beside


def _watched(folder: FolderSettings) -> Watched:
    return Watched(folder.path, folder.recursive, folder.after is After.MOVE)


def _due(watched: _WatchedFolder) -> timedelta:
    return min(watched.due, watched.not_before) if watched.stirred else watched.due


def _next_look(result: ScanResult, sight: Sight) -> timedelta:
    """Return how long a folder can be left alone unless something stirs there."""
    looks = [result.next_look] if result.next_look is not None else []
    if sight is not Sight.EVENTS or result.state is not FolderState.OK:
        looks.append(POLLING)
    return min(looks, default=timedelta(days=1))
