"""What each tag does with the lines that follow it, and which tags make a record."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

TYPE = "TY"
END = "ER"
TITLES = frozenset(("TI", "T1"))

# The RIS specifications of 2001 and 2011, and what Web of Science, Ovid, Embase, Cochrane,
# Citavi, EndNote and Reference Manager write beside them.
_KNOWN = """
    A1 A2 A3 A4 A5 A6 AB AD AI AN AU AV BN BT C1 C2 C3 C4 C5 C6 C7 C8 CA CC CL CN CP CR CT CY D2 DA
    DB DI DO DP DS ED EP ER ET FD FU FX H1 H2 ID IP IS J1 J2 J9 JA JF JI JO JP KW L1 L2 L3 L4 L5 LA
    LB LK LL M1 M2 M3 M4 MA N1 N2 NL NO NR NV OP PA PB PI PM PP PU PY RD RI RN RP SE SF SN SO SP SR
    ST SV T1 T2 T3 T4 TA TI TS TT TY U1 U2 U3 U4 U5 UR UT VL VO WE WP WV Y1 Y2 YR
"""
KNOWN = frozenset(_KNOWN.split())

# A group of lines without TY is a record only if it names a title, a creator, a container or a
# DOI; what an exporter leaves between two records does not.
SUBSTANTIAL = frozenset(
    ("A1", "A2", "AU", "BT", "CT", "DO", "ED", "J1", "J2", "JA", "JF", "JO", "T1", "T2", "TI")
)

# Ovid writes it below ER.
_STRAY = frozenset(["NL"])


class Wrapping(Enum):
    """What a further line without a tag means."""

    JOIN = "one value, joined by a blank"
    KEEP = "one value, its line breaks kept"
    LIST = "another value of the same tag"


KEPT = frozenset(("AB", "N1", "N2", "NO", "RN"))
"""Tags of long texts."""

_WRAPPING = {
    **dict.fromkeys(KEPT, Wrapping.KEEP),
    **dict.fromkeys(("KW", "L1", "L2", "L3", "L4", "L5", "SN", "UR"), Wrapping.LIST),
}

# Running text: a line below it that merely looks like a tag is more likely part of it.
_PROSE = frozenset(
    ("AB", "AD", "BT", "C1", "CR", "FU", "FX", "N1", "N2", "NO", "RN", "T1", "T2", "T3", "TI", "TT")
)


def wrapping_of(tag: str) -> Wrapping:
    """Tell what a line without a tag means after `tag`."""
    return _WRAPPING.get(tag, Wrapping.JOIN)


def is_prose(tag: str) -> bool:
    """Tell whether `tag` holds running text that exporters wrap."""
    return tag in _PROSE


def is_substantial(tags: Iterable[str]) -> bool:
    """Tell whether lines with these tags make a record even without TY."""
    return not SUBSTANTIAL.isdisjoint(tags)


def is_stray(tags: Iterable[str]) -> bool:
    """Tell whether none of these tags belongs to the record that follows."""
    return KNOWN.isdisjoint(set(tags) - _STRAY)
