"""One pass over the candidates of a drop folder: who waits, who is skipped, who is ready."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from syncd.errors import InputError
from syncd.inbox.beside import Beside
from syncd.inbox.claims import StillWrittenError
from syncd.inbox.exports import (
    EMPTY,
    Content,
    Export,
    Stamp,
    read_content,
    why_not_regular,
)
from syncd.inbox.ground import FolderState
from syncd.inbox.listing import Found
from syncd.inbox.members import too_large
from syncd.inbox.settling import PATIENCE, Look, first_look, rests_until
from syncd.system.clock import Clock

RETRY = timedelta(minutes=1)
"""How soon a file is tried again that could not be read or moved."""


class Skipped(NamedTuple):
    """A candidate that is left alone, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What one scan has seen.

    `ready` are exports that have settled and are not known, each content once. `next_look` is
    how long to wait until another of the files that are `settling` may have settled, or until what
    could not be read may be readable.
    """

    state: FolderState
    message: str = ""
    ready: tuple[Export, ...] = ()
    settling: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    next_look: timedelta | None = None
    beside: tuple[Beside, ...] = ()
    """What looks like an export and is not taken."""

    @property
    def waiting(self) -> int:
        """How many files have not settled, or wait for another."""
        return len(self.settling)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a pass goes by."""

    folder: Path
    settle: timedelta
    max_file_size: int
    trusts_age: bool
    """The times of change in this folder are this machine's own."""


Take = Callable[[Found, Look, Content], Path | None]
"""Takes a settled file; answers where it lies then, None when there is nothing to do with it.

Raises `FileExistsError` when its turn has not come yet, `StillWrittenError` while somebody writes
to it, another `OSError` when it cannot be.
"""


class Scan:
    """The pass itself. `looks` are what it remembers for the next one."""

    def __init__(self, rules: Rules, before: Mapping[str, Look], clock: Clock) -> None:
        self._rules = rules
        self._before = before
        self._elapsed = clock.elapsed()
        self._now = clock.now().timestamp()
        self.looks: dict[str, Look] = {}
        self._ready: dict[str, Export] = {}
        self._skipped: list[Skipped] = []
        self._settling: list[str] = []
        self._next_look: timedelta | None = None

    def result(self) -> ScanResult:
        """Return what has been seen."""
        return ScanResult(
            FolderState.OK,
            ready=tuple(self._ready.values()),
            settling=tuple(self._settling),
            skipped=tuple(self._skipped),
            next_look=self._next_look,
        )

    @property
    def saw_nothing(self) -> bool:
        """Whether there was no candidate at all."""
        return not self.looks and not self._skipped

    def judge(self, found: Found, take: Take) -> None:
        """Take one candidate as far as it goes today."""
        status = found.status
        reason = found.why if status is None else self._why_unfit(status)
        if status is None or reason:
            self._skipped.append(Skipped(found.name, reason))
            return
        look = self._look(found.path, status)
        self.looks[found.path] = look
        if look.known:
            return
        content = self._settled_content(found, look)
        if content is not None:
            self._hand_over(found, look, content, take)

    def _hand_over(self, found: Found, look: Look, content: Content, take: Take) -> None:
        try:
            path = take(found, look, content)
        except FileExistsError:
            self._wait(found, None)
            return
        except StillWrittenError as error:
            if self._elapsed - look.since < PATIENCE:
                self._wait(found, self._rules.settle)
            else:
                self._skip_for_now(found, str(error))
            return
        except OSError as error:
            self._skip_for_now(found, f"cannot be moved: {error.strerror}")
            return
        if path is None:
            return
        self.looks[str(path)] = look
        exports = content.exports(path, self._rules.folder, Path(found.name))
        fresh = [export for export in exports if export.sha256 not in look.finished]
        # What another file holds too waits until that one is done.
        twins = [e for e in fresh if self._ready.setdefault(e.sha256, e) is not e]
        if twins:
            self._wait(found, None)

    def _settled_content(self, found: Found, look: Look) -> Content | None:
        if self._rests(found, look):
            return None
        if not look.stamp.size:
            self._skipped.append(Skipped(found.name, EMPTY))
            return None
        if look.content is None and not self._read(found, look):
            return None
        return None if self._rests(found, look) else look.content

    def _read(self, found: Found, look: Look) -> bool:
        """Read a file that has rested; False when that did not work out."""
        try:
            content = read_content(found.path, self._rules.max_file_size)
        except InputError as error:
            self._skipped.append(Skipped(found.name, error.message))
            return False
        except FileNotFoundError:
            del self.looks[found.path]
            return False
        except OSError as error:
            self._skip_for_now(found, f"cannot be read: {error.strerror}")
            return False
        if content is None or content.stamp != look.stamp:
            self._wait(found, self._rules.settle)
            return False
        look.content = content
        return True

    def _look(self, path: str, status: os.stat_result) -> Look:
        stamp = Stamp.of(status)
        look = self._before.get(path)
        if look is not None and look.stamp == stamp:
            return look
        return first_look(stamp, self._elapsed, self._age(status))

    def _age(self, status: os.stat_result) -> timedelta:
        if not self._rules.trusts_age:
            return timedelta()
        # `touch` and `cp -p` set the time of change at will, but not the inode's own.
        return timedelta(seconds=self._now - max(status.st_mtime, status.st_ctime))

    def _rests(self, found: Found, look: Look) -> bool:
        left = rests_until(look, self._rules.settle) - self._elapsed
        if left <= timedelta():
            return False
        self._wait(found, left)
        return True

    def _skip_for_now(self, found: Found, reason: str) -> None:
        """Skip a file for a reason that may pass without anything being heard of it."""
        self._skipped.append(Skipped(found.name, reason))
        self._look_again(RETRY)

    def _wait(self, found: Found, left: timedelta | None) -> None:
        self._settling.append(found.name)
        if left is not None:
            self._look_again(left)

    def _look_again(self, left: timedelta) -> None:
        self._next_look = left if self._next_look is None else min(left, self._next_look)

    def _why_unfit(self, status: os.stat_result) -> str:
        reason = why_not_regular(status.st_mode)
        if not reason and status.st_size > self._rules.max_file_size:
            reason = too_large(self._rules.max_file_size)
        return reason or ""
