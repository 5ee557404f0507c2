"""Continuation lines become one value: wrapped text flows again, paragraphs stay apart."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.formats.ris.tags import Wrapping, wrapping_of

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
    return " ".join(line for line in lines if line)


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
