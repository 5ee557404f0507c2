"""Files that appear whole or not at all.

A staging holds what is to be written beside its destination, already safe on the disk, until all
of it is ready; then everything is put into place by renaming. A kill at any instruction leaves
each file as it was or as it will be, and at most a temporary one that the next writer replaces.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from adapters.file.signatures import find_fingerprint

_TEMPORARY = ".syncd-tmp"


class _Ready(NamedTuple):
    temporary: Path
    base: str | None


class Staging:
    """Files ready to be put into one directory.

    `landed` says whether anything has been put into place yet.
    """

    def __init__(self, directory: Path) -> None:
        self.landed = False
        self._directory = directory
        self._ready: dict[str, _Ready] = {}

    def lay_out(self, name: str, content: bytes, base: str | None) -> None:
        """Write a file beside its destination; laid out again, it replaces the first.

        `base` is the fingerprint of the file that the content was made from; None: there was none.
        """
        temporary = _temporary(self._directory / name)
        self._ready.setdefault(name, _Ready(temporary, base))
        with temporary.open("wb") as file:
            file.write(content)
            make_safe(file)

    def put_into_place(self) -> set[str]:
        """Give every file its name; return those left out because someone was quicker."""
        overtaken = set()
        for name, (temporary, base) in self._ready.items():
            target = self._directory / name
            if find_fingerprint(target) != base:
                overtaken.add(name)
                continue
            temporary.rename(target)
            self.landed = True
        if self.landed:
            make_directory_safe(self._directory)
        return overtaken

    def clear(self) -> None:
        """Remove what was not put into place."""
        for temporary, _ in self._ready.values():
            with suppress(OSError):
                temporary.unlink()
        self._ready.clear()


@contextmanager
def replaced(target: Path) -> Iterator[IO[bytes]]:
    """Write a file anew while the old one stays readable until the end."""
    temporary = _temporary(target)
    try:
        with temporary.open("wb") as file:
            yield file
            make_safe(file)
        temporary.rename(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    make_directory_safe(target.parent)


def make_safe(file: IO[bytes]) -> None:
    """Return when the content would survive a power cut."""
    file.flush()
    os.fsync(file.fileno())


def make_directory_safe(directory: Path) -> None:
    """Return when the names in a directory would survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_left_over(name: str) -> bool:
    """Say whether a file is a temporary one; while nobody writes, its writer is dead."""
    return name.startswith(".") and name.endswith(_TEMPORARY)


def _temporary(path: Path) -> Path:
    """Return the name a file has while it is written; always the same, so that none pile up."""
    return path.with_name(f".{path.name}{_TEMPORARY}")
