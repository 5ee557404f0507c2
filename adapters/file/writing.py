"""Files that appear whole or not at all.

A staging holds what is to be written beside its destination until all of it is ready and safe on
the disk, all together; then everything is put into place by renaming. A kill or a power cut at
any instruction leaves each file as it was or as it will be, and at most temporary ones that the
next look removes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from adapters.file.flushing import make_directory_safe, make_files_safe, make_safe
from adapters.file.renaming import has_renamed
from adapters.file.signatures import find_fingerprint

_TEMPORARY = ".syncd-tmp"
_AT_ONCE = 256 * 1024
"""An export is written in many small pieces; a call for each few of them is more than they cost."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class _Ready(NamedTuple):
    temporary: str
    target: str
    base: str | None


class Staging:
    """Files ready to be put into one directory.

    `landed` says whether anything has been put into place yet.
    """

    def __init__(self, directory: Path) -> None:
        self.landed = False
        self._directory = directory
        self._prefix = os.path.join(directory, "")  # noqa: PTH118 - paths cost more than writing does
        self._ready: dict[str, _Ready] = {}

    def lay_out(self, name: str, content: bytes, base: str | None) -> None:
        """Write a file beside its destination; laid out again, it replaces the first.

        `base` is the fingerprint of the file that the content was made from; None: there was none.
        """
        temporary = self._prefix + _temporary(name)
        self._ready.setdefault(name, _Ready(temporary, self._prefix + name, base))
        descriptor = _create(temporary)
        try:
            _write_all(descriptor, content)
        finally:
            os.close(descriptor)

    def make_safe(self) -> None:
        """Return when everything laid out would survive a power cut."""
        if self._ready:
            make_files_safe(self._directory, [ready.temporary for ready in self._ready.values()])

    def put_into_place(self) -> set[str]:
        """Give every file its name; return those left out because someone was quicker."""
        overtaken = set()
        for name, (temporary, target, base) in [*self._ready.items()]:
            if base is not None or not has_renamed(temporary, target):
                if find_fingerprint(target) != base:
                    overtaken.add(name)
                    continue
                os.rename(temporary, target)  # noqa: PTH104
            del self._ready[name]
            self.landed = True
        if self.landed:
            make_directory_safe(self._directory)
        return overtaken

    def clear(self) -> None:
        """Remove what was not put into place."""
        for ready in self._ready.values():
            with suppress(OSError):
                os.unlink(ready.temporary)  # noqa: PTH108
        self._ready.clear()


@contextmanager
def replaced(target: Path) -> Iterator[IO[bytes]]:
    """Write a file anew while the old one stays readable until the end."""
    with laid_out(target) as (file, temporary):
        yield file
    temporary.rename(target)
    make_directory_safe(target.parent)


@contextmanager
def laid_out(target: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """Write a file beside the one whose place it is to take, which whoever asked for it does.

    It is safe at the end; where anything fails, it is removed.
    """
    temporary = target.with_name(_temporary(target.name))
    try:
        with _created(temporary) as file:
            yield file, temporary
            make_safe(file)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def is_left_over(name: str) -> bool:
    """Say whether a file is a temporary one; while nobody writes, its writer is dead."""
    return name.startswith(".") and name.endswith(_TEMPORARY)


def _created(temporary: Path) -> IO[bytes]:
    return os.fdopen(_create(temporary), "wb", _AT_ONCE)


def _create(temporary: Path | str) -> int:
    """Make the file, in place of one that a dead writer left; a link in its place is removed."""
    try:
        return os.open(temporary, _FLAGS, 0o666)
    except FileExistsError:
        os.unlink(temporary)  # noqa: PTH108
        return os.open(temporary, _FLAGS, 0o666)


def _write_all(descriptor: int, content: bytes) -> None:
    # One call, unless the disk is about to be full.
    done = os.write(descriptor, content)
    while done < len(content):
        done += os.write(descriptor, content[done:])


def _temporary(name: str) -> str:
    """Return the name a file has while it is written; always the same, so that none pile up."""
    return f".{name}{_TEMPORARY}"
