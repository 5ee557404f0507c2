"""What a container holds: each member hashed, and found again when it is read.

A container may unpack to far more than it is, by mischief or not, so what is read of it is
bounded, in each member and in all of them together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from syncd import formats
from syncd.errors import InputError
from syncd.formats import Member
from syncd.system.heartbeat import checkpoint

_CHUNK = 1 << 18
_MOST_TIMES = 100
"""How many times its own size a container may unpack to; text becomes a tenth when packed."""
_ALWAYS = 1 << 20
"""Bytes that a container may unpack to, however small it is."""


class Part(NamedTuple):
    """One member of a container: which one, from 0, and its content."""

    ordinal: int
    name: str
    sha256: str
    size: int


def list_parts(file: BinaryIO, max_size: int) -> tuple[Part, ...]:
    """Hash the members of a container; what is there twice is one part.

    Raises `InputError` if any of them cannot be read or is larger than `max_size`: a container
    is used as a whole or not at all.
    """
    size = file.seek(0, 2)
    file.seek(0)
    left = max(_ALWAYS, _MOST_TIMES * size)
    parts: dict[str, Part] = {}
    for ordinal, member in enumerate(formats.members_of(file)):
        digest = hashlib.sha256()
        length = 0
        for chunk in _chunks(member):
            digest.update(chunk)
            length += len(chunk)
            left -= len(chunk)
            if length > max_size:
                raise InputError(f"{member.name} in it is {too_large(max_size)}")
            if left < 0:
                raise InputError(f"unpacks to more than {_MOST_TIMES} times its size")
        part = Part(ordinal, member.name, digest.hexdigest(), length)
        parts.setdefault(part.sha256, part)
    return tuple(parts.values())


def open_part(file: BinaryIO, part: Part) -> BinaryIO:
    """Open a member of a container. Raises `InputError` if it is not there any more."""
    members = formats.members_of(file)
    if part.ordinal >= len(members):
        raise InputError(f"{part.name} is no longer in it")
    return members[part.ordinal].open()


def too_large(max_size: int) -> str:
    """Say that a file, or a member of one, is over the cap."""
    return f"larger than max_file_size ({max_size / 1_000_000:g} MB)"


def _chunks(member: Member) -> Iterator[bytes]:
    with member.open() as stream:
        while chunk := stream.read(_CHUNK):
            checkpoint()
            yield chunk
