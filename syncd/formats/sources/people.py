"""Who made the work: creators in the role that their tag has for the item type."""

from __future__ import annotations

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.names import (
    find_plain_person,
    is_group,
    person,
    split_names,
    without_more,
)
from syncd.formats.sources.text import one_line
from syncd.item.ris_tables import AUTHOR_ROLES
from syncd.record import Person

_SECONDARY_ROLES = {
    "audioRecording": "performer",
    "bill": "sponsor",
    "book": "seriesEditor",
    "email": "recipient",
    "letter": "recipient",
    "presentation": "presenter",
    "report": "seriesEditor",
}
_TERTIARY_ROLES = {
    "bill": "cosponsor",
    "book": "editor",
    "film": "producer",
    "videoRecording": "producer",
    **dict.fromkeys(
        ["bookSection", "conferencePaper", "dictionaryEntry", "encyclopediaArticle", "map"],
        "seriesEditor",
    ),
}
_SUBSIDIARY_ROLES = {
    "case": "counsel",
    "conferencePaper": "contributor",
    "dataset": "contributor",
    "film": "contributor",
}
_CUSTOM_ROLES = {
    ("videoRecording", "C1"): "castMember",
    ("blogPost", "C2"): "commenter",
    ("bookSection", "C2"): "bookAuthor",
    ("audioRecording", "C4"): "wordsBy",
    ("patent", "C4"): "attorneyAgent",
}
_FURTHER_TAGS = frozenset(["A2", "A3", "A4", "C1", "C2", "C4", "CA", "ED"])
_AUTHORITIES = {("case", "A2"): "reporter", ("patent", "A2"): "authority"}
"""Tags of persons that hold an institution for some types: these are fields."""

# EndNote writes these two the other way round than it does for a BOOK.
_EDITED_SERIES = frozenset(["EBOOK", "SER"])


def add_people(draft: Draft) -> None:
    """Turn every tag that names persons into creators, first authors first."""
    author = _author_role(draft)
    item_type = draft.item_type
    _add(draft, "AU", author)
    _add(draft, "A1", author)
    draft.creators += draft.groups
    if draft.tags.keys().isdisjoint(_FURTHER_TAGS):
        return
    _add_secondary(draft)
    _add(draft, "ED", "editor")
    _add(draft, "A4", _SUBSIDIARY_ROLES.get(item_type, "translator"))
    for (custom_type, tag), role in _CUSTOM_ROLES.items():
        if custom_type == item_type:
            _add_custom(draft, tag, role)
    _add_group(draft, author)


def _author_role(draft: Draft) -> str:
    if draft.type_tag == "EDBOOK":
        return "editor"
    return AUTHOR_ROLES.get(draft.item_type, "author")


def _add_secondary(draft: Draft) -> None:
    item_type = draft.item_type
    if field := _AUTHORITIES.get((item_type, "A2")):
        for value in draft.take("A2"):
            draft.fill_or_leave(field, "A2", value)
    second = _SECONDARY_ROLES.get(item_type, "editor")
    third = _TERTIARY_ROLES.get(item_type, "seriesEditor")
    if draft.type_tag in _EDITED_SERIES:
        second, third = "editor", "seriesEditor"
    _add(draft, "A2", second)
    _add(draft, "A3", third)


def _add(draft: Draft, tag: str, role: str) -> None:
    values = draft.tags.pop(tag, None)
    if values is None:
        return
    creators = draft.creators
    # Two authors of one name do occur; the same name under a second tag is the same person.
    known = frozenset(creators)
    unusual = _is_unusual("\n".join(values))
    for value in values:
        creator = None if unusual else find_plain_person(value, role)
        if creator is not None:
            if creator not in known:
                creators.append(creator)
            continue
        names = split_names(_without_signs(draft, tag, value) if unusual else value)
        for name in names:
            creator = person(name, role)
            if creator not in known:
                creators.append(creator)
        if not names:
            draft.leave(tag, value)


def _is_unusual(value: str) -> bool:
    """Tell whether a value may hold several names, markup, or a sign that names are missing."""
    return (
        ";" in value
        or " and " in value
        or "<" in value
        or "&" in value
        or "t al" in value
        or "others" in value
        or "..." in value
        or "…" in value
    )


def _without_signs(draft: Draft, tag: str, value: str) -> str:
    """Take out markup, and what stands for names that the export does not give."""
    text = one_line(value) if "<" in value or "&" in value else value
    names = without_more(text)
    if names != text:
        draft.warn(f"{tag} says there are more names than the export gives: {value}", tag)
    return names


def _add_custom(draft: Draft, tag: str, role: str) -> None:
    """Take the names under a tag that is free for any use; what is none goes on waiting."""
    values = draft.take(tag)
    draft.put(tag, [value for value in values if _looks_like_name(value)])
    _add(draft, tag, role)
    draft.put(tag, [value for value in values if not _looks_like_name(value)])


def _looks_like_name(text: str) -> bool:
    letters = any(map(str.isalpha, text))
    return letters and not text.islower() and not any(map(str.isdigit, text))


def _add_group(draft: Draft, role: str) -> None:
    """Take a corporate author where no other author is named; otherwise keep it as a line.

    To EndNote the tag is a caption.
    """
    for value in draft.take("CA"):
        name = one_line(value)
        if not is_group(name):
            draft.leave("CA", value)
        elif any(creator.role == role for creator in draft.creators):
            draft.add_extra("Corporate Author", name)
        else:
            draft.creators.append(Person(role, name=name))
