"""Two texts side by side: what only one of them says is marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

_WORD = re.compile(r"\s+|[^\s]+")
_MOST_WORDS = 1_200
"""Words and blanks: longer texts are compared as wholes, as nobody finds words in them."""
_MOST_PAIRS = 3_000
"""Of equal words, one on each side: texts that repeat the same few words take too long."""
_LEFT_OUT = frozenset({"collections", "relations", "key", "version", "dateAdded", "dateModified"})


class Piece(NamedTuple):
    """A part of a text; `differs` where the other side has something else there."""

    text: str
    differs: bool


class FieldPair(NamedTuple):
    """One field as both sides have it. `state` is same, different, or which side alone has it."""

    name: str
    state: str
    one: tuple[Piece, ...]
    other: tuple[Piece, ...]


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[FieldPair]:
    """Return the fields of two items beside each other, those that differ first."""
    pairs = list(_pairs(one, other))
    return sorted(pairs, key=lambda pair: pair.state == "same")


def _pairs(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[FieldPair]:
    for name in dict.fromkeys([*one, *other]):
        mine, theirs = shown(one.get(name)), shown(other.get(name))
        if name in _LEFT_OUT or not (mine or theirs):
            continue
        yield FieldPair(name, _state(mine, theirs), *mark(mine, theirs))


def _state(mine: str, theirs: str) -> str:
    if mine == theirs:
        return "same"
    if mine and theirs:
        return "different"
    return "record alone" if mine else "item alone"


def mark(one: str, other: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Cut two texts into pieces, word by word."""
    if one == other:
        return (Piece(one, False),), (Piece(other, False),)
    mine, theirs = _WORD.findall(one), _WORD.findall(other)
    if not mine or not theirs or not _can_be_compared(mine, theirs):
        return (Piece(one, bool(one)),), (Piece(other, bool(other)),)
    left: list[Piece] = []
    right: list[Piece] = []
    # Blanks go with the words beside them: alone, each of them is like all the others.
    matcher = SequenceMatcher(str.isspace, mine, theirs, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        differs = kind != "equal"
        if i < j:
            left.append(Piece("".join(mine[i:j]), differs))
        if k < m:
            right.append(Piece("".join(theirs[k:m]), differs))
    return tuple(left), tuple(right)


def _can_be_compared(one: Sequence[str], other: Sequence[str]) -> bool:
    if max(len(one), len(other)) > _MOST_WORDS:
        return False
    mine, theirs = Counter(one), Counter(other)
    pairs = sum(number * theirs[word] for word, number in mine.items() if not word.isspace())
    return pairs <= _MOST_PAIRS


def shown(value: Any) -> str:
    """Return a value of an item as one text."""
    if isinstance(value, list):
        return "; ".join(shown(each) for each in value)
    if isinstance(value, dict):
        if "tag" in value or "name" in value:
            return str(value.get("tag") or value.get("name"))
        return ", ".join(str(value[part]) for part in ("lastName", "firstName") if value.get(part))
    return "" if value is None else str(value)
