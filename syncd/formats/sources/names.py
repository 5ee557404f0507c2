"""One name, or several in one value, as exports write them: persons and groups are told apart.

PERSON    `Family, Given`, `Family, Given, Suffix`, `T. E. Family`, `Family TE`
GROUP     an institution, a company, a study's team: one name that is not parted
LIST      several persons in one value; parted only where each part is surely a name
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from syncd.record import Person

_INITIALS = r"(?:[^\W\d_]\.[ -]?)++(?:-?[^\W\d_]\.)*+"
_PARTICLES = frozenset(
    """af al bin da das de del den der des di dos du el la las le los st st. ten ter van vom von
    zu zum zur""".split()
)
_GIVEN_LAST = re.compile(rf"(?P<family>\S.{{0,118}}?)(?<!\s)\s++(?P<given>{_INITIALS})")
_GIVEN_FIRST = re.compile(rf"(?P<given>{_INITIALS})\s*+(?P<family>[^\W\d_][^.,]++)")
_INSTITUTION = re.compile(
    r"\b(?:academ(?:ies|y)|age(?:nce|ncia|ncy)|aso?ciaci[oó]n|association|bureau|cent(?:er|re)"
    r"|collaboration|college|comisi[oó]n|commission|committee|conse(?:il|jo)|consortium|corporation"
    r"|council|d[eé]partement|departamento|department|dept|division|facult(?:ad|y|é)|federation"
    r"|foundation|fundaci[oó]n|gesellschaft|institut[eo]?|laborator(?:y|ies)|minist(?:erio|ry|ère)"
    r"|\w*ministerium|network|office|organi[sz]ation|school|secretar(?:iat|ía)|soci(?:edad|ety|été)"
    r"|stiftung|study group|universi\w+|working group)\b",
    re.IGNORECASE,
)
_GROUP_WORDS = (
    r"administration|alliance|authority|bank|biobank|board|club|collaborat(?:ive|ors)|company"
    r"|consort(?:ia|ium)|government|group|hospital|initiative|international|investigators"
    r"|library|museum|news|panel|press|program(?:me)?|project|publish(?:ers|ing)|registry|service"
    r"|stud(?:ies|y)|survey|task force|team|trials?|union|unit"
)
_GROUP = re.compile(rf"\b(?:{_GROUP_WORDS})\b", re.IGNORECASE)
# `Study area` is a caption, `The Diabetes Study` and `the MAVAN project` are groups.
_NAMED_GROUP = re.compile(
    rf"(?<=[\w)][ -])(?:(?=[A-Z])(?i:{_GROUP_WORDS})\b|(?i:{_GROUP_WORDS})\Z)"
)
_CAPTION = re.compile(
    r"(?:Box|Chart|Diagram|Fig|Figure|Image|Map|Photo|Photograph|Plate|Scheme|Table)\b"
)
_COUNTRIES = ("U.S. ", "U.S.A. ", "U.K. ", "U.N. ", "E.U. ", "US ", "USA ", "UK ", "UN ", "EU ")
_NO_FAMILIES = frozenset(["hepatitis", "influenza", "phase", "vitamin"])
_FIRMS = frozenset("AB AG AS BV CO EU INC KG LLC LLP LTD NV OY PLC SA SAS SE UK US USA".split())
"""Capitals that behind a name without a comma are a form of company, or a country, as often."""

# Before a comma capitals without a dot are mostly initials: `Matkin, CO`, and `Smith, AG`.
_LEGAL_FORMS = frozenset(
    """Co. Co.,Ltd. Corp Corp. CORP. Corporation GmbH Inc Inc. INC. Incorporated Limited Ltd Ltd.
    LTD. S.p.A. plc""".split()
).union(["Co. Ltd", "Co. Ltd.", "Pty Ltd", "Pty. Ltd."])
_LIFE = re.compile(r"(?:b|ca|d|fl)\. ?\d{4}\.?|\d{4}\??\s?[-–]\s?(?:\d{4}\??)?\.?")
_SUFFIXES = frozenset(
    """ba bs bsc bsn dds dnp do ii iii iv jr ma mba mbbs md mph ms msc msn pharmd phd rd rn
    sr""".split()
)
_ROMAN = frozenset("II III IV VI VII VIII IX XI XII XIII XIV XV XVI".split())
# Letters beyond Latin-1 would make the pattern slow to compile.
_CAPITAL, _LETTER, _ALNUM = "[A-ZÀ-ÖØ-Þ]", "[A-Za-zÀ-ÖØ-öø-ÿ]", "[A-Za-z0-9À-ÖØ-öø-ÿ]"
# A word that begins as a role or a legal form does may be one, and gets a closer look.
_PLAIN_GIVEN = rf"(?!H(?:rs)?g){_CAPITAL}{_LETTER}*+\.?+(?:-{_LETTER}++\.?+)*+"
_PLAIN_PARTICLES = r"(?:([Vv][ao]n|[Dd](?:e[lnrs]?|[aiu])|[Ll][ae]|[Tt]e[nr])\ )*+"
_PLAIN_NAME = (
    rf"{_PLAIN_PARTICLES}{_ALNUM}++(?:[-'’]{_ALNUM}++)*+,\ "
    r"(?!C(?:o\.|orp|ORP)|GmbH|I(?:nc|NC)|L(?:imited|td|TD)|Pty)"
    rf"{_PLAIN_GIVEN}(?:\ ?{_PLAIN_GIVEN})*+"
)
_PLAIN_NAMES = re.compile(rf"{_PLAIN_NAME}(?:\n{_PLAIN_NAME})*+")
_LONGEST_NAME = 120
_LONGEST_GROUP = 300
_LONGEST_MORE = 10
_MOST_WORDS = 4

_MORE = re.compile(
    r"(?:\Aothers|(?:\A|(?<=[\s,;]))(?:et\.? al\.?|and others)|…|\.{3,10})\Z", re.IGNORECASE
)
_COMMA_AND_TAB = re.compile(r",[ \t]*\t[ \t]*")
_AND = re.compile(r" (?:and|&|e|et|en|och|og|und|y|и) ")
_SLASH = re.compile(r" ?// ?| / ")
_OBJECT = re.compile(r"\{[^{}]{1,2000}\}")
_OF_OBJECT = re.compile(r"""["'](\w+)["']\s*+:\s*+(?:"([^"]*)"|'([^']*)')""")
_KEYS_OF_FAMILY = ("family", "last", "lastName", "last_name", "lastname", "surname")
_KEYS_OF_GIVEN = ("given", "first", "firstName", "first_name", "firstname", "forename")
_KEYS_OF_NAME = ("name", "full_name", "fullName", "display_name", "literal", "author")
_NOTE_MARK = re.compile(r"<sup>[\d,;\s*†‡§¶a-h]{1,20}</sup>", re.IGNORECASE)
_MARKS = re.compile(r"(?<=[^\W\d_]|\.)\s?(?:[*†‡§¶]+|\(\d{4}\s?[-–]\s?(?:\d{4})?\))\Z")
_ORCID = re.compile(
    r"(?<![\s,])[\s,]*+[(\[]?\s*+(?:orcid(?:\.org/|:)?\s*+|https?://orcid\.org/)?"
    r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]\s*[)\]]?",
    re.IGNORECASE,
)
_JOINS = str.maketrans("", "", "-'’")

_FIRST_EASTERN, _LAST_EASTERN = "\u3040", "\ud7a3"
_LONGEST_EASTERN = 3
_FIRST_CHINESE, _LAST_CHINESE = "\u3400", "\u9fff"
_CHINESE_FAMILIES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鐘譚鄒陸顧龍萬錢湯喬賀賴龔"
)
# With these end the family names of Japan, which like ours stand before a comma: `田中, 康夫`.
_JAPANESE_ENDINGS = frozenset(
    "田本川山野村井藤木島原上中口崎谷沢澤橋内岡子部瀬尾坂戸塚森沼辺石利目場根我東"
)


def plain_people(together: str, role: str) -> list[Person] | None:
    """Read names that stand one a line, if each is as plain as nearly all are: `Doe, Jane A.`.

    One look at all of them tells that none can be a group's, a list, or have a role beside it.
    None means that they need a closer look, not that they are anything else.
    """
    found = _PLAIN_NAMES.fullmatch(together)
    if found is None or "others" in together:
        return None
    if found.lastindex and _INSTITUTION.search(together):  # `La Poste, Office` has a particle, too
        return None
    parted = [name.partition(", ") for name in together.split("\n")]
    return [Person(role, family, given) for family, _, given in parted]


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
        "A" <= given < _FIRST_CHINESE
        and (family.isalnum() or (family[-1:].isalnum() and " " not in family))
        and "," not in given
        and given not in _LEGAL_FORMS
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
    if _is_company(text) or text.startswith(_COUNTRIES):
        return Person(role, name=text)
    if " " in family and _INSTITUTION.search(text):
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
        if " " not in family or not _names_a_group(family):
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
    return all(word.casefold() in _PARTICLES for word in words[:-1])


def names_an_institution(text: str) -> bool:
    """Tell whether a university or the like is named in a text."""
    return _INSTITUTION.search(text) is not None


def _names_a_group(text: str) -> bool:
    return _INSTITUTION.search(text) is not None or _GROUP.search(text) is not None


def _with_bare_initials(text: str) -> tuple[str, str] | None:
    """Part `van Galen L`; alone, initials without dots are less sure a sign than in a list."""
    found = _initialled(text)
    if found is None or _names_a_group(text):
        return None
    family, given = found
    # In front they are as often an institution's: `NHS England`, `TU Delft`.
    if text.startswith(given) or given in _ROMAN:
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
    found = _initialled(text)
    return found is not None and text.startswith(found[1]) and not _names_a_group(text)


def person_with_initials_first(text: str, role: str) -> Person:
    """Read a name that others show to be initials and a family name."""
    found = _initialled(text) if shows_initials_first(text) else None
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
    if not all(len(word) > 1 and word.translate(_JOINS).isalpha() for word in words):
        return None
    if family.isupper() and len(family) > 2 and given[-1] in _FIRMS:
        return None
    return None if _names_a_group(text) else (" ".join(words), " ".join(given) + suffix)


def _is_suffix(word: str) -> bool:
    return word.rstrip(".") in ("Jr", "Sr", "II", "III", "IV", "2nd", "3rd")


def _are_bare_initials(word: str) -> bool:
    return len(word) <= 3 and word.isalpha() and word.isupper()


def is_personal(text: str) -> bool:
    """Tell whether a name is a person's beyond doubt: family and given name, no institution."""
    if _names_a_group(text) or any(map(str.isdigit, text)) or len(text) > _LONGEST_NAME:
        return False
    found = person(text, "author")
    family, given = found.family, found.given
    words = family.split()
    if not given or "," in given or not 1 <= len(words) <= 3 or len(given.split()) > 3:
        return False
    if len(words) > 1 and given == "".join(word[0] for word in words):
        return False  # `Amer Phys Soc, APS`
    return _are_initials(given.replace(" ", "")) or not (family.isupper() and len(family) > 2)


def _initialled(text: str) -> tuple[str, str] | None:
    """Part a name into family and initials if it is nothing else: `T. E. Golde`, `Li Y`."""
    words = text.split() if len(text) <= _LONGEST_NAME else []
    if len(words) < 2 or not (words[0].isupper() or words[-1].isupper()):
        return None
    before = list(takewhile(_are_initials, words))
    behind = list(takewhile(_are_initials, reversed(words)))
    if bool(before) == bool(behind):
        return None
    given = before or behind[::-1]
    family = words[len(before) : len(words) - len(behind)]
    if not _is_family(family) or sum(map(str.isalpha, "".join(given))) > 4:
        return None
    return " ".join(family), " ".join(given)


def _are_initials(word: str) -> bool:
    if not word.isupper():
        return False
    letters = word.replace(".", "").replace("-", "")
    return len(letters) <= 4 and letters.isalpha()


def _is_family(words: Sequence[str]) -> bool:
    return (
        1 <= len(words) <= 4
        and all(len(word) > 1 and word.translate(_JOINS).isalpha() for word in words)
        and not words[-1].islower()
        and words[-1].casefold() not in _SUFFIXES
    )


def split_names(value: str) -> list[str]:
    """Return the names that stand in one value; several only if all look like names."""
    if "|" in value or "\t" in value:
        value = _COMMA_AND_TAB.sub(", ", value).replace("|", ";").replace("\t", ";")
    if ";" in value:
        parts = [part for part in (piece.strip() for piece in value.split(";")) if part]
        if all("," in part or _looks_personal(part) for part in parts):
            return parts
    elif "/" in value and len(parts := _SLASH.split(value)) > 1:
        if all(part.count(",") == 1 for part in parts):
            return parts
    elif _holds_and(value):
        parts = _AND.split(value)
        whole = _is_company(value) or _INSTITUTION.search(value) is not None
        if all(part.count(",") == 1 for part in parts) and not whole:
            return parts
    elif _is_one(value):
        return [value]
    return _listed(value) or ([value] if value.strip(" ,;") else [])


def _holds_and(value: str) -> bool:
    """Tell whether a value may be a list with a last `and`; in other languages with commas only."""
    is_english = " and " in value or " & " in value
    return is_english or (value.count(",") > 1 and _AND.search(value) is not None)


def _is_whole_name(text: str) -> bool:
    """Tell whether a text is written as given names and family name are: `Bo van Kerr`."""
    words = text.split()
    is_long = not 2 <= len(words) <= _MOST_WORDS
    return not is_long and all(map(_is_of_name, words)) and not _names_a_group(text)


def _is_of_name(word: str) -> bool:
    if word in _PARTICLES:
        return True
    bare = word.translate(_JOINS).rstrip(".")
    return bare.isalpha() and word[0].isupper() and not (word.isupper() and len(bare) > 1)


def _is_one(value: str) -> bool:
    """Tell of most values, and sooner than by parting them, that they are no list."""
    if not value.isascii() or value[:1] in ("", ","):
        return False
    commas = value.count(",")
    return commas == 0 or (commas == 1 and _initialled(value.partition(",")[0]) is None)


def _is_company(text: str) -> bool:
    return text.rpartition(",")[2].strip() in _LEGAL_FORMS


def _looks_personal(text: str) -> bool:
    return len(text.split()) <= 4


def _listed(value: str) -> list[str]:
    """Return the names of a list that is parted by commas only; none unless every one is sure."""
    is_enumeration = value.count(",") > 1 or (" and " in value and "," not in value)
    for between in (" and ", " & ", "，", "、"):
        value = value.replace(between, ",")
    parts = [part for piece in value.split(",") if (part := piece.strip())]
    if len(parts) < 2:
        return []
    found = _each_initialled(parts) or _alternating(parts) or _chinese(parts)
    return found or (parts if is_enumeration and all(map(_is_whole_name, parts)) else [])


def _each_initialled(parts: Sequence[str]) -> list[str]:
    names = []
    groups = 0
    for part in parts:
        found = _initialled(part)
        if found is not None and not _names_a_group(part):
            names.append(", ".join(found))
        elif _NAMED_GROUP.search(part) is not None:
            names.append(part)
            groups += 1
        else:
            return []
    return names if not groups or len(names) > groups + 1 else []


def _alternating(parts: Sequence[str]) -> list[str]:
    """Pair the parts of `Smith, J., Doe, A.`."""
    if len(parts) % 2:
        return []
    names = []
    for family, given in zip(parts[::2], parts[1::2], strict=True):
        if not (_is_family(family.split()) and given and all(map(_are_initials, given.split()))):
            return []
        names.append(f"{family}, {given}")
    return names


def _chinese(parts: Sequence[str]) -> list[str]:
    """Return names if each is a whole one, and not the family name and the given name of one."""
    for part in parts:
        if not (2 <= len(part) <= 4 and all(_FIRST_CHINESE <= c <= _LAST_CHINESE for c in part)):
            return []
    sure = len(parts) > 2 or all(
        part[0] in _CHINESE_FAMILIES and part[1] not in _JAPANESE_ENDINGS for part in parts
    )
    return list(parts) if sure else []


def without_brackets(text: str) -> str:
    """Return a name, or a part of a list in braces, without what encloses it."""
    if text[:1] == "{" or text.count("{") < text.count("}"):
        text = text.replace("{", "").replace("}", "").strip()
    is_enclosed = text[:1] == "(" and text.find(")") == len(text) - 1 and text.count("(") == 1
    return text[1:-1].strip() if is_enclosed else text


def without_notes(text: str) -> str:
    """Return a name without the raised marks of footnotes and affiliations."""
    return _NOTE_MARK.sub("", text)


def without_marks(text: str) -> str:
    """Return a name without signs of footnotes, years of life, and the number of its researcher."""
    if "-000" in text:
        text = _ORCID.sub("", text).rstrip()
    return _MARKS.sub("", text)


def names_of_objects(value: str) -> list[str]:
    """Return the names of a list of objects that a program wrote: `[{'family': 'Kerr', …}]`."""
    names = []
    for found in _OBJECT.finditer(value) if '":' in value or "':" in value else ():
        said = {key: single or double for key, double, single in _OF_OBJECT.findall(found[0])}
        family = next((said[key] for key in _KEYS_OF_FAMILY if key in said), "")
        given = next((said[key] for key in _KEYS_OF_GIVEN if key in said), "")
        name = next((said[key] for key in _KEYS_OF_NAME if key in said), "")
        if text := ", ".join(filter(None, (family, given))) or name:
            names.append(text)
    return names


def without_more(text: str) -> str:
    """Return the names of a list without the sign at its end that there are more of them."""
    more = _MORE.search(text, max(0, len(text) - _LONGEST_MORE))
    return text[: more.start()].rstrip(" ,;&") if more else text


def is_group(text: str) -> bool:
    """Tell whether a text is the name of a group, rather than a caption or any other remark."""
    if len(text) > _LONGEST_GROUP or _CAPTION.match(text):
        return False
    acronym = " " not in text and len(text) > 1 and text.isupper()
    return acronym or _INSTITUTION.search(text) is not None or _NAMED_GROUP.search(text) is not None
