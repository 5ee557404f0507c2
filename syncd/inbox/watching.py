"""Wakes the daemon when a drop folder changes; a hint only, since every scan lists the folder.

What is known about watchdog's ways stays in this room. Its threads die without a word when a
watched folder is removed, it says nothing when events were lost or a folder was replaced, and
some filesystems have no events at all. So nobody waits for an event alone: `check` looks every
minute whether each watch still watches what stands at its path, and says which folders must be
polled instead.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import ObservedWatch
from watchdog.observers.inotify import InotifyObserver

from syncd.inbox.names import may_be_entered, may_be_export
from syncd.system.filesystems import filesystem_of

log = logging.getLogger(__name__)

# Opening and reading are left out: our own reading would wake us.
_EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileMovedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]

_LIMITS = {
    errno.ENOSPC: "fs.inotify.max_user_watches",
    errno.EMFILE: "fs.inotify.max_user_instances",
}

_STOPPING = 2.0
"""Seconds to wait for watchdog's threads, which end by themselves with the process."""

Notice = Callable[[Path], None]
"""Told, from a thread of watchdog's, that something may have happened in this drop folder."""


class Sight(Enum):
    """How changes in a drop folder come to be known."""

    EVENTS = "events"
    POLLING = "polling"
    NONE = "none"
    """There is no folder to watch now."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A drop folder to be watched, as configured."""

    folder: Path
    recursive: bool = False
    moves: bool = False


class Watcher:
    """Watches drop folders. One thread calls it; `notice` is called from others."""

    def __init__(self, folders: list[Watched], notice: Notice) -> None:
        self._notice = notice
        self._observer: _Observer | None = None
        self._posts = {watched.folder: _Post(watched, watched.folder) for watched in folders}
        self._warned: set[tuple[Path, str]] = set()

    def check(self) -> None:
        """Set up every watch that is missing, dead, or on a folder that is no longer there.

        A folder that is watched anew is noticed at once: nobody knows what happened meanwhile.
        """
        if self._observer is not None and not self._observer.works():
            log.warning("the folder watcher has died; starting another")
            self._drop_observer()
        for post in self._posts.values():
            self._check(post)

    def sight(self, folder: Path) -> tuple[Sight, str]:
        """Say how changes in this folder come to be known, and why, where that is polling."""
        post = self._posts[folder]
        return post.sight, post.why

    def stop(self) -> None:
        """Stop watching; no notice comes after this."""
        self._drop_observer()

    def _check(self, post: _Post) -> None:
        root, identity = _look_at(post.watched.folder)
        if post.watch is not None:
            if identity == post.identity and self._emits(post.watch):
                return
            self._disarm(post)
        post.root, post.identity = root, identity
        if identity is None:
            post.sight, post.why = Sight.NONE, ""
        else:
            self._arm(post)

    def _arm(self, post: _Post) -> None:
        filesystem = filesystem_of(post.root)
        if filesystem.is_remote:
            self._poll(post, f"{filesystem.kind} does not report what others change")
            return
        try:
            self._schedule(post)
        except OSError as error:
            limit = _LIMITS.get(error.errno or 0)
            self._poll(post, f"{limit} is used up" if limit else error.strerror or str(error))
            return
        post.sight, post.why = Sight.EVENTS, ""
        self._notice(post.watched.folder)

    def _schedule(self, post: _Post) -> None:
        if self._observer is None:
            observer = _Observer()
            observer.start()
            self._observer = observer
        hint = _Hint(post.watched, post.root, self._notice)
        recursive = post.watched.recursive
        watch = self._observer.schedule(
            hint, str(post.root), recursive=recursive, event_filter=_EVENTS
        )
        post.watch = watch
        if recursive:
            self._observer.probe()

    def _poll(self, post: _Post, why: str) -> None:
        self._disarm(post)
        post.sight, post.why = Sight.POLLING, why
        if (post.root, why) not in self._warned:
            self._warned.add((post.root, why))
            log.warning("polling %s instead of waiting for events: %s", post.watched.folder, why)

    def _emits(self, watch: ObservedWatch) -> bool:
        observer = self._observer
        if observer is None:
            return False
        return any(each.watch == watch and each.is_alive() for each in observer.emitters)

    def _disarm(self, post: _Post) -> None:
        if post.watch is not None and self._observer is not None:
            self._observer.unschedule(post.watch)
        post.watch = None

    def _drop_observer(self) -> None:
        observer, self._observer = self._observer, None
        for post in self._posts.values():
            post.watch = None
        if observer is not None:
            observer.stop()
            observer.join(_STOPPING)


@dataclass(slots=True)
class _Post:
    """One watched folder: what is watched there, and what stood there when that began."""

    watched: Watched
    root: Path
    identity: tuple[int, int] | None = None
    watch: ObservedWatch | None = None
    sight: Sight = Sight.NONE
    why: str = ""


class _Observer(InotifyObserver):
    """watchdog's observer, asked what it does not tell by itself."""

    def works(self) -> bool:
        """Tell whether both threads that every folder depends on are alive."""
        return self.is_alive() and self._inotify_fd.is_alive()

    def probe(self) -> None:
        """Raise `OSError` if no further directory can be watched.

        watchdog is silent about subfolders that it could not watch: where one more watch is
        refused, some of them may have been.
        """
        self.unschedule(self.schedule(FileSystemEventHandler(), os.sep, event_filter=_EVENTS))


class _Hint(FileSystemEventHandler):
    """Passes on that something happened, if it can matter."""

    def __init__(self, watched: Watched, root: Path, notice: Notice) -> None:
        self._watched = watched
        self._root = os.fspath(root)
        self._notice = notice

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog, whose thread would die of an exception."""
        try:
            if self._matters(event):
                self._notice(self._watched.folder)
        except Exception:
            log.exception("a hint about %s was lost", self._watched.folder)

    def _matters(self, event: FileSystemEvent) -> bool:
        return any(
            self._may_matter(os.fsdecode(path), event.is_directory)
            for path in (event.src_path, event.dest_path)
            if path
        )

    def _may_matter(self, path: str, is_directory: bool) -> bool:
        below = os.path.relpath(path, self._root)
        if below == os.curdir:
            return True
        *folders, name = Path(below).parts
        if not all(may_be_entered(folder, moves=self._watched.moves) for folder in folders):
            return False
        if is_directory:
            return self._watched.recursive and may_be_entered(name, moves=self._watched.moves)
        return may_be_export(name)


def _look_at(folder: Path) -> tuple[Path, tuple[int, int] | None]:
    """Return where a folder really is and what stands there, None where it cannot be watched.

    Links are resolved because watchdog hears nothing through one; and it takes an unreadable
    folder for watched.
    """
    root = Path(os.path.realpath(folder))
    try:
        status = root.stat()
    except OSError:
        return root, None
    usable = root.is_dir() and os.access(root, os.R_OK | os.X_OK, effective_ids=True)
    return root, (status.st_dev, status.st_ino) if usable else None
