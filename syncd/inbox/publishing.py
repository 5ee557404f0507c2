"""A file appears in a folder under its name or the next free one like it, and all of it at once."""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from syncd.inbox.own_folders import find_status, open_to_read

_NAME_MAX = 255
_NO_LINKS = frozenset(
    {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
)
"""How filesystems without hard links answer, and kernels that protect other people's files."""


class Entry(NamedTuple):
    """A name in an opened folder."""

    folder: int
    name: str

    def status(self) -> os.stat_result | None:
        """Return what is known of it, not following a link; None where there is nothing."""
        return find_status(self.folder, self.name)


def publish(source: Entry, folder: int, name: str, *, known_by_content: bool = False) -> str:
    """Let a file appear in a folder; return the name that it got.

    The source stays where the filesystem has hard links. One that was put there before is not put
    there again: the same file, or with `known_by_content` one that says the same.
    """
    for candidate in _names_like(name):
        try:
            os.link(
                source.name,
                candidate,
                src_dir_fd=source.folder,
                dst_dir_fd=folder,
                follow_symlinks=False,
            )
        except FileExistsError:
            if _is_same(source, Entry(folder, candidate), by_content=known_by_content):
                return candidate
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                continue
            if error.errno not in _NO_LINKS:
                raise
            if find_status(folder, candidate) is None:
                os.rename(source.name, candidate, src_dir_fd=source.folder, dst_dir_fd=folder)
                return candidate
        else:
            return candidate
    raise AssertionError("names do not end")


def _is_same(source: Entry, other: Entry, *, by_content: bool) -> bool:
    ours, theirs = source.status(), other.status()
    if ours is None or theirs is None or not stat.S_ISREG(theirs.st_mode):
        return False
    if os.path.samestat(ours, theirs):
        return True
    return by_content and ours.st_size == theirs.st_size and _read(source) == _read(other)


def _read(entry: Entry) -> bytes:
    with os.fdopen(open_to_read(entry.folder, entry.name), "rb") as file:
        return file.read()


def _names_like(name: str) -> Iterator[str]:
    """Yield this name and then numbered ones, shortened to what a filesystem takes."""
    yield name
    stem, dot, suffix = name.rpartition(".")
    for number in itertools.count(2):
        yield _shortened(stem, dot + suffix, number)


def _shortened(stem: str, suffix: str, number: int) -> str:
    end = f" ({number}){suffix}"
    room = _NAME_MAX - len(os.fsencode(end))
    return os.fsdecode(os.fsencode(stem)[:room]) + end
