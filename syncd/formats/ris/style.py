"""How a file writes its tags: read off its first TY line, it holds for the whole file.

Only a known tag written in the file's own style is surely a tag. What merely resembles one is a
tag below a value that never wraps, and text below running text: `IL - 6 rose` in an abstract
stays in the abstract.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from syncd.formats.ris.tags import END, KNOWN, TYPE, is_prose

_BLANK = r"[ \t\u00a0]"
_DASH = r"[-\u2010-\u2015\u2212]"
_PREFIX = rf"{_BLANK}*(?:>{_BLANK}?)*"

_TAG_LINE = re.compile(rf"([A-Za-z][A-Za-z0-9])({_BLANK}{{0,3}})({_DASH})({_BLANK}?)")
_TYPE_LINE = re.compile(rf"({_PREFIX})([Tt][Yy])({_BLANK}{{0,3}})({_DASH})({_BLANK}?)")
_UNTYPED_LINE = re.compile(
    rf"({_PREFIX})([A-Za-z][A-Za-z0-9])({_BLANK}{{1,3}})({_DASH})({_BLANK}?)"
)
# What TY may be followed by where it could be prose: one to three words, or nothing.
_TYPE_NAME = re.compile(r"(?:[A-Za-z][\w/.-]{0,24}(?: [\w/.-]{1,24}){0,2})?")


class Tagged(NamedTuple):
    """A line taken apart."""

    tag: str
    value: str


@dataclass(frozen=True, slots=True)
class Style:
    """The blanks `before` the dash, the `dash`, the blank `after` it, the `prefix` of each line.

    `any_case` also takes lower-case tags. `extra` are tags that are in no specification but that
    this file has used where nothing wraps.
    """

    before: str = "  "
    dash: str = "-"
    after: str = " "
    prefix: str = ""
    any_case: bool = False
    extra: frozenset[str] = frozenset()

    def table(self) -> Mapping[str, str]:
        """Map the beginning of each line that is plainly a tag, TY and ER apart, to the tag."""
        return _table_of(self)

    @property
    def separator(self) -> str:
        """Return what stands between a tag and its value."""
        return self.before + self.dash + self.after

    def knows(self, tag: str) -> bool:
        """Tell whether `tag` is a tag wherever it is written in this style."""
        return tag in KNOWN or tag in self.extra

    def wrote(self, text: str) -> bool:
        """Tell whether a tag line was written in this style."""
        return text[2:].startswith(self.before + self.dash)

    def with_tag(self, tag: str) -> Style:
        """Return this style with one more tag."""
        return replace(self, extra=self.extra | {tag})

    def changed_to(self, other: Style) -> Style:
        """Return the style of another TY line; what it does not tell stays as it was."""
        return replace(other, prefix=self.prefix, extra=self.extra)

    def unprefixed(self, text: str) -> str:
        """Return a line without what the whole file puts in front of each line."""
        if text.startswith(self.prefix):
            return text[len(self.prefix) :]
        bare = self.prefix.rstrip()
        return text[len(bare) :] if bare and text.startswith(bare) else text

    def read(self, text: str, above: str | None) -> Tagged | None:
        """Take a line apart, or return None if it is text.

        `above` is the tag of the value it would otherwise continue, None if there is none.
        """
        match = _TAG_LINE.match(text)
        if match is None:
            return None
        tag, before, dash, after = match.groups()
        if not (self.any_case or tag.isupper()):
            return None
        tag = tag.upper()
        value = text[match.end() :].strip()
        sits_loose = above is None or not is_prose(above)
        if tag == END and not value:
            return Tagged(tag, value) if before or not self.before else None
        if not after and value and not self._takes_glued(tag, before, value):
            return None
        in_style = len(before) == len(self.before) and dash == self.dash
        if tag == TYPE:
            return Tagged(tag, value) if self._begins(value, in_style, before, above) else None
        if in_style and (self.knows(tag) or sits_loose):
            return Tagged(tag, value)
        if tag in KNOWN and before and sits_loose:
            return Tagged(tag, value)
        return None

    @staticmethod
    def _begins(value: str, in_style: bool, before: str, above: str | None) -> bool:
        """Tell whether TY begins an entry, perhaps one in another style: files get concatenated."""
        if not in_style:
            return bool(before) and (value.isupper() or not value)
        return above is None or not is_prose(above) or _TYPE_NAME.fullmatch(value) is not None

    def _takes_glued(self, tag: str, before: str, value: str) -> bool:
        """Tell whether a value may follow the dash at once: `N1  -; text`, `ER  -TY  - BOOK`."""
        if not self.after:
            return before == self.before
        return len(before) >= 2 or (tag == END and _TYPE_LINE.match(value) is not None)


@lru_cache(maxsize=64)
def _table_of(style: Style) -> Mapping[str, str]:
    # Files that were put together may change their style with every entry.
    if style.any_case or style.prefix:
        return {}
    tags = (KNOWN | style.extra) - {TYPE, END}
    return {tag + style.separator: tag for tag in tags}


def _style_of(match: re.Match[str]) -> Style:
    prefix, tag, before, dash, after = match.groups()
    is_empty = match.end() == len(match.string)
    if not after and before and is_empty:
        after = " "  # which got lost, as there was nothing to follow it
    return Style(before, dash, after, prefix, not tag.isupper())


class Survey(NamedTuple):
    """What the first lines of a file say about it.

    `has_types` tells whether TY occurs, `has_ends` whether ER does at least, `has_tags` whether
    anything looks like RIS at all.
    """

    style: Style
    has_types: bool = False
    has_ends: bool = False
    has_tags: bool = False


def survey(lines: Iterable[str]) -> Survey:
    """Read the style off the first TY line, or, in a file without one, the first known tag."""
    untyped: Style | None = None
    ended = False
    for text in lines:
        if match := _TYPE_LINE.match(text):
            return Survey(_style_of(match), has_types=True, has_ends=True, has_tags=True)
        if match := _UNTYPED_LINE.match(text):
            tag = match[2].upper()
            ended = ended or tag == END
            if untyped is None and tag in KNOWN:
                untyped = _style_of(match)
    return Survey(untyped or Style(), has_ends=ended, has_tags=untyped is not None)
