"""What people did, where it stands beside their names: `Roe, Max [Ed]`, `Hrsg. Poe, Ann`."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_ROLES = {
    **dict.fromkeys(
        """bearb bearbeiter comp compiler comps coord coordinador coordinadora coordinator coords
        cur curador dir dirs ed editor editora editores editors eds edt éd éditeur éditrice éds hg
        hgg herausgeber herausgeberin edited hrsg hrsgg koord oprac org organizador organizadora
        organizer orgs red redacteur redaktor redaktør redaktör redigerad utg ред редактор сост
        主编 主編 编 編 编者 編者 编辑 編集""".split(),
        "editor",
    ),
    **dict.fromkeys("a cura di|ed. lit|под ред|ответственный редактор".split("|"), "editor"),
    **dict.fromkeys(
        "series editor|series editors|series ed|series eds|reihenhrsg".split("|"), "seriesEditor"
    ),
    **dict.fromkeys(
        """övers oversat oversetter trad traducteur traductor traductora traductrice tradutor
        traduttore trans transl translator translators trl tłum übers übersetzer übersetzerin
        vertaler пер переводчик 译 譯 訳 译者 譯者 訳者 翻译 翻譯 翻訳""".split(),
        "translator",
    ),
    **dict.fromkeys(
        "contributor ctb ill illus illustrator mitarb mitw mitwirkende mitwirkender".split(),
        "contributor",
    ),
    **dict.fromkeys(
        """aut auteur author authors autor autora autore verf verfasser verfasserin автор 著 著者
        作者 编著 編著""".split(),
        "author",
    ),
}
"""Roles by the words for them, in small letters and without dots."""

_LONG_ROLES = {
    **dict.fromkeys(
        "chief editor|editor in chief|editor-in-chief|general editor|guest editor|guest editors"
        "|managing editor|volume editor|volume editors".split("|"),
        "editor",
    ),
    **dict.fromkeys(
        "co-author|coauthor|corresponding author|first author|reprint author".split("|"), "author"
    ),
}
"""The same of what stands in brackets only."""

_WORDS = "|".join(sorted(_ROLES, key=len, reverse=True))
_SURE_WORDS = "|".join(
    sorted(
        set(_ROLES)
        - set(
            """aut auteur author autor autora autore comp comps coord coords ctb cur dir dirs ill
            mitw org orgs red trans trl utg""".split()
        )
    )[::-1]
)
"""Words that are short for nothing else, as `Comp.` is in the name of a department."""
_BY = r"\.?\s++(?:by|von|v\.|par)\s++"
_BEGINS_A_NAME = re.compile(rf"^(?:{_SURE_WORDS})(?:[.:]|{_BY})", re.IGNORECASE | re.MULTILINE)
_LAST_WORD = re.compile(r"(?<![^\W\d_])([^\W\d_]++)\.?\Z")
_LONGEST_WORD = 40
_LAST_OF_ROLES = frozenset(
    [
        *(words.split()[-1].split("-")[-1].casefold() for words in _ROLES),
        *"by eds hg hgg hrsg hrsgg von".split(),
    ]
)
"""What a text with a role at its end ends with, unless that is Chinese or Japanese."""
_FIRST_CHINESE = "\u4e00"
# Each alternative begins with a sign of its own, so that nothing else is looked at.
_MAY_HOLD_ROLE = re.compile(
    r"\[|\(|<|（|【|[编編译譯訳著]\b"
    r"|-(?:\d{4},?)? (?=[a-z])"
    r"|, ?(?=[AaBbCcDdEeÉéHhIiKkMmOoÖöRrSsTtUuÜüVvапрс])"
    r"(?:[Aa]ut|[Bb]ea|[Cc](?:o[mno]|ur)|[Dd]ir|[Ee]d|[Éé]d|[Hh][erg]|[Ii]ll|[Kk]oor|[Mm]it|[Oo]rg"
    r"|[Öö]v|[Oo](?:ve|pr)|[Rr]e[di]|[Ss]er|[Tt](?:r[al]|łu)|[Uu]tg|[Üü]b|[Vv]er[ft]|[рс][ео]|пер|авт)"
    r"| H(?:rs)?gg?\b| [-–/]"
)
_BETWEEN = re.compile(r"\s*(?:[,;&]|\band\b|\bund\b)\s*")
_LONGEST = 2_000


class Named(NamedTuple):
    """A name, or several, and the role that stands behind; empty if none does."""

    text: str
    role: str = ""


def may_hold_roles(text: str) -> bool:
    """Tell quickly whether there may be a role behind any name of a text."""
    if _MAY_HOLD_ROLE.search(text):
        return True
    may_begin = ". " in text or ": " in text or " by " in text or " von " in text
    return may_begin and _BEGINS_A_NAME.search(text) is not None


# Patterns of so many words take long to compile, and few files need them.


@cache
def _in_brackets() -> re.Pattern[str]:
    """Return what finds a role in brackets: there, any of the words is one."""
    return re.compile(
        rf"(?<!\s)\s*+,?\s*+[\[(<（【]\s*+({_WORDS}|{'|'.join(_LONG_ROLES)})\.?\s*+[\])>）】]",
        re.IGNORECASE,
    )


@cache
def _in_front() -> re.Pattern[str]:
    """Return what matches a role before a name.

    Words with a dot are roles where a whole name follows: `Ed. Roe` may be one.
    """
    return re.compile(
        rf"[\[(<]\s*+({_WORDS})\.?\s*+[\])>],?\s*+"
        rf"|({_SURE_WORDS})(?:{_BY}|(?:\.:?|:)\s*+(?=[^\s,]++[^,]*+,))",
        re.IGNORECASE,
    )


@cache
def _behind() -> re.Pattern[str]:
    """Return what finds a role at the end.

    Catalogues of libraries write years of life before it: `Roe, Max, 1950- editor`.
    """
    return re.compile(
        rf"(?:(?<=[^\W\d_]|\.),\s*+(eds?)\.?"
        rf"|,[^,]*+,\s*+(?:\d{{4}}-(?:\d{{4}},?)?\s++)?(?i:({_WORDS}))\.?(?:\s++(?:by|von))?"
        r"|(?:,\s*+|(?<!\s)\s++)(H(?:rs)?gg?|[主编編]?[编編]著?|[编編][者辑集]|翻?[译譯訳]者?|著者?)\.?"
        rf"|(?<!\s)\s++[-–/]\s*+(?i:({_SURE_WORDS}))\.?)\Z"
    )


def is_role(word: str) -> bool:
    """Tell whether a word alone says what somebody did."""
    return word.rstrip(".").casefold() in _ROLES


def part_roles(value: str) -> list[Named]:
    """Part a value behind each role in brackets, and take the roles off."""
    if len(value) > _LONGEST:
        return [Named(value)]
    if front := _in_front().match(value):
        role = _role(front[1] or front[2])
        return [Named(each.text, each.role or role) for each in part_roles(value[front.end() :])]
    found: list[Named] = []
    at = 0
    for match in _in_brackets().finditer(value):
        found.append(Named(_trimmed(value[at : match.start()]), _role(match[1])))
        at = match.end()
    rest = _trimmed(value[at:])
    if rest or not found:
        found.append(_without_role_behind(rest))
    return [named for named in found if named.text]


def _without_role_behind(text: str) -> Named:
    last = _LAST_WORD.search(text, max(0, len(text) - _LONGEST_WORD))
    if last is None or not (last[1].casefold() in _LAST_OF_ROLES or last[1][-1] >= _FIRST_CHINESE):
        return Named(text)
    match = _behind().search(text[-_LONGEST:])
    if match is None:
        return Named(text)
    word = match[1] or match[2] or match[3] or match[4]
    end = len(text) - (match.end() - match.start(match.lastindex or 0))
    name = text[:end].rstrip(", /")
    return Named(name if name[-5:-1].isdigit() else name.rstrip(", -–/"), _role(word))


def _trimmed(text: str) -> str:
    if between := _BETWEEN.match(text):
        text = text[between.end() :]
    return text.strip(" ,;")


def _role(word: str) -> str:
    word = word.casefold()
    return _ROLES.get(word) or _LONG_ROLES[word]
