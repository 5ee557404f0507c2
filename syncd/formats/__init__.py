"""Exports become records; the only room that reads tags and columns.

Others know what stands here and nothing below it. `contract` says what a format and a container
are, `registry` lists them; of RIS, `ris_reading` tells the way and `sources` holds the meaning.
"""

from syncd.formats.contract import (
    HEAD,
    TAIL,
    Container,
    Format,
    Member,
    ReadEntry,
    Reading,
    shown_in,
)
from syncd.formats.registry import also, members_of, read, recognise, suffixes

__all__ = [
    "HEAD",
    "TAIL",
    "Container",
    "Format",
    "Member",
    "ReadEntry",
    "Reading",
    "also",
    "members_of",
    "read",
    "recognise",
    "shown_in",
    "suffixes",
]
