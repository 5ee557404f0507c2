"""What a format and a container promise, and what everybody else learns of an export.

FORMAT     how records are written in a file, and how they are read
CONTAINER  a file that holds other files, each an export of its own
MEMBER     one of them; a plain file is its own only member
READING    one export as a format reads it: its entries, then what there is to say of the whole
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from syncd.errors import InputError, Problem
from syncd.record import Record

HEAD = 1 << 18
"""How many bytes from the beginning a format or container is recognised by, at most."""
TAIL = 512
"""How many bytes from the end tell whether a file is complete, at most."""


@dataclass(slots=True)
class ReadEntry:
    """One entry of an export: what it says, or why it cannot be used.

    `index` counts the entries of the export from 1, `line` is where this one starts. `values` are
    its texts, without what says which of them is which; `write` returns the whole of it as it
    stands in the export. `is_cut_off` says that the export ended before the entry did, `is_ascii`
    that no value holds anything but ASCII; otherwise that is not known.
    """

    index: int
    line: int
    values: Sequence[str]
    write: Callable[[], str]
    result: Record | InputError
    problems: Sequence[Problem] = ()
    is_cut_off: bool = False
    is_ascii: bool = False

    @property
    def written(self) -> str:
        """Return the text of the entry as it stands in the export; the ledger keeps it."""
        return self.write()


class Reading(Protocol):
    """The entries of one export, to be read once and in order.

    The attributes are final once the last entry was read.
    """

    @property
    def encoding(self) -> str:
        """Name the encoding the bytes were read in."""

    @property
    def encoding_certain(self) -> bool:
        """Tell whether the encoding is known rather than guessed."""

    @property
    def problems(self) -> Sequence[Problem]:
        """Return what is odd about the export as a whole."""

    @property
    def alarms(self) -> Sequence[str]:
        """Return the signs that the export went wrong, in sentences that say what to do."""

    def batches(self) -> Iterator[Sequence[ReadEntry]]:
        """Yield the entries, a dozen or two at a time, so that an export of any size fits.

        Raises `InputError` when the export as a whole cannot be used.
        """


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write records. `suffixes` say only what a drop folder takes by default.

    `recognises` is asked about the first `HEAD` bytes, whatever the name, and answers True only
    if it is sure. `is_complete` is asked about the last `TAIL` bytes: a file that is not complete
    is given more time to settle; a format without a mark at its end says True. `read` takes the
    stream from its first byte, and the name that its records are shown under. It may raise
    `InputError`.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    is_complete: Callable[[bytes], bool]
    read: Callable[[BinaryIO, str], Reading]


class Member(NamedTuple):
    """A file within a file. `name` is for people; a plain file, its own only member, has none."""

    name: str
    open: Callable[[], BinaryIO]
    """Opens it for one reading; the file it lies in must still be open."""


def shown_in(file: Path, name: str) -> Path:
    """Return what a member is called in messages: the file's name, and its own below it."""
    # Joined as text, because a name that begins with a slash would stand alone.
    return Path(f"{file}/{name}")


@dataclass(frozen=True, slots=True)
class Container:
    """A file of files. It is recognised as a `Format` is, by its content.

    `members` takes the file, which can be sought, and returns what may be an export, always in
    the same order; what is never one (folders, what an operating system adds) is left out. It, and
    reading a member, raise `InputError` for what is damaged or encrypted.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    is_complete: Callable[[bytes], bool]
    members: Callable[[BinaryIO], Sequence[Member]]
