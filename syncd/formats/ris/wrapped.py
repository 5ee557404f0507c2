"""Continuation lines become one value: wrapped text flows again, paragraphs stay apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncd.formats.ris.tags import Wrapping, wrapping_of

_CONJUNCTIONS = frozenset("and as bis et nor oder or ou to und versus vs y".split())
_HYPHENS = ("-", "\u2010")
_SOFT_HYPHEN = "\u00ad"
_TAG_WIDTH = 6  # the tag and separator that stand before a value's first line
_NARROWEST, _WIDEST = 40, 132  # at which exporters wrap; other lines were broken by hand


def join(tag: str, value: str, more: Sequence[str]) -> str:
    """Return `value` and the lines below it as one value.

    A blank line is an empty string in `more`. In tags that keep their lines, it parts paragraphs.
    """
    lines = [value, *more]
    while lines and not lines[-1]:
        lines.pop()
    if wrapping_of(tag) is Wrapping.KEEP and not _is_wrapped(lines):
        return "\n".join(lines).lstrip("\n")
    return flow(line for line in lines if line)


def flow(lines: Iterable[str]) -> str:
    """Join lines by blanks, but for those that were broken behind the hyphen of a word."""
    parts: list[str] = []
    for line in lines:
        if parts:
            add_line(parts, line, " ")
        else:
            parts.append(line)
    return "".join(parts)


def add_line(parts: list[str], line: str, between: str) -> None:
    """Add a line and what stands before it, unless the one above ends inside a word.

    A soft hyphen there was only set for the sake of the line's end.
    """
    above = parts[-1]
    if above[-1:] == _SOFT_HYPHEN and line[:1].isalnum():
        parts[-1] = above[:-1]
    elif not breaks_word(above, line):
        parts.append(between)
    parts.append(line)


def breaks_word(line: str, below: str) -> bool:
    """Tell whether a line ends inside a hyphenated word: `well-` above `known`, not above `and`."""
    if line[-1:] not in _HYPHENS or not line[-2:-1].isalnum() or not below[:1].isalnum():
        return False
    return below.split(maxsplit=1)[0].casefold() not in _CONJUNCTIONS


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Tell whether an exporter broke each line where it was full, somewhere inside a sentence."""
    if len(lines) < 2 or len(lines[-1]) > _WIDEST or not all(lines):
        return False
    widths = [len(line) for line in lines]
    widths[0] += _TAG_WIDTH
    widest = max(widths)
    if not _NARROWEST <= widest <= _WIDEST:
        return False
    inside = False
    for width, line, below in zip(widths, lines, lines[1:], strict=False):
        if width + 1 + len(below.split(maxsplit=1)[0]) <= widest:
            return False
        inside = inside or below[0].islower() or line[-1] not in ".!?:;"
    return inside
