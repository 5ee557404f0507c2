"""What a work is called and where it appeared.

CONTAINER  the journal, book, proceedings or site that holds the work
EVENT      the conference where it was given; often written into the container's tag
SUBTITLE   Pure writes it into T2, where others write the journal
ORIGINAL   the title in the original language, which Ovid, PsycINFO and EBSCO write there
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.formats.sources.draft import NO_TITLES, Draft
from syncd.formats.sources.naming import (
    abbreviates,
    is_event,
    is_related,
    is_same,
    letters_of,
    words_of,
)
from syncd.formats.sources.text import fold_blanks, rich, unlisted

_TITLE_TAGS = ("TI", "T1", "CT")
_WHOLE_WORKS = frozenset(["book", "manuscript"])
_CONTAINED = frozenset(
    """blogPost bookSection dictionaryEntry encyclopediaArticle forumPost magazineArticle
    newspaperArticle radioBroadcast tvBroadcast webpage""".split()
)
_SECONDARY = {
    "bill": "code",
    "book": "series",
    "case": "reporter",
    "computerProgram": "seriesTitle",
    "hearing": "committee",
    "map": "seriesTitle",
    "podcast": "seriesTitle",
    "presentation": "meetingName",
    "preprint": "series",
    "report": "seriesTitle",
    "statute": "code",
    "thesis": "series",
}
"""What T2 is for types that appear in nothing."""

_TERTIARY = {
    **dict.fromkeys(["bill", "hearing"], "authority"),
    **dict.fromkeys(["audioRecording", "report", "videoRecording"], "seriesTitle"),
    **dict.fromkeys(
        ["book", "bookSection", "conferencePaper", "dictionaryEntry", "encyclopediaArticle",
         "journalArticle", "preprint", "presentation", "thesis"],
        "series",
    ),
}  # fmt: skip

_JOURNALS_FULL = ("JF", "JO", "SO")
_JOURNALS_SHORT = ("J2", "JA", "JI", "J1", "J9")
_JOURNALS = ("JF", "JO", "T2", "BT", "SO", *_JOURNALS_SHORT)

_AUTHOR_AND_YEAR = re.compile(
    r"[^\W\d_][^\d\s,_]{0,40}(?:,? et al\.?| (?:and|&) [^\W\d_][^\d\s,]{0,40})?"
    r"[ ,_]{1,2}\(?(?:(?:19|20)\d\d[a-z]?|n\.d\.)\)?"
)
_ENDS_SENTENCE = ("?", "!", ":", "…")


def title_text(value: str) -> str:
    """Return text as a title field holds it: on one line, with the markup Zotero renders."""
    if value[:1] == "[":
        value = unlisted(value)
    is_uneven = "<" in value or "&" in value or "\n" in value or "\t" in value or "  " in value
    return fold_blanks(rich(value)) if is_uneven else value


def fill_titles(draft: Draft) -> None:
    """Fill the title, the container and the series, whatever tags the source wrote them into."""
    _fill_title(draft)
    if draft.subtitle_tag:
        for value in draft.take(draft.subtitle_tag):
            _add_subtitle(draft, draft.subtitle_tag, value, words_of(value))
    if draft.item_type == "journalArticle":
        _fill_journal(draft)
    elif draft.item_type == "conferencePaper":
        _fill_proceedings(draft)
    elif draft.item_type in _CONTAINED:
        _fill_container(draft, ("BT", "T2", *_JOURNALS_FULL, *_JOURNALS_SHORT))
    else:
        _fill_uncontained(draft)
    if "T3" in draft.tags:
        _fill_series(draft)
    if "ST" in draft.tags:
        _fill_short_title(draft)


def _add_subtitle(draft: Draft, tag: str, value: str, words: Sequence[str]) -> None:
    """Append a subtitle, of these words, to the title; the title alone becomes the short one."""
    title, subtitle = draft.fields.get("title", ""), title_text(value)
    letters = "".join(words)
    if not (title and letters) or "shortTitle" in draft.fields:
        draft.leave(tag, value)
        return
    if len(letters) <= len(title) and letters in letters_of(title):
        return
    if title.endswith(".") and not title.endswith(".."):
        title = title[:-1]
    draft.fields["title"] = f"{title}{'' if title.endswith(_ENDS_SENTENCE) else ':'} {subtitle}"
    draft.fields["shortTitle"] = title.rstrip(":")


def _add_original_title(draft: Draft, value: str) -> None:
    text = title_text(value)
    if is_same(text, draft.fields.get("title", "")):
        draft.leave("T2", value)
    else:
        draft.add_extra("Original Title", text)


def _fill_title(draft: Draft) -> None:
    tags = (*_TITLE_TAGS, "BT") if draft.item_type in _WHOLE_WORKS else _TITLE_TAGS
    if ("ST" in draft.tags or "TT" in draft.tags) and not _has_title(draft, tags):
        draft.move("ST" if "ST" in draft.tags else "TT", "TI")  # the only title there is
    fields = draft.fields
    for tag, value in draft.take_all(tags):
        text = title_text(value)
        title = fields.setdefault("title", text)
        if title != text and not is_same(title, text):
            draft.leave(tag, value)


def _has_title(draft: Draft, tags: tuple[str, ...]) -> bool:
    """Tell whether any of these tags holds more than what programs write for no title."""
    values = [value for tag in tags for value in draft.tags.get(tag, ())]
    return not NO_TITLES.issuperset(values)


def _fill_journal(draft: Draft) -> None:
    tags = draft.tags
    if "T2" in tags and (journal := draft.first("JF") or draft.first("JO")):
        secondary = draft.first("T2")
        if secondary != journal:
            _place_secondary(draft, secondary, journal)
    if "JO" in tags and "JF" not in tags:
        _prefer_longer_name(draft)
    _fill_container(draft, _JOURNALS)


def _prefer_longer_name(draft: Draft) -> None:
    """Let an abbreviation in JO stand behind the whole name, whatever tag that is in."""
    for tag in ("SO", "J2", "JA"):
        name = draft.first(tag)  # in SO perhaps the whole citation
        if abbreviates(draft.first("JO"), name) and not any(map(str.isdigit, name)):
            draft.move(tag, "JF")
            draft.move("JO", "JA")
            return


def _place_secondary(draft: Draft, secondary: str, journal: str) -> None:
    """Tell whether T2 beside a journal is another title, or the journal's longer name."""
    words = words_of(secondary)
    is_other = not (
        is_related(words, secondary, journal) or "special issue" in secondary.casefold()
    )
    if is_other and is_event(secondary, words):
        for value in draft.take("T2"):
            draft.add_extra("Event Title", title_text(value))
    elif is_other:
        for value in draft.take("T2"):
            if draft.source.writes_subtitles:
                _add_subtitle(draft, "T2", value, words_of(value))
            else:
                _add_original_title(draft, value)
    elif abbreviates(journal, secondary):
        draft.put("JA", [journal])
        draft.move("T2", "JF")


def _fill_container(draft: Draft, tags: tuple[str, ...]) -> None:
    """Fill the container from the first tag that names it; shorter names are abbreviations."""
    fields = draft.fields
    container = fields.get("publicationTitle")
    for tag, value in draft.take_all(tags):
        text = title_text(value)
        if not text:
            draft.leave(tag, value)
        elif container is None:
            container = fields["publicationTitle"] = text
            if draft.item_type == "journalArticle" and _is_short(tag, text):
                fields.setdefault("journalAbbreviation", text)
        elif container == text:
            continue
        elif tag in _JOURNALS_SHORT or abbreviates(text, container):
            draft.fill_or_leave("journalAbbreviation", tag, value, text)
        elif not is_same(text, container):
            if tag in _JOURNALS_FULL and draft.item_type != "journalArticle":
                draft.add_extra("Journal", text)
            else:
                draft.leave(tag, value)


def _is_short(tag: str, text: str) -> bool:
    return tag in _JOURNALS_SHORT or (tag == "JO" and "." in text and "arXiv:" not in text)


_PRINTED = frozenset(["CONF", "CPAPER"])
"""Conference papers that appeared somewhere: under the event's name where no other is given."""


def _fill_proceedings(draft: Draft) -> None:
    """Tell the proceedings from the event: they share T2 and differ by what else is there."""
    for value in draft.take("CP"):
        draft.fill_or_leave("conferenceName", "CP", value, title_text(value))
    has_container = draft.has("BT", "C3", "JF")
    for tag in ("T2", "JO"):
        name = draft.first(tag)
        if not name or "conferenceName" in draft.fields:
            continue
        if (tag == "T2" and has_container) or _names_event_only(name):
            for value in draft.take(tag):
                draft.fill_or_leave("conferenceName", tag, value, title_text(value))
    _fill_container(draft, ("BT", "C3", "JF", "T2", "JO", "SO", *_JOURNALS_SHORT))
    event = draft.fields.get("conferenceName")
    if event and draft.type_tag in _PRINTED:
        draft.fields.setdefault("publicationTitle", event)


def _names_event_only(text: str) -> bool:
    folded = text.casefold()
    published = any(word in folded for word in ("proceedings", "lecture notes", "proc.", "series"))
    return is_event(text) and not published


def _fill_uncontained(draft: Draft) -> None:
    field: str | None = _SECONDARY.get(draft.item_type)
    if draft.item_type == "case" and "A2" in draft.tags:
        draft.leave_all("T2")  # the reporter stands in A2
    if field is not None:
        for value in draft.take("T2"):
            text = title_text(value)
            if is_same(text, draft.fields.get("title", "")):
                draft.leave("T2", value)
            else:
                draft.fill_or_leave(field, "T2", value, text)
    _fill_container(draft, ("BT", "T2", *_JOURNALS_FULL))
    for tag in _JOURNALS_SHORT:
        for value in draft.take(tag):
            draft.fill_or_leave("journalAbbreviation", tag, value, title_text(value))


def _fill_series(draft: Draft) -> None:
    field = _TERTIARY.get(draft.item_type, "seriesTitle")
    for value in draft.take("T3"):
        draft.fill_or_leave(field, "T3", value, title_text(value))


def _fill_short_title(draft: Draft) -> None:
    for value in draft.take("ST"):
        text = title_text(value)
        title = draft.fields.get("title", "")
        is_beginning = _is_beginning(text, title)  # as of most titles
        if not is_beginning and is_same(text, title):
            continue
        if is_beginning or _shortens(text, title):
            draft.fill_or_leave("shortTitle", "ST", value, text)
        else:
            draft.leave("ST", value)


def _is_beginning(text: str, title: str) -> bool:
    """Tell whether a title begins with these words and has others behind them."""
    rest = title[len(text) :]
    goes_on = title.startswith(text) and not rest[:1].isalnum()
    return goes_on and any(map(str.isalpha, rest))


def _shortens(text: str, title: str) -> bool:
    """Tell whether a short title is one: it shares a word with the title, or its initials.

    Some tools write author and year there.
    """
    words = words_of(text)
    if _AUTHOR_AND_YEAR.fullmatch(text) and set(words).isdisjoint(words_of(title)):
        return False
    if not title or not words or not text.isascii() or not title.isascii():
        return True
    return not set(words).isdisjoint(words_of(title)) or abbreviates(text, title)
