"""Who made the work: names as exports write them, in the role their tag has for the item type."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.record import Person
from syncd.sources.draft import Draft
from syncd.sources.text import one_line

AUTHOR_ROLES = {
    "artwork": "artist",
    "audioRecording": "composer",
    "bill": "sponsor",
    "computerProgram": "programmer",
    "film": "director",
    "hearing": "contributor",
    "interview": "interviewee",
    "map": "cartographer",
    "patent": "inventor",
    "podcast": "podcaster",
    "presentation": "presenter",
    "videoRecording": "director",
}
"""What an author is called where not `author`."""

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

_INITIALS = r"(?:[^\W\d_]\.[ -]?)+(?:-?[^\W\d_]\.)*"
_GIVEN_LAST = re.compile(rf"(?P<family>\S.*?)\s+(?P<given>{_INITIALS})")
_GIVEN_FIRST = re.compile(rf"(?P<given>{_INITIALS})\s*(?P<family>[^\W\d_][^.,]+)")
_INITIALS_BARE = re.compile(r"(?P<family>[^\W\d_]+(?:[ '’-][^\W\d_]+)*) (?P<given>[A-Z]{1,3})")
_INSTITUTION = re.compile(
    r"\b(?:academy|agency|association|bureau|cent(?:er|re)|collaboration|college|commission"
    r"|committee|consortium|corporation|council|department|dept|division|faculty|federation"
    r"|foundation|institut[eo]?|laborator(?:y|ies)|ministry|network|office|organi[sz]ation|school"
    r"|society|study group|universit\w+|working group)\b",
    re.IGNORECASE,
)
_LONGEST_NAME = 120
_NOBODY = frozenset(["...", "…", "et al", "et al.", "others", "and others"])
_AND = re.compile(r" (?:and|&) ")


def person(text: str, role: str) -> Person:
    """Read one name: `Family, Given`, `Family, Given, Suffix`, or a group's name."""
    family, comma, given = text.partition(", ")
    if given[:1].isalpha() and family[-1:].isalnum() and " " not in family:  # as most are
        return Person(role, family, given)
    family, comma, given = text.partition(",")
    if comma:
        family, given = family.strip(), given.strip()
        if family and given and given.strip(", "):
            if " " in family and _INSTITUTION.search(text):
                return Person(role, name=text)
            return Person(role, family, given)
        return Person(role, name=(family or given).strip(", "))
    return _without_comma(text, role)


def _without_comma(text: str, role: str) -> Person:
    if len(text) > _LONGEST_NAME:
        return Person(role, name=text)
    if match := _GIVEN_LAST.fullmatch(text) or _GIVEN_FIRST.fullmatch(text):
        return Person(role, match["family"].strip(), match["given"].strip())
    return Person(role, name=text)


def split_names(value: str) -> list[str]:
    """Return the names that stand in one value; several only if all look like names."""
    if ";" in value:
        parts = [part for part in (piece.strip() for piece in value.split(";")) if part]
        if all("," in part or _looks_personal(part) for part in parts):
            return parts
    elif value.count(",") > 1 and " and " in value:
        parts = _AND.split(value)
        if all(part.count(",") == 1 for part in parts):
            return parts
    return [value]


def _looks_personal(text: str) -> bool:
    return len(text.split()) <= 4


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
            _add(draft, tag, role)
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
    if _is_unusual("\n".join(values)):
        values = [name for value in values for name in _names_in(value)]
    for name in values:
        if "," not in name and name.casefold() in _NOBODY:
            draft.warn(f"{tag} says there are more names than the export gives: {name}", tag)
            draft.leave(tag, name)
        elif (creator := person(name, role)) not in known:
            creators.append(creator)


def _is_unusual(value: str) -> bool:
    """Tell whether a value may hold several names, or markup."""
    return ";" in value or " and " in value or "<" in value or "&" in value


def _names_in(value: str) -> Sequence[str]:
    if not _is_unusual(value):
        return (value,)
    if "<" in value or "&" in value:
        value = one_line(value)
    return split_names(value)


def _add_group(draft: Draft, role: str) -> None:
    """Take a corporate author where no other author is named; otherwise keep it as a line."""
    for value in draft.take("CA"):
        if any(creator.role == role for creator in draft.creators):
            draft.add_extra("Corporate Author", one_line(value))
        else:
            draft.creators.append(Person(role, name=one_line(value)))
