"""Abstract, keywords, type of work and conference facts: what remains after the numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

from syncd.formats.ris.wrapped import add_line
from syncd.formats.sources.dates import find_days, parse_date
from syncd.formats.sources.dating import add_event_date
from syncd.formats.sources.draft import FILLERS, Draft
from syncd.formats.sources.item_types import NAMED_KINDS
from syncd.formats.sources.text import (
    fold_blanks,
    list_elements,
    may_be_list,
    one_line,
    plain,
    unlisted,
)
from syncd.record import Keyword

_LABEL_LINE = re.compile(r"[A-Z][A-Za-z/&, -]{2,40}:(?:\s|$)")
# Of TeX's commands none has a capital behind `\n`.
_ESCAPED_LINE_END = re.compile(r"(?:\\r)?\\n(?=\s|\\n|\\r|[^\Wa-z_]|[-•–]|\Z)")
_MARKS = frozenset(";|<&%；、•·\t")
_BETWEEN_KEYWORDS = re.compile(r"\||(?<=\s)[•·](?=\s)")
_NO_KEYWORD = "no terms assigned"
_NUMBERED = re.compile(r"%\d+\s*$|^%\w\s+")
_NOISE_KINDS = frozenset(["article", "journal article", "journal-article", "jour"])
_WITH_OWN_TYPE = frozenset(
    """blogPost dataset document film letter manuscript map preprint presentation report standard
    thesis webpage artwork""".split()
)
_as_keyword: Callable[[tuple[str, bool]], Keyword] = partial(tuple.__new__, Keyword)
_ADDRESS_LENGTH = 60
_MOST_COMMAS = 2
_LONGEST_KIND = 80
_MOST_PARTS = 20_000  # into which one value is split; the last holds the rest


def fill_abstract(draft: Draft) -> None:
    """Fill the abstract with the longer of AB and N2; where they agree, once."""
    first, second = draft.first("AB"), draft.first("N2")
    text = second if len(second) > len(first) else first
    if not text:
        return
    draft.fields["abstractNote"] = abstract_text(text)
    for tag, value in draft.take_all(("AB", "N2")):
        if value != text and fold_blanks(value) != fold_blanks(text):
            draft.leave(tag, value)


def abstract_text(value: str) -> str:
    """Fold the line ends of a wrapped abstract; blank lines and labelled sections part it."""
    text = plain(value) if "<" in value or "&" in value else value
    if text[:1] == "[":
        text = unlisted(text)
    if "\\" in text:  # one sign is found much faster than two
        text = _ESCAPED_LINE_END.sub("\n", text)
    if "\n" not in text:
        return text
    parts: list[str] = []
    between = ""
    for line in map(str.strip, text.split("\n")):
        if not line:
            between = "\n\n"
            continue
        if _LABEL_LINE.match(line):
            between = between or "\n"
        if between:
            parts += [between, line] if parts else [line]
        elif parts:
            add_line(parts, line, " ")
        else:
            parts.append(line)
        between = ""
    return "".join(parts)


def add_keywords(draft: Draft) -> None:
    """Turn keywords into tags: one a line and one per `;`, never split at commas, each once.

    Chinese and Japanese sources write `；` or `、` instead.
    """
    values = draft.tags.pop("KW", None)
    if values is None:
        return
    assigns = draft.source.assigns
    if may_be_list(values[0]):
        values = [name for value in values for name in list_elements(value) or [value]]
    names = [*filter(None, _keywords_in(values))] if _are_uneven(values) else values
    if len({_NO_KEYWORD, *map(str.casefold, names)}) > len(names) and FILLERS.isdisjoint(names):
        # As in most entries, and there are so many that the class's own constructor would tell.
        draft.keywords += map(_as_keyword, zip(names, map(assigns, names), strict=True))
    else:
        _add_odd_keywords(draft, names)


def _add_odd_keywords(draft: Draft, names: Sequence[str]) -> None:
    """Add keywords of which some come again, or say nothing."""
    assigns = draft.source.assigns
    seen = {_NO_KEYWORD}
    for name in names:
        folded = name.casefold()
        if name in FILLERS:
            draft.leave("KW", name)
        elif folded not in seen:
            seen.add(folded)
            draft.keywords.append(Keyword(name, assigns(name)))
        elif folded == _NO_KEYWORD:
            draft.leave("KW", name)


def _are_uneven(values: Sequence[str]) -> bool:
    """Tell whether a value may be several keywords, or one that is not written plainly."""
    together = "\n".join(values)
    return any(map(together.__contains__, _MARKS))


def _keywords_in(values: Sequence[str]) -> Iterator[str]:
    for value in values:
        text = plain(value).replace("\n", ";") if "<" in value or "&" in value else value
        text = _BETWEEN_KEYWORDS.sub(";", text.replace("\t", ";"))
        if ";" not in text:
            text = text.replace("；", ";").replace("、", ";")
        for part in text.split(";", _MOST_PARTS):
            yield _NUMBERED.sub("", part).strip() if "%" in part else part.strip()


def fill_kind(draft: Draft) -> None:
    """Say what kind of work it is, where that says more than the item type."""
    for value in draft.take("M3"):
        long = len(value) > _LONGEST_KIND
        text = one_line(value) if long else _kind_text(value, draft.item_type)
        if text:
            field = "medium" if draft.item_type == "artwork" else "type"
            draft.fill_or_leave(field, "M3", value, text)
        else:
            draft.leave("M3", value)


@lru_cache(maxsize=512)
def _kind_text(value: str, item_type: str) -> str:
    """Return the kind of work that M3 names, or nothing where the item type says as much."""
    text = one_line(value)
    kind = text.casefold()
    if item_type == "journalArticle":
        says_nothing = kind in _NOISE_KINDS
    else:
        says_nothing = item_type not in _WITH_OWN_TYPE and NAMED_KINDS.get(kind) == item_type
    return "" if says_nothing else text


def fill_place(draft: Draft) -> None:
    """Fill where a conference was; name what stands in the tags of a place and is none.

    Screening tools write an author's address there, Web of Science the days of a conference.
    """
    is_conference = draft.item_type == "conferencePaper"
    is_book = draft.item_type not in ("conferencePaper", "journalArticle")
    for tag in ("CY", "C1", "PI", "PP") if is_conference else ("CY", "PI", "PP"):
        values = draft.take(tag)
        places: list[str] = []
        for value in values:
            if _is_no_place(value, is_book=is_book):
                draft.leave(tag, value)
            else:
                places.append(value)
        if is_conference:
            _fill_event_place(draft, tag, places)
        else:
            draft.put(tag, places)


def _is_no_place(text: str, *, is_book: bool) -> bool:
    is_long = len(text) > _ADDRESS_LENGTH or text.count(",") > _MOST_COMMAS
    if is_book:  # it may have appeared in several cities
        is_long = is_long and any(map(str.isdigit, text))
    return is_long or "://" in text or text.isdecimal()


def _fill_event_place(draft: Draft, tag: str, places: Sequence[str]) -> None:
    for value in places:
        text = one_line(value)
        if find_days(text) or parse_date(text).month:
            add_event_date(draft, tag, text)
        else:
            draft.fill_or_leave("eventPlace" if tag == "CY" else "place", tag, value, text)
