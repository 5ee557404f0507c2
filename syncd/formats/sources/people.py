"""Who made the work: creators in the role that their tag has for the item type."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from itertools import groupby, repeat

from syncd.formats.sources.draft import FILLERS, Draft
from syncd.formats.sources.group_names import is_group
from syncd.formats.sources.name_lists import names_of_objects, split_names, without_more
from syncd.formats.sources.names import (
    find_plain_person,
    initialled_people,
    person,
    person_with_initials,
    person_with_initials_first,
    plain_people,
    shows_initials,
    shows_initials_first,
    without_brackets,
    without_marks,
    without_notes,
    without_numbers,
)
from syncd.formats.sources.roles import Named, is_role, may_hold_roles, part_roles
from syncd.formats.sources.text import list_elements, may_be_list, one_line
from syncd.record import Person

_AUTHOR_ROLES = {
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
# What else parts names or words: blanks of other widths, the semicolon of China, line ends of HTML.
_BLANKS = "\u00a0\u2007\u2009\u202f\u3000"
_UNEVEN = str.maketrans({"；": ";", **dict.fromkeys(_BLANKS, " ")})
_MAY_BE_UNEVEN = re.compile(f"[；{_BLANKS}]")
_LINE_END = re.compile(r"(?<!\s)\s*+<br ?/?>|\\n", re.IGNORECASE)
_NO_GIVEN = re.compile(r",[ ,]{0,2}(?:nan|None|null|undefined|-\.?|\.)$", re.MULTILINE)
_DIGIT = re.compile(r"[\d¹²³⁰⁴-⁹]")
_FURTHER_TAGS = frozenset(["A2", "A3", "A4", "C1", "C2", "C4", "CA", "ED"])
_AUTHORITIES = {("case", "A2"): "reporter", ("patent", "A2"): "authority"}
"""Tags of persons that hold an institution for some types: these are fields."""

# EndNote writes these two the other way round than it does for a BOOK.
_EDITED_SERIES = frozenset(["EBOOK", "SER"])


def add_people(draft: Draft) -> None:
    """Turn every tag that names persons into creators, first authors first."""
    author = _author_role(draft)
    item_type = draft.item_type
    if "A1" in draft.tags and "AU" in draft.tags:
        _join_authors(draft)
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


def _join_authors(draft: Draft) -> None:
    """Let the authors of both tags wait under one, in the order of the file, each once."""
    waiting = {tag: deque(draft.take(tag)) for tag in ("AU", "A1")}
    order = [tag for tag, value in zip(draft.entry.tags, draft.entry.values, strict=True) if value]
    order = [tag for tag in order if tag in waiting]
    if [order.count(tag) for tag in waiting] != [len(values) for values in waiting.values()]:
        # Some were taken before, so only the order of the tags is known.
        order = [tag for tag in dict.fromkeys(order) for _ in waiting[tag]]
    joined: list[str] = []
    tag_of: dict[str, str] = {}
    for tag in order:
        value = waiting[tag].popleft()
        names = list_elements(value) or [value]
        joined += [name for name in names if tag_of.setdefault(name, tag) == tag]
    draft.put("AU", joined)


def _author_role(draft: Draft) -> str:
    if draft.type_tag == "EDBOOK":
        return "editor"
    return _AUTHOR_ROLES.get(draft.item_type, "author")


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
    together = "\n".join(values)
    people = (
        plain_people(together, role)  # as in most entries
        or _plain_list(together, role)
        or initialled_people(together, role)
        or _people_in_brackets(draft, tag, values, role, together)
    )
    # Two authors of one name do occur; the same name under a second tag is the same person.
    known = frozenset(draft.creators)
    draft.creators += [each for each in people if each not in known] if known else people


def _people_in_brackets(
    draft: Draft, tag: str, values: Sequence[str], role: str, together: str
) -> list[Person]:
    """Read names that may be lists of programs, and beside which may stand other roles."""
    if not together.isascii() and _MAY_BE_UNEVEN.search(together):
        values = [value.translate(_UNEVEN).strip() for value in values]
        together = "\n".join(values)
    if _NO_GIVEN.search(together):
        values = [name for value in values if (name := _without_filler(draft, tag, value))]
        together = "\n".join(values)
    if "[" in together or "(" in together or "{" in together:
        values = [name for value in values for name in _listed_in(draft, tag, value)]
        together = "\n".join(values)
    if not may_hold_roles(together):
        return _people_in(draft, tag, values, role, together)
    people: list[Person] = []
    for said, names in _by_role(values, role):
        people += _people_in(draft, tag, names, said, "\n".join(names))
    return people


def _without_filler(draft: Draft, tag: str, value: str) -> str:
    """Return a name without what a program wrote for a given name that is not known."""
    name = _NO_GIVEN.sub("", value)
    if name != value:
        draft.leave(tag, value)
    return "" if name in FILLERS else name


def _listed_in(draft: Draft, tag: str, value: str) -> Sequence[str]:
    """Return the names of a list that a program wrote, or a value as it is where it is none."""
    if not may_be_list(value):
        return (value,)
    names = names_of_objects(value) or list_elements(value)
    if names is not None:
        if not names:
            draft.leave(tag, value)
        return names
    is_one = value[0] == "[" and value.find("]") == len(value) - 1 and "," in value
    return (value[1:-1],) if is_one else (value,)


def _people_in(
    draft: Draft, tag: str, values: Sequence[str], role: str, together: str
) -> list[Person]:
    """Read the names of one role; `together` are all of them in one text."""
    is_unusual = _is_unusual(together) or _DIGIT.search(together) is not None
    if not is_unusual:
        plain = [*filter(None, map(find_plain_person, values, repeat(role)))]
        if len(plain) == len(values):  # as in most entries
            return plain
    people: list[Person | str] = []
    for value in values:
        if found := _find_plain(value, role):
            people += found
        elif is_unusual:
            people += _plain_list(value, role) or _names_in(
                draft, tag, value, _without_signs(draft, tag, value)
            )
        elif creator := find_plain_person(value, role):
            people.append(creator)
        else:
            people += _names_in(draft, tag, value, value)
    # How the names that are not plain are meant is told by all of them together.
    read = _reader_of(people)
    return [read(each, role) if isinstance(each, str) else each for each in people]


def _plain_list(value: str, role: str) -> list[Person] | None:
    """Read `Xu, J; Li, X`, if each name is as plain as nearly all are and none is missing.

    `Ed` at the end may be what all of them did.
    """
    if ";" not in value or without_more(value) != value or is_role(value.rpartition(", ")[2]):
        return None
    return plain_people(value.replace("; ", "\n"), role)


def _find_plain(value: str, role: str) -> list[Person] | None:
    """Read a plain name that stands among others, unless more names are said to be missing."""
    plain = plain_people(value, role)
    return plain if plain and "-000" not in value and without_more(value) == value else None


def _names_in(draft: Draft, tag: str, value: str, text: str) -> list[str]:
    """Return the names in the text of a value; a value without any is named as unused."""
    parted = [bare for name in split_names(text) if (bare := without_brackets(name))]
    names = [*map(without_numbers, parted)]
    if names != parted or not names:
        draft.leave(tag, value)
    return names


def _by_role(values: Sequence[str], role: str) -> list[tuple[str, list[str]]]:
    """Return names in order with their roles; those in a row that have the same one together."""
    named = [
        each
        for value in values
        for each in (part_roles(value) if plain_people(value, role) is None else [Named(value)])
    ]
    if not any(each.role for each in named):
        return [(role, list(values))]
    in_a_row = groupby(named, lambda each: each.role or role)
    return [(said, [each.text for each in group]) for said, group in in_a_row]


def _reader_of(people: Sequence[Person | str]) -> Callable[[str, str], Person]:
    """Tell how names are read that are all, or nearly all, written as `Xu J` is, or as `J Xu`.

    One alone may be anything.
    """
    names = [each for each in people if isinstance(each, str) and "," not in each]
    if len(names) > 1:
        if 2 * sum(map(shows_initials, names)) > max(len(names), 3):
            return person_with_initials
        # `LEE Jane` is no `J. A. B. Roe`, so shorter initials have to show the form.
        if all(map(shows_initials_first, names)) and any(
            len(name.split()[0]) < 3 for name in names
        ):
            return person_with_initials_first
    return person


def _is_unusual(value: str) -> bool:
    """Tell whether a value may hold several names, markup, or a sign that names are missing."""
    return (
        ";" in value
        or "|" in value
        or "\t" in value
        or " and " in value
        or "<" in value
        or "&" in value
        or "t al" in value
        or "{" in value
        or "[" in value
        or "(" in value
        or "others" in value
        or "..." in value
        or "…" in value
        or "/" in value
        or "*" in value
        or "†" in value
        or "-000" in value
        or '"' in value
        or "\\n" in value
        or "“" in value
    )


def _without_signs(draft: Draft, tag: str, value: str) -> str:
    """Take out markup, and what stands for names that the export does not give."""
    text = value
    if "<" in value or "&" in value or "\\n" in value:
        text = one_line(_LINE_END.sub(";", without_notes(value)))
    bare = without_marks(text)
    if bare != value and _says_less(bare, text, value):
        draft.leave(tag, value)  # for the sake of what stands beside the name
    names = without_more(bare)
    if names != bare:
        draft.warn(f"{tag} says there are more names than the export gives: {value}", tag)
    return names


def _says_less(bare: str, text: str, value: str) -> bool:
    """Tell whether words were taken out of a text, or numbers even of its markup."""
    lost_words = _count(str.isalnum, bare) < _count(str.isalnum, text)
    return lost_words or _count(str.isdigit, bare) < _count(str.isdigit, value)


def _count(kind: Callable[[str], bool], text: str) -> int:
    return sum(map(kind, text))


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
    values = draft.take("CA")
    is_named = bool(values) and any(creator.role == role for creator in draft.creators)
    for value in values:
        name = one_line(value)
        if not is_group(name):
            draft.leave("CA", value)
        elif is_named:
            draft.add_extra("Corporate Author", name)
        else:
            draft.creators.append(Person(role, name=name))
            is_named = True
