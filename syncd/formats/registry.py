"""The table of formats and containers, written out by hand, and what is asked of it.

To add one, write its module and give its value a place in `FORMATS` or `CONTAINERS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from syncd.errors import InputError
from syncd.formats.contract import Container, Format, Member, Reading
from syncd.formats.head import take_head
from syncd.formats.ris_format import RIS

FORMATS: tuple[Format, ...] = (RIS,)
"""Asked in this order, the most particular first. What none of them recognises is read by the
last, which says what is wrong with it."""
CONTAINERS: tuple[Container, ...] = ()
"""Asked before any format."""


class _Table(NamedTuple):
    formats: tuple[Format, ...]
    containers: tuple[Container, ...]

    @property
    def suffixes(self) -> tuple[str, ...]:
        kinds: Iterable[Format | Container] = (*self.formats, *self.containers)
        return tuple(dict.fromkeys(suffix for kind in kinds for suffix in kind.suffixes))


class _Registry:
    """Holds the table that is in force; it is replaced as a whole, so that any thread may ask."""

    def __init__(self) -> None:
        self.table = _Table(FORMATS, CONTAINERS)
        self.suffixes = self.table.suffixes

    def use(self, table: _Table) -> None:
        self.table, self.suffixes = table, table.suffixes


_REGISTRY = _Registry()


@contextmanager
def also(*kinds: Format | Container) -> Iterator[None]:
    """Know these too, before all others, as long as the context lasts; for trying one out."""
    before = _REGISTRY.table
    formats = tuple(kind for kind in kinds if isinstance(kind, Format))
    containers = tuple(kind for kind in kinds if isinstance(kind, Container))
    _REGISTRY.use(_Table(formats + before.formats, containers + before.containers))
    try:
        yield
    finally:
        _REGISTRY.use(before)


def suffixes() -> tuple[str, ...]:
    """Return how the names end that a drop folder takes by default."""
    return _REGISTRY.suffixes


def recognise(head: bytes) -> Format | Container:
    """Tell by its first `HEAD` bytes what a file is."""
    formats, containers = _REGISTRY.table
    kinds: Iterable[Format | Container] = (*containers, *formats)
    for kind in kinds:
        if kind.recognises(head):
            return kind
    return formats[-1]


def members_of(stream: BinaryIO) -> Sequence[Member]:
    """Return the exports that a file holds; a plain file is its own only one.

    Raises `InputError` for a container that cannot be used or holds nothing.
    """
    head, whole = take_head(stream)
    kind = recognise(head)
    if isinstance(kind, Format):
        return [Member("", lambda: whole)]
    if not stream.seekable():
        raise InputError(f"{kind.name} cannot be read from a pipe; give it as a file")
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
        raise InputError(f"this is {kind.name} within another; unpack it")
    return kind.read(whole, file)
