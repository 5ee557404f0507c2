"""Numbers, editions, days, addresses: what tells works apart whose titles and people are equal.

What is known on both sides agrees or differs. What only one side knows proves nothing, and for
some kinds of works that is a doubt: two patents are told apart by their numbers or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from syncd.matching.containers import fold_container, is_same_container
from syncd.matching.folding import fold
from syncd.matching.kinds import Kind
from syncd.matching.language_names import CODES
from syncd.matching.number_words import NUMBER_WORDS, read_ordinal
from syncd.record import NO_DETAILS, Details

HARD = frozenset(("number", "part", "edition", "trials", "language", "translators"))
"""Where these differ, the works do; other details may also be told wrongly."""

REGISTERS = "registers"
"""What is missing where two numbers of trials are of different registers: a common one."""

TELLING = frozenset(("number", "edition", "address", "trials", "day", "publisher", "event"))
"""One of these in common says more than title, people and year."""

_WITH_ADDRESS = frozenset(
    (
        Kind.WEB,
        Kind.MEDIA,
        Kind.DATA,
        Kind.SOFTWARE,
        Kind.MAP,
        Kind.REPORT,
        Kind.OTHER,
        Kind.TRIAL,
        Kind.PREPRINT,
    )
)
_DATED = frozenset(
    """
    newspaperArticle magazineArticle letter email instantMessage interview presentation hearing case
    tvBroadcast radioBroadcast podcast forumPost blogPost
    """.split()
)
_NEEDED = {
    "number": frozenset((Kind.PATENT, Kind.REPORT, Kind.STANDARD, Kind.LAW)),
    "part": frozenset((Kind.STANDARD,)),
    "edition": frozenset((Kind.BOOK, Kind.SOFTWARE, Kind.DATA, Kind.STANDARD, Kind.MAP)),
    "address": frozenset((Kind.WEB, Kind.MEDIA)),
    "trials": frozenset((Kind.TRIAL,)),
    "translators": frozenset((Kind.BOOK,)),
}
"""The kinds of which two works stay in doubt if only one of them says this."""

_NEEDED_WHERE_DATED = "day"

_NO_NUMBER = re.compile(r"[^a-z0-9]+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th|e|a|o)")
_OF_EDITIONS = frozenset(
    """
    ed edn eds edition editions edicion edicao edizione ausgabe aufl auflage version versions v ver
    release rel the of and utg izd wyd
    """.split()
)
_REVISED = {"revised": "rev", "enlarged": "enl", "updated": "upd", "expanded": "exp"}
_WITHIN_VERSION = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_OF_A_REGISTER = 4
"""Letters that tell the registers apart; more may say what sort of entry it is."""

_CONTROLS = re.compile(r"[\x00-\x1f]")
_SEPARATORS = re.compile(r"[;,/|]| and ")


class Agreement(NamedTuple):
    """Which details agree, which differ, and which one side should say and does not."""

    same: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


NOTHING_SAID = Agreement()


def fold_details(details: Details, item_type: str, kind: Kind) -> Details:
    """Return details in their comparable spelling, without those that say nothing of this kind.

    The digest of the record is left out.
    """
    if details[:-1] == NO_DETAILS[:-1]:
        return NO_DETAILS
    folded = Details(
        number=_fold_number(details.number),
        part=_fold_number(details.part),
        edition=_fold_edition(details.edition),
        day=details.day if item_type in _DATED else "",
        address=_CONTROLS.sub("", details.address) if kind in _WITH_ADDRESS else "",
        trials=tuple(filter(None, details.trials)),
        language=_fold_language(details.language),
        translators=tuple(filter(None, map(fold, details.translators))),
        publisher=_fold_publisher(details.publisher) if details.publisher else "",
        event=fold(details.event) if details.event else "",
    )
    return shared_details(folded)


def shared_details(details: Details) -> Details:
    """Return the one that says nothing in place of any other that does so."""
    return NO_DETAILS if details == NO_DETAILS else details


def _fold_publisher(text: str) -> str:
    """Return a publisher's name; `Bergen: Tide Press` is told apart by what comes last."""
    return fold_container(text.rpartition(": ")[2])


def _fold_number(text: str) -> str:
    return _ZEROS.sub("", _NO_NUMBER.sub("", text.lower())) if text else ""


@lru_cache(maxsize=1024)
def _fold_edition(text: str) -> str:
    words = fold(_WITHIN_VERSION.sub("dot", text.lower())).split()
    return " ".join(_edition_word(word) for word in words if word not in _OF_EDITIONS)


def _edition_word(word: str) -> str:
    if found := _ORDINAL.fullmatch(word):
        return found[1]
    if word[0] == "v" and word[1:2].isdigit():
        word = word[1:]
    word = word.replace("dot", ".")
    while word.endswith(".0"):
        word = word[:-2]
    return _REVISED.get(word) or read_ordinal(NUMBER_WORDS.get(word, word))


@lru_cache(maxsize=1024)
def _fold_language(text: str) -> str:
    names = (fold(name) for name in _SEPARATORS.split(text.lower()))
    return " ".join(sorted({CODES.get(name, name.partition(" ")[0]) for name in names if name}))


def compare_details(
    one: Details, other: Details, types: tuple[str, str], kinds: frozenset[Kind]
) -> Agreement:
    """Tell in which details two works agree, in which they differ, and which one side lacks."""
    if one == other == NO_DETAILS:
        return NOTHING_SAID
    same: list[str] = []
    different: list[str] = []
    missing: list[str] = []
    for name, compare in _COMPARE.items():
        mine, theirs = getattr(one, name), getattr(other, name)
        if not mine and not theirs:
            continue
        answer = compare(mine, theirs) if mine and theirs else None
        if answer:
            same.append(name)
        elif answer is False:
            different.append(name)
        elif name == "trials" and mine and theirs:
            # The entries of two registers are two; the papers may be on one trial.
            if Kind.TRIAL in kinds:
                different.append(name)
            else:
                missing.append(REGISTERS)
        elif _is_needed(name, types, kinds):
            missing.append(name)
    return Agreement(tuple(same), tuple(different), tuple(missing))


def _is_needed(name: str, types: tuple[str, str], kinds: frozenset[Kind]) -> bool:
    if name == _NEEDED_WHERE_DATED:
        return types[0] == types[1] and Kind.WEB not in kinds
    return bool(kinds & _NEEDED.get(name, frozenset()))


def _compare_numbers(one: str, other: str) -> bool | None:
    """`101` may be `TR-101`, and `ISO 9001:2015` be `ISO 9001`: that cannot be told."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return None if long.startswith(short) or long.endswith(short) else False


def _compare_days(one: str, other: str) -> bool | None:
    """A month may be all that is known of a day."""
    if one == other:
        return True
    return None if one[:2] == other[:2] and len(one) != len(other) else False


def _compare_editions(one: str, other: str) -> bool | None:
    """`2nd` may be `2nd revised`."""
    mine, theirs = set(one.split()), set(other.split())
    if mine == theirs:
        return True
    return None if mine <= theirs or theirs <= mine else False


def _is_equal(one: str, other: str) -> bool | None:
    return one == other


def _overlap(one: str, other: str) -> bool | None:
    return not set(one.split()).isdisjoint(other.split())


def _compare_trials(one: Sequence[str], other: Sequence[str]) -> bool | None:
    """One trial may have numbers of several registers; of one register it has one."""
    if not set(one).isdisjoint(other):
        return True
    registers = [set(map(_register_of, each)) for each in (one, other)]
    return False if registers[0] & registers[1] else None


def _register_of(number: str) -> str:
    letters = len(number) - len(number.lstrip(_LETTERS))
    return number[: min(letters, _OF_A_REGISTER)]


def _have_in_common(one: Sequence[str], other: Sequence[str]) -> bool | None:
    return not set(one).isdisjoint(other)


_COMPARE: dict[str, Callable[..., bool | None]] = {
    "number": _compare_numbers,
    "part": _compare_numbers,
    "edition": _compare_editions,
    "day": _compare_days,
    "address": _is_equal,
    "trials": _compare_trials,
    "language": _overlap,
    "translators": _have_in_common,
    "publisher": is_same_container,
    "event": _overlap,
}
