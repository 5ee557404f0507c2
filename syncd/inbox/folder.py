"""One drop folder: every scan is the whole truth about it, whatever was heard before.

A scan writes nothing in `after = "leave"`. It never concludes anything from what is *not*
there: a missing folder is a state, and an export that has gone is simply not seen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from syncd.inbox.beside import PassedOver
from syncd.inbox.claims import claim, finish_claim, list_claims
from syncd.inbox.exports import Content, Export, Stamp
from syncd.inbox.ground import FolderState, Ground
from syncd.inbox.listing import Found, list_candidates
from syncd.inbox.members import Part
from syncd.inbox.scan import RETRY, Rules, Scan, ScanResult, Skipped, Take
from syncd.inbox.second_look import Looked, look_again, remember
from syncd.inbox.settling import Look
from syncd.settings import After, FolderSettings
from syncd.system.clock import Clock
from syncd.system.filesystems import filesystem_of

IsKnown = Callable[[str], bool]
"""Tells whether every library of the folder has had the export with this SHA-256."""


@dataclass(slots=True)
class _PutAway:
    """A delivered export on its way to where it belongs; `put` once it is there."""

    export: Export
    rejected: str | None
    put: Path | None = None
    why: str = ""


class Inbox:
    """Looks into one drop folder; used by one thread."""

    def __init__(
        self, folder: FolderSettings, *, max_file_size: int, clock: Clock, is_known: IsKnown
    ) -> None:
        self.folder = folder
        self._moves = folder.after is After.MOVE
        self._max_file_size = max_file_size
        self._clock = clock
        self._is_known = is_known
        self._looks: dict[str, Look] = {}
        self._to_put_away: dict[str, _PutAway] = {}
        """What could not be put away yet, by where it is claimed."""
        self._ground = Ground(folder.path, moves=self._moves)
        self._passed_over = PassedOver()

    def scan(self) -> ScanResult:
        """Look at every file of the folder; whatever the world does is in the result."""
        state, message = self._ground.check()
        if state is not FolderState.OK:
            return ScanResult(state, message)
        try:
            return self._scan()
        except OSError as error:
            message = f"the folder cannot be used: {error.strerror or error}"
            return ScanResult(FolderState.WAITING, message)

    def finish(self, export: Export, rejected: str | None = None) -> Path | None:
        """Put a delivered export where it belongs; answer where that is, None if it stays.

        In move mode that is `done/`, or `failed/` with a note that says `rejected`. Raises
        `OSError` when the folder does not allow it: the claim stays, and each scan tries again
        and says so. What has changed since it was hashed stays too: that is new work. A container
        stays until the last of its members is finished.
        """
        if not self._moves or not _is_still(export):
            return None
        if export.part is not None:
            look = self._looks.get(str(export.path))
            rejected = rejected and f"{export.part.name}: {rejected}"
            if look is None or not _is_last(export.part, look, rejected):
                return None
            rejected = "\n".join(filter(None, [*look.finished.values(), rejected])) or None
        return self._put_away(_PutAway(export, rejected))

    def forget(self, export: Export) -> None:
        """Look at an export's file as if it were new: what was read of it is not what it holds."""
        self._looks.pop(str(export.path), None)

    def close(self) -> None:
        """Let go of the folder."""
        self._ground.release()

    def _put_away(self, away: _PutAway) -> Path | None:
        root, export = self._ground.root, away.export
        try:
            if away.put is None:
                away.put = finish_claim(root, export.path, export.name, away.rejected)
            if away.put is not None:
                remember(root, away.put, export.name, export.stamp, self._clock.now())
        except OSError as error:
            away.why = f"cannot be put away: {error.strerror}"
            self._to_put_away[str(export.path)] = away
            raise
        return away.put

    def _try_again(self) -> tuple[Skipped, ...]:
        """Put away what could not be; answer what still cannot."""
        before, self._to_put_away = self._to_put_away, {}
        for away in before.values():
            if away.put is not None or _is_still(away.export):
                with suppress(OSError):
                    self._put_away(away)
        return tuple(
            Skipped(str(away.export.name), away.why) for away in self._to_put_away.values()
        )

    def _scan(self) -> ScanResult:
        stuck = self._try_again()
        looked = look_again(self._ground.root, self._clock.now()) if self._moves else Looked()
        scan = Scan(self._rules(), self._looks, self._clock)
        self._passed_over.begin()
        for found, take in self._candidates():
            scan.judge(found, take)
        self._looks = scan.looks
        if self._ground.was_unmounted() and scan.saw_nothing:
            return ScanResult(FolderState.WAITING, "nothing is mounted here any more")
        result = _with(scan.result(), stuck, RETRY if stuck else None)
        again = tuple(Skipped(name, reason) for name, reason in looked.stuck)
        # While something waits, the next look is soon enough.
        later = None if result.waiting else looked.next_look
        return replace(_with(result, again, later), beside=self._passed_over.found())

    def _rules(self) -> Rules:
        return Rules(
            folder=self.folder.path,
            settle=self.folder.settle,
            max_file_size=self._max_file_size,
            trusts_age=not filesystem_of(self._ground.root).is_remote,
        )

    def _candidates(self) -> Iterator[tuple[Found, Take]]:
        root = self._ground.root
        listed = list_candidates(
            root, recursive=self.folder.recursive, moves=self._moves, pass_over=self._pass_over
        )
        if not self._moves:
            yield from ((found, self._take_unknown) for found in listed)
            return
        for found in list_claims(root):
            if found.path not in self._to_put_away:
                yield found, _take_claimed
        yield from ((found, self._take_over) for found in listed)

    def _pass_over(self, name: str, entry: os.DirEntry[str]) -> None:
        self._passed_over.see(name, entry, moves=self._moves)

    def _take_unknown(self, found: Found, look: Look, content: Content) -> Path | None:
        if content.parts:
            unknown = content.hashes - look.finished.keys()
            look.finished.update((sha256, None) for sha256 in unknown if self._is_known(sha256))
            look.known = look.finished.keys() >= content.hashes
        else:
            look.known = self._is_known(content.sha256)
        return None if look.known else Path(found.path)

    def _take_over(self, found: Found, _look: Look, content: Content) -> Path | None:
        return claim(self._ground.root, found.name, content.sha256, content.stamp)


def _with(
    result: ScanResult, skipped: tuple[Skipped, ...], next_look: timedelta | None
) -> ScanResult:
    """Add to a result what is skipped, and how soon to look again because of that."""
    looks = [each for each in (result.next_look, next_look) if each is not None]
    return replace(result, skipped=result.skipped + skipped, next_look=min(looks, default=None))


def _is_still(export: Export) -> bool:
    try:
        return Stamp.of(export.path.lstat()) == export.stamp
    except FileNotFoundError:
        return False


def _is_last(part: Part, look: Look, rejected: str | None) -> bool:
    """Tell whether a member is the last of its file to be finished; remember it if it is not."""
    if look.content is None or look.content.hashes - look.finished.keys() - {part.sha256}:
        look.finished[part.sha256] = rejected
        return False
    return True


def _take_claimed(found: Found, _look: Look, _content: Content) -> Path | None:
    # What a crash left claimed is delivered again, known or not: that changes nothing in the
    # library, and says where the file belongs.
    return Path(found.path)
