"""How a file writes its tags, read off its first dozen, and which of its lines are tags.

A known tag at the start of a line is a tag, and surely one in the file's own style. Written
otherwise it is one too, unless the text around it says that it continues a value: `IL - 6 rose` in
an abstract stays in the abstract. What merely resembles a tag is one where no value wraps.

SPELLING   what a single line writes before its tag and between the tag and the value
STYLE      the spelling of most lines of a file, and what else holds for the whole of it
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from syncd.formats.ris.group import Group
from syncd.formats.ris.prose import continues, has_shape, is_unlike_prose, surely_continues
from syncd.formats.ris.tags import END, KEPT, KNOWN, TYPE, is_prose

_BLANK = r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_ONE_DASH = r"[-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]"
_DASH = rf"{_ONE_DASH}(?:{_ONE_DASH}(?={_BLANK}|\Z))?"
_PREFIX = rf"{_BLANK}*+(?:>{_BLANK}?+)*+"
_SEPARATOR = rf"({_BLANK}{{0,12}}+)({_DASH})({_BLANK}?)"

_TAG_LINE = re.compile(rf"([A-Za-z][A-Za-z0-9]){_SEPARATOR}")
_PREFIXED_LINE = re.compile(rf"({_PREFIX})([A-Za-z][A-Za-z0-9]){_SEPARATOR}")
# What TY may be followed by where it could be prose: one to three words, or nothing.
_TYPE_NAME = re.compile(r"(?:[A-Za-z][\w/.-]{0,24}(?: [\w/.-]{1,24}){0,2})?")

_TELLING = 12  # tags from which the style is read
_SLIGHT = 2  # blanks before a dash that running text does not have
_SHORTEST_TYPE = 3  # letters
_NEAR = 100  # lines among which they are looked for


class Spelling(NamedTuple):
    """The blanks before a line's tag, those before its dash, and the dash."""

    indent: str
    before: str
    dash: str


class Tagged(NamedTuple):
    """A line taken apart."""

    tag: str
    value: str
    spelling: Spelling


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

    @property
    def spelling(self) -> Spelling:
        """Return how a line in this style is written, the prefix of all lines apart."""
        return Spelling("", self.before, self.dash)

    @property
    def is_slight(self) -> bool:
        """Tell whether tags are set apart by so little that a line of a text may look like one."""
        return len(self.before) < _SLIGHT

    def knows(self, tag: str) -> bool:
        """Tell whether `tag` is a tag wherever it is written in this style."""
        return tag in KNOWN or tag in self.extra

    def with_tag(self, tag: str) -> Style:
        """Return this style with one more tag."""
        return replace(self, extra=self.extra | {tag})

    def changed_by(self, type_line: str) -> Style:
        """Return the style of another TY line; what it does not tell stays as it was."""
        match = _PREFIXED_LINE.match(type_line)
        return replace(_style_of(match), prefix=self.prefix, extra=self.extra) if match else self

    def glued_in(self, tag: str) -> re.Pattern[str]:
        """Return what finds tags in the middle of a line of this tag, behind a run of blanks.

        Outside running text they may be written with one blank or two, whatever the style; those
        with two then need no run before them.
        """
        others = () if is_prose(tag) else (f"  {self.dash} ", f" {self.dash} ")
        return _glued_of((self.separator, *others))

    def unprefixed(self, text: str) -> str:
        """Return a line without what the whole file puts in front of each line."""
        if text.startswith(self.prefix):
            return text[len(self.prefix) :]
        bare = self.prefix.rstrip()
        return text[len(bare) :] if bare and text.startswith(bare) else text

    def read(
        self, text: str, above: Group | None, used: Collection[Spelling] = ()
    ) -> Tagged | None:
        """Take a line apart, or return None if it is text.

        `above` are the lines whose last value it would otherwise continue; `used` are the
        spellings of other lines of the entry.
        """
        bare = text.lstrip()
        match = _TAG_LINE.match(bare)
        if match is None:
            return None
        tag, before, dash, after = match.groups()
        value = bare[match.end() :].strip()
        spelling = Spelling(text[: len(text) - len(bare)], before, dash)
        tagged = Tagged(tag.upper(), value, spelling)
        last_tag = above.last_tag if above is not None else None
        if not (self.any_case or tag.isupper() or self._is_small_tag(tagged, last_tag)):
            return None
        if tagged.tag == END and not value:
            return tagged if before or not self.before or spelling in used else None
        if not after and value and not self._takes_glued(tagged, last_tag, used):
            return None
        return tagged if self._is_tag(tagged, above, used) else None

    def _is_tag(self, line: Tagged, above: Group | None, used: Collection[Spelling]) -> bool:
        in_style = line.spelling == self.spelling
        last_tag = above.last_tag if above is not None else None
        sits_loose = last_tag is None or not is_prose(last_tag)
        if line.tag == TYPE:
            return self._begins(line, last_tag, in_style=in_style)
        if in_style and (self.knows(line.tag) or sits_loose):
            return above is None or not self._goes_on(line, last_tag, above)
        is_used = line.spelling in used
        if above is None or sits_loose:
            return is_used or (line.tag in KNOWN and _is_apart(line, last_tag))
        if line.tag not in KNOWN or not (is_used or _is_apart(line, last_tag)):
            return False
        return not continues(line.tag, line.value, above.above, is_used=is_used)

    def _goes_on(self, line: Tagged, last_tag: str | None, above: Group) -> bool:
        """Tell whether a line in this style is prose all the same, as `CA - 125 rose` may be."""
        if not self.is_slight or last_tag not in KEPT:
            return False
        return surely_continues(line.tag, line.value, above.above)

    def _is_small_tag(self, line: Tagged, last_tag: str | None) -> bool:
        """Tell whether a tag in small letters can be no prose: TY outside entries, any below TY.

        Elsewhere its value has to look like one of the tag, unless it is written as the file's own.
        """
        if last_tag is None:
            return line.tag == TYPE
        before = line.spelling.before
        if line.tag not in KNOWN or not before:
            return False
        is_clear = len(before) > 1 and line.spelling == self.spelling
        return last_tag == TYPE or is_clear or has_shape(line.tag, line.value)

    @staticmethod
    def _begins(line: Tagged, last_tag: str | None, *, in_style: bool) -> bool:
        """Tell whether TY begins an entry, perhaps one in another style: files get concatenated."""
        if last_tag is None:
            return True
        if not in_style:
            is_whole = line.value.isupper() or not line.value
            return (line.spelling.before != "" and is_whole) or _names_a_type(line)
        if not is_prose(last_tag):
            return True
        return _TYPE_NAME.fullmatch(line.value) is not None

    def _takes_glued(self, line: Tagged, last_tag: str | None, used: Collection[Spelling]) -> bool:
        """Tell whether a value may follow the dash at once: `N1  -; text`, `ER  -TY  - BOOK`."""
        before = line.spelling.before
        if _names_a_type(line) or (line.tag == TYPE and last_tag is None and line.value.isupper()):
            return True
        if not self.after:
            return before == self.before
        if len(before) >= 2 or (line.tag == END and is_type_line(line.value)):
            return True
        is_clear = last_tag == TYPE or line.spelling in used
        return line.tag in KNOWN and (is_clear or is_unlike_prose(line.tag, line.value))


def _names_a_type(line: Tagged) -> bool:
    """Tell whether a line is TY with what can be nothing but a type: `TY-JOUR`."""
    value = line.value
    return line.tag == TYPE and len(value) >= _SHORTEST_TYPE and value.isalpha() and value.isupper()


def _is_apart(line: Tagged, last_tag: str | None) -> bool:
    """Tell whether a line stands apart from prose: by a blank before its dash, or by its value.

    Below TY nothing is prose.
    """
    return line.spelling.before != "" or last_tag == TYPE or is_unlike_prose(line.tag, line.value)


def is_type_line(text: str) -> bool:
    """Tell whether a line holds the tag TY, however it is written."""
    match = _PREFIXED_LINE.match(text)
    return match is not None and match[2].upper() == TYPE


resembles_tag = re.compile(rf"{_TAG_LINE.pattern}|{END}\Z").match
"""Tells whether a line may be that of a tag, however it is written."""


def is_bare_end(text: str) -> bool:
    """Tell whether a line is ER whose separator got lost: `ER`, `ER-`."""
    return text.strip().rstrip("-. ") == END


def find_lookalike(text: str) -> str | None:
    """Return the known tag that a line of text begins with, if it looks like that tag's line."""
    bare = text.lstrip()
    if bare[:2] not in KNOWN:
        return None
    match = _TAG_LINE.match(bare)
    return match[1] if match is not None and (match[2] or match[4]) else None


@lru_cache(maxsize=64)
def _table_of(style: Style) -> Mapping[str, str]:
    # Files that were put together may change their style with every entry.
    if style.any_case or style.prefix:
        return {}
    tags = (KNOWN | style.extra) - {TYPE, END}
    return {tag + style.separator: tag for tag in tags}


@lru_cache(maxsize=64)
def _glued_of(separators: tuple[str, ...]) -> re.Pattern[str]:
    tags = "|".join(sorted(KNOWN - {TYPE, END}))
    behind = "|".join(map(re.escape, separators))
    wide = [re.escape(each) for each in separators[1:] if each[:_SLIGHT].isspace()]
    near = f"|[ ]{{1,2}}(?=..(?:{'|'.join(wide)}))" if wide else ""
    before = rf"(?:   |[ ]?[ ]?\t)[ \t]*+{near}"
    return re.compile(rf"(?<![ \t])(?:{before})({tags})(?:{behind})")


def _style_of(match: re.Match[str]) -> Style:
    return Style(*_parts(match))


def _parts(match: re.Match[str]) -> tuple[str, str, str, str, bool]:
    prefix, tag, before, dash, after = match.groups()
    is_empty = match.end() == len(match.string)
    if not after and before and is_empty:
        after = " "  # which got lost, as there was nothing to follow it
    return before, dash, after, prefix, not tag.isupper()


class Survey(NamedTuple):
    """What the first lines of a file say about it.

    `has_types` tells whether TY occurs, `has_ends` whether ER does at least, `has_tags` whether
    anything looks like RIS at all. `of_type` is the spelling of the first TY.
    """

    style: Style
    has_types: bool = False
    has_ends: bool = False
    has_tags: bool = False
    of_type: Spelling | None = None


def survey(lines: Iterable[str]) -> Survey:
    """Read the style off the first dozen tags, beginning with TY, if the file has any."""
    rest = iter(lines)
    first: re.Match[str] | None = None
    ended = False
    for text in rest:
        match = _PREFIXED_LINE.match(text)
        if match is None:
            continue
        tag = match[2].upper()
        if tag == TYPE:
            style = _most_common_style(text, rest)
            of_type = Spelling(match[1].removeprefix(style.prefix), match[3], match[4])
            return Survey(style, True, True, True, of_type)
        if match[3]:
            ended = ended or tag == END
            if first is None and tag in KNOWN:
                first = match
    untyped = _style_of(first) if first is not None else None
    return Survey(untyped or Style(), has_ends=ended, has_tags=untyped is not None)


def types_come_last(lines: Sequence[str]) -> bool:
    """Tell whether TY ends each entry of a file without ER, as a few tools write it.

    Then another tag begins the file, and behind each TY stands a blank line, or nothing at all.
    """
    first = next(filter(KNOWN.__contains__, map(_tag_of, lines)), TYPE)
    if first == TYPE:  # as in nearly all files
        return False
    tags = [*map(_tag_of, lines)]
    known = [tag for tag in tags if tag in KNOWN]
    if TYPE not in known or END in known:
        return False
    return known[-1] == TYPE or all(
        at > 0 and lines[at - 1].strip() and not "".join(lines[at + 1 : at + 2]).strip()
        for at, tag in enumerate(tags)
        if tag == TYPE
    )


def _tag_of(line: str) -> str:
    match = _PREFIXED_LINE.match(line)
    return match[2].upper() if match else ""


def _most_common_style(type_line: str, below: Iterator[str]) -> Style:
    """Return the style of most of the first tags; of several as frequent, the first."""
    found = _parts_of_style(chain([type_line], islice(below, _NEAR)))
    return Style(*Counter(islice(found, _TELLING)).most_common(1)[0][0])


def _parts_of_style(lines: Iterable[str]) -> Iterator[tuple[str, str, str, str, bool]]:
    """Yield what makes the style of each line that looks like a tag."""
    glued = None
    for text in lines:
        match = _PREFIXED_LINE.match(text)
        if match is None or match[2].upper() not in KNOWN:
            continue
        if glued is None:
            glued = not match[3]
        # `AB-type` is no tag where blanks stand before the dash.
        if glued or match[3]:
            yield _parts(match)
