"""Exports become records; the only room that reads tags and columns.

Others know what stands here and nothing below it. `contract` says what a format and a container
are, `registry` lists them, `others` names those that are not read; of RIS, `ris_reading` tells the
way and `sources` holds the meaning.
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
from syncd.formats.others import MEMBERS, OtherFormat, find_other_format
from syncd.formats.registry import (
    also,
    is_export,
    is_named_like_an_export,
    members_of,
    read,
    recognise,
    suffixes,
)

__all__ = [
    "HEAD",
    "MEMBERS",
    "TAIL",
    "Container",
    "Format",
    "Member",
    "OtherFormat",
    "ReadEntry",
    "Reading",
    "also",
    "find_other_format",
    "is_export",
    "is_named_like_an_export",
    "members_of",
    "read",
    "recognise",
    "shown_in",
    "suffixes",
]
