"""One name as exports write it: persons and groups are told apart.

PERSON    `Family, Given`, `Family, Given, Suffix`, `T. E. Family`, `Family TE`
GROUP     an institution, a company, a study's team: one name that is not parted

Several in one value are parted by `name_lists` first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import takewhile

from syncd.formats.sources.group_names import (
    LEGAL_FORMS,
    is_company,
    names_a_group,
    names_an_institution,
)
from syncd.record import Person

_INITIALS = r"(?:[^\W\d_]\.[ -]?)++(?:-?[^\W\d_]\.)*+"
PARTICLES = frozenset(
    """af al bin da das de del den der des di dos du el la las le los st st. ten ter van vom von
    zu zum zur""".split()
)
_GIVEN_LAST = re.compile(rf"(?P<family>\S.{{0,118}}?)(?<!\s)\s++(?P<given>{_INITIALS})")
_GIVEN_FIRST = re.compile(rf"(?P<given>{_INITIALS})\s*+(?P<family>[^\W\d_][^.,]++)")
_COUNTRIES = ("U.S. ", "U.S.A. ", "U.K. ", "U.N. ", "E.U. ", "US ", "USA ", "UK ", "UN ", "EU ")
_NO_FAMILIES = frozenset(["hepatitis", "influenza", "phase", "vitamin"])
_FIRMS = frozenset("AB AG AS BV CO EU INC KG LLC LLP LTD NV OY PLC SA SAS SE UK US USA".split())
"""Capitals that behind a name without a comma are a form of company, or a country, as often."""

_LIFE = re.compile(r"(?:b|ca|d|fl)\. ?\d{4}\.?|\d{4}\??\s?[-–]\s?(?:\d{4}\??)?\.?")
_SUFFIXES = frozenset(
    """ba bs bsc bsn dds dnp do ii iii iv jr ma mba mbbs md mph ms msc msn pharmd phd rd rn
    sr""".split()
)
_ROMAN = frozenset("II III IV VI VII VIII IX XI XII XIII XIV XV XVI".split())
_LATIN = ("A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ")
"""Capitals and small letters of Latin-1. Others would make a pattern slow to compile."""


def _plain_names(
    capitals: str, small: str, hyphens: str = "-", joint: str = "[-'’]", behind: str = ""
) -> re.Pattern[str]:
    """Return what matches names in these letters, one a line, if each is as plain as most are.

    `joint` matches what parts a family name, and `behind` what else may stand behind a given one.
    Before a blank that is a joint no family begins with a small letter, as after an `and`.
    Where a name may be an institution's there is a group: behind a particle, between two words.
    """
    capital, letter, alnum = f"[{capitals}]", f"[{capitals}{small}]", f"[{capitals}{small}0-9]"
    # A word that begins as a role or a legal form does may be one, and gets a closer look.
    given = rf"(?!H(?:rs)?g|None){capital}{letter}*+\.?+(?:[{hyphens}]{letter}++\.?+)*+"
    particles = r"(?:([Vv][ao]n|[Dd](?:e[lnrs]?|[aiu])|[Ll][ae]|[Tt]e[nr])\ )*+"
    no_and = rf"(?![{small}]++\ )" if "\\ " in joint else ""
    family = rf"{particles}{no_and}{alnum}++(?:{joint}{alnum}++)*+"
    no_form = r"(?!C(?:o\.|orp|ORP)|GmbH|I(?:nc|NC)|L(?:imited|td|TD)|Pty)"
    name = rf"{family},\ ?+{no_form}{given}(?:\ ?{given}{behind})*+"
    return re.compile(rf"{name}(?:\n{name})*+")


_PLAIN_NAMES = _plain_names(*_LATIN)
_CAPITAL, _SMALL = (f"[{letters}]" for letters in _LATIN)
_WORD = rf"(?!Hg){_CAPITAL}(?:'{_CAPITAL})?{_SMALL}++(?:-{_CAPITAL}{_SMALL}++)?+"
_SOME_INITIALS = rf"(?!U\.|E\.U\.){_CAPITAL}\.(?:[ -]?{_CAPITAL}\.)*+"  # no country's
_INITIALLED_NAME = re.compile(
    rf"^(?:({_WORD})\ ({_SOME_INITIALS})|({_SOME_INITIALS})\ ({_WORD}))", re.MULTILINE
)
_INITIALLED_NAMES = re.compile(
    rf"(?:(?:{_WORD}\ {_SOME_INITIALS}|{_SOME_INITIALS}\ {_WORD})(?:\n(?!\Z)|\Z))++"
)
# Made without the class's own constructor, which takes twice as long: there are so many people.
_as_person: Callable[[type[Person], tuple[str, str, str, str]], Person] = tuple.__new__
_LONGEST_NAME = 120
_NOTE_MARK = re.compile(r"<sup>[\d,;\s*†‡§¶a-h]{1,20}</sup>", re.IGNORECASE)
_MARKS = re.compile(
    r"(?<=[^\W\d_]|\.)\s?(?:[*†‡§¶]+|\(\d{4}\s?[-–]\s?(?:\d{4})?\)"
    r"|\([^\s()@]+@[^\s()@]+\)|\[[A-Z]{2}\])\Z"
)
# Numbers of affiliations, and those by which dblp tells people of one name apart.
_NUMBERS = re.compile(
    r"(?<=[^\W\d_][^\W\d_]|[^\W\d_]\.)"
    r"(?:\d{1,2}(?:, ?\d{1,2}){0,9}|[¹²³⁰⁴-⁹](?:,?[¹²³⁰⁴-⁹]){0,9}| 00\d\d)\Z"
)
_QUOTES = ('""', "“”", "„“")
_ORCID = re.compile(
    r"(?<![\s,])[\s,]*+[(\[]?\s*+(?:orcid(?:\.org/|:)?\s*+|https?://orcid\.org/)?"
    r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]\s*[)\]]?",
    re.IGNORECASE,
)
JOINS = str.maketrans("", "", "-'’")

_FIRST_EASTERN, _LAST_EASTERN = "\u3040", "\ud7a3"
_LONGEST_EASTERN = 3
FIRST_CHINESE = "\u3400"


def plain_people(together: str, role: str) -> list[Person] | None:
    """Read names that stand one a line, if each is as plain as nearly all are: `Doe, Jane A.`.

    One look at all of them tells that none can be a group's, a list, or have a role beside it.
    None means that they need a closer look, not that they are anything else.
    """
    found = _PLAIN_NAMES.fullmatch(together)
    if found is None:
        found = _less_plain_names(is_ascii=together.isascii()).fullmatch(together)
    if found is None or "others" in together:
        return None
    if found.lastindex and names_an_institution(together):  # `La Poste, Office` has a particle, too
        return None
    parts = iter(together.replace(", ", "\n").replace(",", "\n").split("\n"))
    both = zip(parts, parts, strict=True)
    return [_as_person(Person, (role, family, given, "")) for family, given in both]


def initialled_people(together: str, role: str) -> list[Person] | None:
    """Read names that stand one a line, if each is a single word and initials with dots.

    None means that they need a closer look.
    """
    if not _INITIALLED_NAMES.fullmatch(together):
        return None
    return [
        _as_person(Person, (role, family or last, given or initials, ""))
        for family, initials, given, last in _INITIALLED_NAME.findall(together)
    ]


@cache
def _less_plain_names(*, is_ascii: bool) -> re.Pattern[str]:
    """Return what matches names as plain as most, families of several words, and `J da Silva`."""
    capitals, small = _LATIN
    # None of the words is all capitals, as initials are, or tells what somebody did.
    word = rf"(?<=[{small}0-9])(\ )(?!(?:By|Par|V[Oo][Nn])\b)(?=[{capitals}][{small}])"
    behind = r"|\ (?:d(?:[ao]s?|e[lnrs]?|u)|v[ao]n|te[nr]|l[ae])\b"
    if not is_ascii:
        # The other Latin letters of Europe, capitals and small ones in turn, and its hyphen.
        return _plain_names(f"{capitals}Ā-ɏ", small, "-‐", f"(?:[-‐'’]|{word})", behind)
    return _plain_names(capitals, small, "-", f"(?:[-'’]|{word})", behind)


def person(text: str, role: str) -> Person:
    """Read one name: `Family, Given`, `Family, Given, Suffix`, `Family I`, or a group's name."""
    plain = find_plain_person(text, role)
    if plain is not None:
        return plain
    return _with_comma(text, role) if "," in text else _without_comma(text, role)


def find_plain_person(text: str, role: str) -> Person | None:
    """Read `Family, Given`, as most names are, and nothing that needs a second look."""
    family, _, given = text.partition(", ")
    if (
        "A" <= given < FIRST_CHINESE
        and (family.isalnum() or (family[-1:].isalnum() and " " not in family))
        and "," not in given
        and given not in LEGAL_FORMS
    ):
        return Person(role, family, given)
    return None


def _with_comma(text: str, role: str) -> Person:
    text = text.strip(", ")
    head, _, last = text.rpartition(",")
    last = last.strip()
    if head and _LIFE.fullmatch(last):
        text = head.rstrip(", ")
    family, comma, given = text.partition(",")
    if not comma:
        return _without_comma(text, role)
    if is_company(text) or text.startswith(_COUNTRIES):
        return Person(role, name=text)
    if " " in family and names_an_institution(text):
        return Person(role, name=text)
    given = given.strip(", ")
    suffix, comma, rest = given.partition(",")
    if comma and _is_suffix(suffix):  # where BibTeX has it: `King, Jr., M. L.`
        given = f"{rest.strip()}, {suffix}"
    return Person(role, family.strip(), given)


def _without_comma(text: str, role: str) -> Person:
    if text[:1] >= _FIRST_EASTERN and (parted := _in_two(text)):
        return Person(role, *parted)
    if len(text) > _LONGEST_NAME or text.startswith(_COUNTRIES):
        return Person(role, name=text)
    match = None
    if "." in text:
        match = _GIVEN_LAST.fullmatch(text) or _GIVEN_FIRST.fullmatch(text)
    if match:
        family, given = match["family"].strip(), match["given"].strip()
        if given == text[: len(given)] and not _is_one_family(family):
            return Person(role, name=text)
        if " " not in family or not names_a_group(family):
            return Person(role, family, given)
    elif found := _with_bare_initials(text):
        return Person(role, *found)
    return Person(role, name=text)


def _in_two(text: str) -> tuple[str, str] | None:
    """Part a name of East Asia where a blank does: `田中 太郎`."""
    words = text.split()
    if len(words) != 2 or not all(len(word) <= _LONGEST_EASTERN for word in words):
        return None
    is_eastern = all(_FIRST_EASTERN <= letter <= _LAST_EASTERN for letter in "".join(words))
    return (words[0], words[1]) if is_eastern else None


def _is_one_family(text: str) -> bool:
    """Tell whether words behind initials are a family name: `van Galen`, but not `Henry Roemer`."""
    words = text.split()
    if _is_suffix(words[-1]):
        words.pop()
    return all(word.casefold() in PARTICLES for word in words[:-1])


def _with_bare_initials(text: str) -> tuple[str, str] | None:
    """Part `van Galen L`; alone, initials without dots are less sure a sign than in a list."""
    found = initialled(text)
    if found is None or names_a_group(text):
        return None
    family, given = found
    # In front they are as often an institution's: `NHS England`, `TU Delft`.
    if text.startswith(f"{given} ") or given in _ROMAN:
        return None
    particles, _, name = family.rpartition(" ")
    if name.isupper() or name.casefold() in _NO_FAMILIES or (particles and not particles.islower()):
        return None
    if len(name) < 3 or len(given) > 3 or (given in _FIRMS and text.endswith(given)):
        return None
    return found


def shows_initials(text: str) -> bool:
    """Tell whether a name may be family and bare initials: `Xu J`, `De Vries AB`, `Doe JA Jr`.

    Alone it may as well be something else, so others of the same list have to look so, too.
    """
    return _parted_at_initials(text) is not None


def person_with_initials(text: str, role: str) -> Person:
    """Read a name that others show to be a family name and initials."""
    parted = _parted_at_initials(text)
    return Person(role, *parted) if parted else person(text, role)


def shows_initials_first(text: str) -> bool:
    """Tell the same of `M A Roe` and `MA Roe`, which alone may as well be an institution."""
    found = initialled(text)
    return found is not None and text.startswith(f"{found[1]} ") and not names_a_group(text)


def person_with_initials_first(text: str, role: str) -> Person:
    """Read a name that others show to be initials and a family name."""
    found = initialled(text) if shows_initials_first(text) else None
    return Person(role, *found) if found else person(text, role)


def _parted_at_initials(text: str) -> tuple[str, str] | None:
    words = text.split() if len(text) <= _LONGEST_NAME and "," not in text else []
    suffix = f", {words.pop()}" if len(words) > 2 and _is_suffix(words[-1]) else ""
    if len(words) < 2 or not _are_bare_initials(words[-1]):
        return None
    given = [words.pop()]
    while len(words) > 1 and _are_bare_initials(words[-1]) and len(words[-1]) == 1:
        given.insert(0, words.pop())
    family = words[-1]
    if not family[0].isupper() or family.casefold() in _NO_FAMILIES or len(words) > 4:
        return None
    if not all(len(word) > 1 and word.translate(JOINS).isalpha() for word in words):
        return None
    if family.isupper() and len(family) > 2 and given[-1] in _FIRMS:
        return None
    return None if names_a_group(text) else (" ".join(words), " ".join(given) + suffix)


def _is_suffix(word: str) -> bool:
    return word.rstrip(".") in ("Jr", "Sr", "II", "III", "IV", "2nd", "3rd")


def _are_bare_initials(word: str) -> bool:
    return len(word) <= 4 and word.isalpha() and word.isupper()


def is_personal(text: str) -> bool:
    """Tell whether a name is a person's beyond doubt: family and given name, no institution."""
    if names_a_group(text) or any(map(str.isdigit, text)) or len(text) > _LONGEST_NAME:
        return False
    found = person(text, "author")
    family, given = found.family, found.given
    words = family.split()
    if not given or "," in given or not 1 <= len(words) <= 3 or len(given.split()) > 3:
        return False
    if len(words) > 1 and given == "".join(word[0] for word in words):
        return False  # `Amer Phys Soc, APS`
    return are_initials(given.replace(" ", "")) or not (family.isupper() and len(family) > 2)


def initialled(text: str) -> tuple[str, str] | None:
    """Part a name into family and initials if it is nothing else: `T. E. Golde`, `Li Y`."""
    words = text.split() if len(text) <= _LONGEST_NAME else []
    if len(words) < 2 or not (words[0].isupper() or words[-1].isupper()):
        return None
    before = list(takewhile(are_initials, words))
    behind = list(takewhile(are_initials, reversed(words)))
    if bool(before) == bool(behind):
        return None
    given = before or behind[::-1]
    family = words[len(before) : len(words) - len(behind)]
    if not is_family(family) or sum(map(str.isalpha, "".join(given))) > 4:
        return None
    return " ".join(family), " ".join(given)


def are_initials(word: str) -> bool:
    """Tell whether a word is initials: `T.`, `TE`, `J-P`."""
    if not word.isupper():
        return False
    letters = word.replace(".", "").replace("-", "")
    return len(letters) <= 4 and letters.isalpha()


def is_family(words: Sequence[str]) -> bool:
    """Tell whether words are one family name: `van der Berg`."""
    return (
        1 <= len(words) <= 4
        and all(len(word) > 1 and word.translate(JOINS).isalpha() for word in words)
        and not words[-1].islower()
        and words[-1].casefold() not in _SUFFIXES
    )


def without_brackets(text: str) -> str:
    """Return a name, or a part of a list in braces, without what encloses it."""
    if text[:1] == "{" or text.count("{") < text.count("}"):
        text = text.replace("{", "").replace("}", "").strip()
    if text[:1] + text[-1:] in _QUOTES:
        text = text[1:-1].strip()
    is_enclosed = text[:1] == "(" and text.find(")") == len(text) - 1 and text.count("(") == 1
    return text[1:-1].strip() if is_enclosed else text


def without_numbers(text: str) -> str:
    """Return a person's name without the numbers that stand behind it: `Roe, Max1,2`."""
    return _NUMBERS.sub("", text) if "," in text or text[-5:-2] == " 00" else text


def without_notes(text: str) -> str:
    """Return a name without the raised marks of footnotes and affiliations."""
    return _NOTE_MARK.sub("", text)


def without_marks(text: str) -> str:
    """Return a name without signs of footnotes, years of life, and the number of its researcher."""
    if "-000" in text:
        text = _ORCID.sub("", text).rstrip()
    return _MARKS.sub("", text)
