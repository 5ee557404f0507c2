"""What lies in a drop folder beside the candidates, and looks as if somebody meant it.

Such a file or subfolder is not taken, and is named once with what to do about it. Of a file the
beginning is read, once for each state of it; of a subfolder that is not searched, names alone.
"""

from __future__ import annotations

import os
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from syncd import formats
from syncd.errors import InputError
from syncd.inbox.exports import Stamp, open_regular
from syncd.inbox.names import may_be_entered, says_unfinished
from syncd.system.heartbeat import checkpoint

_HEAD = 4096
_READ_AT_ONCE = 500
"""So many files are read in one scan; the others' turn comes with the next."""
_NAMES_AT_ONCE = 2000
"""So many names are looked at in all subfolders of one scan."""
_DEEPEST = 4
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_NOT_SEARCHED = "a subfolder with exports, and subfolders are not searched: set recursive = true"


class Beside(NamedTuple):
    """Something that looks like an export and is not taken, and what to do about it."""

    name: str
    reason: str


class PassedOver:
    """Looks at what the listing of one folder passes over; remembers what it has read."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[Stamp, str]] = {}
        self._seen: dict[str, tuple[Stamp, str]] = {}
        self._folders: list[Beside] = []
        self._may_read = _READ_AT_ONCE
        self._may_list = _NAMES_AT_ONCE

    def begin(self) -> None:
        """A scan begins."""
        self._before, self._seen, self._folders = self._seen, {}, []
        self._may_read, self._may_list = _READ_AT_ONCE, _NAMES_AT_ONCE

    def found(self) -> tuple[Beside, ...]:
        """Return what this scan has come by."""
        files = [Beside(name, reason) for name, (_, reason) in self._seen.items() if reason]
        return tuple(sorted(files + self._folders))

    def see(self, name: str, entry: os.DirEntry[str], *, moves: bool) -> None:
        """Look at one entry of the folder that is no candidate. `name` is its path below it."""
        if says_unfinished(entry.name):
            return
        with suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                if may_be_entered(entry.name, moves=moves) and self._holds_exports(entry.path):
                    self._folders.append(Beside(name, _NOT_SEARCHED))
            elif entry.is_file(follow_symlinks=False):
                self._see_file(name, entry)

    def _see_file(self, name: str, entry: os.DirEntry[str]) -> None:
        status = entry.stat(follow_symlinks=False)
        stamp = Stamp.of(status)
        known = self._before.get(name)
        if known is not None and known[0] == stamp:
            self._seen[name] = known
        elif status.st_size and status.st_blocks and self._may_read > 0:
            # What a cloud drive has only the outline of is not fetched for a mere look.
            self._may_read -= 1
            checkpoint()
            self._seen[name] = (stamp, _why_named(entry.path, entry.name))

    def _holds_exports(self, folder: str, depth: int = 1) -> bool:
        deeper: list[str] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                self._may_list -= 1
                if self._may_list < 0:
                    return False
                if says_unfinished(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    deeper.append(entry.path)
                elif formats.is_named_like_an_export(entry.name):
                    return True
        return depth < _DEEPEST and any(self._looks_into(each, depth + 1) for each in deeper)

    def _looks_into(self, folder: str, depth: int) -> bool:
        with suppress(OSError):
            return self._holds_exports(folder, depth)
        return False


def _why_named(path: str, name: str) -> str:
    """Say what a file is that looks like an export and what to do about it; empty: it does not."""
    try:
        fd, _ = open_regular(path)
    except (OSError, InputError):
        return ""
    with os.fdopen(fd, "rb") as stream:
        try:
            return _describe(stream, Path(name))
        except OSError:
            return ""


def _describe(stream: BinaryIO, name: Path) -> str:
    head = stream.read(_HEAD)
    if head.startswith(_ZIP):
        packed = _holds_an_export(stream)
    else:
        packed = head.startswith(_GZIP) and formats.is_named_like_an_export(name.stem)
    if packed:
        return f"{formats.MEMBERS.name}: {formats.MEMBERS.remedy}"
    if formats.is_export(head):
        return f"an export under a name that is not taken: let it end in {formats.suffixes()[0]}"
    other = formats.find_other_format(head)
    return f"{other.name}, which is not read: {other.remedy}" if other else ""


def _holds_an_export(stream: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(stream) as archive:
            return any(formats.is_named_like_an_export(name) for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return False
