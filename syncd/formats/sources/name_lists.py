"""Several names in one value, parted only where each part is surely a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from syncd.formats.sources.group_names import (
    is_company,
    is_named_as_group,
    names_a_group,
    names_an_institution,
)
from syncd.formats.sources.names import (
    FIRST_CHINESE,
    JOINS,
    PARTICLES,
    are_initials,
    initialled,
    is_family,
)

_LONGEST_MORE = 10
_MOST_WORDS = 4
_MORE = re.compile(
    r"(?:\Aothers|(?:\A|(?<=[\s,;]))(?:et\.? al\.?|and others)|…|\.{3,10})\Z", re.IGNORECASE
)
_COMMA_AND_TAB = re.compile(r",[ \t]*\t[ \t]*")
_AND = re.compile(r" (?:and|&|e|et|en|och|og|und|y|и) ")
_LEADING_AND = re.compile(r"\A(?:and|&|et|und|y) ")
_SLASH = re.compile(r" ?// ?| / ")
_OBJECT = re.compile(r"\{[^{}]{1,2000}\}")
_OF_OBJECT = re.compile(r"""["'](\w+)["']\s*+:\s*+(?:"([^"]*)"|'([^']*)')""")
_KEYS_OF_FAMILY = ("family", "last", "lastName", "last_name", "lastname", "surname")
_KEYS_OF_GIVEN = ("given", "first", "firstName", "first_name", "firstname", "forename")
_KEYS_OF_NAME = ("name", "full_name", "fullName", "display_name", "literal", "author")
_LAST_CHINESE = "\u9fff"
_CHINESE_FAMILIES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許呂蘇盧蔣賈葉閻鐘譚鄒陸顧龍萬錢湯喬賀賴龔"
)
# With these end the family names of Japan, which like ours stand before a comma: `田中, 康夫`.
_JAPANESE_ENDINGS = frozenset(
    "田本川山野村井藤木島原上中口崎谷沢澤橋内岡子部瀬尾坂戸塚森沼辺石利目場根我東"
)


def split_names(value: str) -> list[str]:
    """Return the names that stand in one value; several only if all look like names."""
    if "|" in value or "\t" in value:
        value = _COMMA_AND_TAB.sub(", ", value).replace("|", ";").replace("\t", ";")
    if ";" in value:
        parts = [part for part in (piece.strip() for piece in value.split(";")) if part]
        parts = [*parts[:-1], *_last_of(parts[-1])] if len(parts) > 1 else parts
        if all("," in part or _looks_personal(part) for part in parts):
            return parts
    elif "/" in value and len(parts := _SLASH.split(value)) > 1:
        if all(part.count(",") == 1 for part in parts):
            return parts
    elif _holds_and(value):
        parts = _AND.split(value)
        whole = is_company(value) or names_an_institution(value)
        if all(part.count(",") == 1 for part in parts) and not whole:
            return parts
    elif _is_one(value):
        return [value]
    return _listed(value) or ([value] if value.strip(" ,;") else [])


def _last_of(text: str) -> list[str]:
    """Return the last name of a list, or two: `and Li, X.`, `Roe, M. & Li, X.`."""
    text = _LEADING_AND.sub("", text)
    parts = _AND.split(text)
    return parts if len(parts) == 2 and all(part.count(",") == 1 for part in parts) else [text]


def _holds_and(value: str) -> bool:
    """Tell whether a value may be a list with a last `and`; in other languages with commas only."""
    is_english = " and " in value or " & " in value
    return is_english or (value.count(",") > 1 and _AND.search(value) is not None)


def _is_whole_name(text: str) -> bool:
    """Tell whether a text is written as given names and family name are: `Bo van Kerr`."""
    words = text.split()
    is_long = not 2 <= len(words) <= _MOST_WORDS
    return not is_long and all(map(_is_of_name, words)) and not names_a_group(text)


def _is_of_name(word: str) -> bool:
    if word in PARTICLES:
        return True
    bare = word.translate(JOINS).rstrip(".")
    return bare.isalpha() and word[0].isupper() and not (word.isupper() and len(bare) > 1)


def _is_one(value: str) -> bool:
    """Tell of most values, and sooner than by parting them, that they are no list."""
    if not value.isascii() or value[:1] in ("", ","):
        return False
    commas = value.count(",")
    return commas == 0 or (commas == 1 and initialled(value.partition(",")[0]) is None)


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
        found = initialled(part)
        if found is not None and not names_a_group(part):
            names.append(", ".join(found))
        elif is_named_as_group(part):
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
        if not (is_family(family.split()) and given and all(map(are_initials, given.split()))):
            return []
        names.append(f"{family}, {given}")
    return names


def _chinese(parts: Sequence[str]) -> list[str]:
    """Return names if each is a whole one, and not the family name and the given name of one."""
    for part in parts:
        if not (2 <= len(part) <= 4 and all(FIRST_CHINESE <= c <= _LAST_CHINESE for c in part)):
            return []
    sure = len(parts) > 2 or all(
        part[0] in _CHINESE_FAMILIES and part[1] not in _JAPANESE_ENDINGS for part in parts
    )
    return list(parts) if sure else []


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
