"""Files beside an export that its records name: found where that is safe, and nowhere else.

An export is somebody else's words. It must not be able to make syncd attach `/etc/passwd`, or a
link in the drop folder that leads there: only a regular file is found that lies below the drop
folder, is reached without a link, has this one name, and belongs to whoever the export belongs to.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from syncd.errors import InputError
from syncd.inbox.exports import Export, look_beside

_ENDNOTE = "internal-pdf://"
_ENDNOTE_FOLDER = "PDF"
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\|[^/]*\\")
_MOST_PARTS = 32

Parts = tuple[str, ...]


class Attached(NamedTuple):
    """A file that a record names, or why it is not attached."""

    path: Path | None
    reason: str = ""


def find_attached(target: str, export: Export) -> Attached:
    """Find what a value of `L1` names: a path, a `file:` address, or EndNote's own kind.

    Raises as `open_export` does where the drive does not answer.
    """
    return look_beside(export, lambda: _find_attached(target, export))


def _find_attached(target: str, export: Export) -> Attached:
    folder = export.folder
    beside = export.name.parent.parts
    try:
        owner = export.path.stat().st_uid
        root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        return Attached(None, error.strerror or str(error))
    reason = "it is not below the drop folder"
    try:
        for parts in _candidates(target, export, beside):
            found = _find_below(root, parts)
            if found is None:
                continue
            reason = _objection(found, owner)
            if not reason:
                return Attached(folder.joinpath(*parts))
    finally:
        os.close(root)
    return Attached(None, reason)


def _candidates(target: str, export: Export, beside: Parts) -> Iterator[Parts]:
    """Yield where below the drop folder the file may be, the likeliest first."""
    for base, parts in _readings(target, export, beside):
        whole = (*base, *parts)
        if parts and len(whole) <= _MOST_PARTS and all(map(_is_name, whole)):
            yield whole


def _readings(target: str, export: Export, beside: Parts) -> Iterator[tuple[Parts, Parts]]:
    text = target.strip()
    if text.lower().startswith(_ENDNOTE):
        rest = PurePosixPath(text[len(_ENDNOTE) :]).parts
        yield (*beside, f"{export.name.stem}.Data", _ENDNOTE_FOLDER), rest
        yield (*beside, _ENDNOTE_FOLDER), rest
        yield beside, rest
        return
    if text.lower().startswith("file:"):
        text = _path_of(text)
    if _WINDOWS.match(text):
        path = PureWindowsPath(text)
        is_absolute, parts = bool(path.anchor), path.parts[bool(path.anchor) :]
    else:
        posix = PurePosixPath(text)
        is_absolute, parts = posix.is_absolute(), posix.parts[posix.is_absolute() :]
        with suppress(ValueError):
            yield (), posix.relative_to(export.folder).parts
    if not is_absolute:
        yield beside, parts
        return
    # Made on another machine: the end of the path may be what lies beside the export.
    for start in range(max(0, len(parts) - _MOST_PARTS), len(parts)):
        yield beside, parts[start:]


def _path_of(address: str) -> str:
    """Return the path of a `file:` address of this machine; of another's, none."""
    try:
        split = urlsplit(address)
    except ValueError:
        return ""
    if split.netloc not in ("", "localhost"):
        return ""
    path = unquote(split.path)
    return path[1:] if re.match(r"/[A-Za-z]:", path) else path


def _is_name(part: str) -> bool:
    """Say whether a part of a path is a name, and leads nowhere else."""
    return part not in ("", os.curdir, os.pardir) and "/" not in part and part.isprintable()


def open_below(folder: Path, parts: Parts, owner: int) -> tuple[int, os.stat_result]:
    """Open a file below a drop folder for reading, if it is one that may be found there.

    Raises `InputError` saying why it may not, `OSError` where it cannot be opened.
    """
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with _place_below(root, parts[:-1]) as place:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            descriptor = os.open(parts[-1], flags, dir_fd=place)
    finally:
        os.close(root)
    status = os.fstat(descriptor)
    if reason := _objection(status, owner):
        os.close(descriptor)
        raise InputError(reason)
    return descriptor, status


def _find_below(root: int, parts: Parts) -> os.stat_result | None:
    """Look at a file below an open folder, following no link on the way."""
    try:
        with _place_below(root, parts[:-1]) as place:
            return os.stat(parts[-1], dir_fd=place, follow_symlinks=False)
    except OSError:
        return None


@contextmanager
def _place_below(root: int, parts: Parts) -> Iterator[int]:
    """Open a folder below an open one, following no link on the way."""
    opened: list[int] = []
    try:
        place = root
        for part in parts:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            place = os.open(part, flags, dir_fd=place)
            opened.append(place)
        yield place
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _objection(found: os.stat_result, owner: int) -> str:
    """Return why a file is not attached; empty if nothing speaks against it."""
    if stat.S_ISLNK(found.st_mode):
        return "it is a link"
    if not stat.S_ISREG(found.st_mode):
        return "it is no file"
    if found.st_nlink > 1:
        return "it has other names elsewhere"
    if found.st_uid != owner:
        return "it belongs to somebody else than the export"
    return ""
