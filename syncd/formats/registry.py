"""The table of formats and containers, written out by hand, and what is asked of it.

To add one, write its module and give its value a place in `FORMATS` or `CONTAINERS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from syncd.errors import InputError
from syncd.formats.contract import Container, Format, Member, Reading
from syncd.formats.head import take_head
from syncd.formats.others import OTHER_SUFFIXES
from syncd.formats.ris_format import RIS

FORMATS: tuple[Format, ...] = (RIS,)
"""Asked in this order, the most particular first. What none of them recognises is read by the
last, which says what is wrong with it."""
CONTAINERS: tuple[Container, ...] = ()
"""Asked before any format."""


class _Table:
    """What is known at a time."""

    def __init__(self, formats: Sequence[Format], containers: Sequence[Container]) -> None:
        self.formats = formats
        self.containers = containers
        self.kinds: Sequence[Format | Container] = (*containers, *formats)
        self.suffixes = tuple({suffix: None for kind in self.kinds for suffix in kind.suffixes})


_TABLES = [_Table(FORMATS, CONTAINERS)]  # the last one is in force


@contextmanager
def also(*kinds: Format | Container) -> Iterator[None]:
    """Know these too, before all others, as long as the context lasts; for trying one out."""
    before = _TABLES[-1]
    formats = [kind for kind in kinds if isinstance(kind, Format)]
    containers = [kind for kind in kinds if isinstance(kind, Container)]
    _TABLES.append(_Table([*formats, *before.formats], [*containers, *before.containers]))
    try:
        yield
    finally:
        _TABLES.pop()


def suffixes() -> tuple[str, ...]:
    """Return how the names end that a drop folder takes by default."""
    return _TABLES[-1].suffixes


def recognise(head: bytes) -> Format | Container:
    """Tell by its first `HEAD` bytes what a file is."""
    kinds = _TABLES[-1].kinds
    return next((kind for kind in kinds if kind.recognises(head)), kinds[-1])


def is_export(head: bytes) -> bool:
    """Tell by its first `HEAD` bytes whether a file is in a format that is read, for certain."""
    return any(kind.recognises(head) for kind in _TABLES[-1].kinds)


def is_named_like_an_export(name: str) -> bool:
    """Tell whether a name ends as exports do, be it in formats that are not read."""
    return name.casefold().endswith((*suffixes(), *OTHER_SUFFIXES))


def members_of(stream: BinaryIO) -> Sequence[Member]:
    """Return the exports that a file holds; a plain file is its own only one.

    Raises `InputError` for a container that cannot be used or holds nothing.
    """
    head, whole = take_head(stream)
    kind = recognise(head)
    if isinstance(kind, Format):
        return [Member("", lambda: whole)]
    if not stream.seekable():
        raise InputError(f"a container ({kind.name}) cannot be read from a pipe; give it as a file")
    stream.seek(0)
    members = kind.members(stream)
    if not members:
        raise InputError(f"there is no export in this {kind.name}")
    return members


def read(stream: BinaryIO, file: str) -> Reading:
    """Read one export, which is no container, by the format that recognises it.

    `file` is the name that its records are shown under. Raises `InputError`, here or while its
    entries are read, when it cannot be used as a whole.
    """
    head, whole = take_head(stream)
    kind = recognise(head)
    if isinstance(kind, Container):
        raise InputError(f"a container within another ({kind.name}); unpack it")
    return kind.read(whole, file)
