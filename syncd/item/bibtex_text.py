"""Texts and names as BibTeX writes them.

What TeX takes for a command is escaped, markup that Zotero knows becomes commands, and words of a
title that no style may write in small letters stand in braces of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from syncd.item.letters import has_controls

_ESCAPES = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}  # fmt: skip
_SPECIAL = re.compile(r"[\\~^&%$#_{}]")
_PLAINLY_ESCAPED = tuple("&%$#_")
"""What is escaped by a backslash before it, and by nothing that would have to be escaped."""
_WITHOUT_PAIRS = _ESCAPES | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
"""Where braces are not in pairs: BibTeX counts them, escaped or not."""
_SHORT = 50
_KNOWN = 1024
"""So many short texts are known as they were just written: journals, numbers and the like."""
_UNWRITTEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")
_PARAGRAPHS = re.compile(r"(?<!\s)[^\S\n]*+\n\s*+")

_TAG = re.compile(r"<(/?)(i|b|sub|sup|span|sc)\b[^<>]*>", re.IGNORECASE)
_COMMANDS = {
    "i": "emph", "b": "textbf", "sub": "textsubscript", "sup": "textsuperscript",
    "sc": "textsc", "span": "textsc",
}  # fmt: skip

_END = r"[^\s/—–,;:.?!()\[\]'\"“”‘’«»-]"
# No word is longer, and behind each of many brackets one may begin.
_WITHIN = r"[^\s/—–-]{0,300}"
_CAPITALISED = re.compile(
    rf"(?<![^\s/—–\-('\"“‘«\[¿¡„‚])(?={_WITHIN}[^\W\d_a-zß-öø-ÿ]){_WITHIN}{_END}"
)
"""A word that has a letter which may be a capital, without what follows it."""
_SMALL_WORDS = frozenset(
    """a an and as at but by for from in into nor of on or over per the to up via with vs
    über der die das und von zu mit im le la les de du des et en un une y el los las del e di il"""
    .split()
)  # fmt: skip
_TITLE_CASE = 0.6
"""From this share of capitals on, they say nothing about a word."""
_ATTACHED = 2
"""So short is a word beside markup that is the sign of an element or a quantity."""
_SHOUTED = 2
"""More words than these in capitals are no names."""
_WORD_OF_LETTERS = re.compile(r"[^\W\d_]+")
# Read from the end: a blank, and a mark before it.
_NEW_SENTENCE = re.compile(r"[^\w\s]*+\s[^\w:?!]*+[:?!]")


def escape(text: str) -> str:
    """Return a text in which TeX finds no command; line breaks become paragraphs."""
    return _escape_short(text) if len(text) < _SHORT else escape_once(text)


def escape_once(text: str) -> str:
    """Do the same for a text that will not come again, or is remembered by the caller."""
    if has_controls(text):
        text = _PARAGRAPHS.sub("\n\n", _UNWRITTEN.sub(" ", text))
    text = text.strip()
    return _escaped(text, _escapes_for(text))


_escape_short = lru_cache(maxsize=_KNOWN)(escape_once)


def _escapes_for(text: str) -> Mapping[str, str]:
    return _ESCAPES if _is_balanced(text) else _WITHOUT_PAIRS


def _escaped(text: str, escapes: Mapping[str, str]) -> str:
    # Most texts have none of these, and a pattern looks at each letter of them.
    if "\\" in text or "{" in text or "}" in text or "~" in text or "^" in text:
        return _SPECIAL.sub(lambda match: escapes[match[0]], text)
    if "&" in text or "%" in text or "$" in text or "#" in text or "_" in text:
        for character in _PLAINLY_ESCAPED:
            text = text.replace(character, escapes[character])
    return text


def verbatim(text: str) -> str:
    """Return an address or identifier, which stands as it is; what would break it is encoded."""
    if text.isprintable() and not (" " in text or "\\" in text or "{" in text or "}" in text):
        return text
    text = _BLANKS.sub("%20", _UNWRITTEN.sub("", text).strip()).replace("\\", "%5C")
    if _is_balanced(text):
        return text
    return text.replace("{", "%7B").replace("}", "%7D")


def _is_balanced(text: str) -> bool:
    if "{" not in text and "}" not in text:
        return True
    depth = 0
    for character in text:
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth < 0:
                return False
    return not depth


def escape_title(text: str, *, is_name: bool = False) -> str:
    """Return a title with its markup as commands, and names and formulas safe from small letters.

    In a title whose words nearly all begin with a capital, only those that have one elsewhere are.
    `is_name` says that it is one of a journal or an event, which is written as it is anyway.
    """
    text = _on_one_line(text)
    escapes = _escapes_for(text)
    if "<" not in text and (is_name or (text.isascii() and text[1:].islower())):
        return _escaped(text, escapes)  # no capital but the first, which begins the title
    parts = _parts(text)
    shouts = text.isupper() and len(_WORD_OF_LETTERS.findall(text)) > _SHOUTED
    if is_name or shouts:
        # No style changes a name, and capitals all over tell nothing.
        return "".join(p[0] if isinstance(p, tuple) else _escaped(p, escapes) for p in parts)
    is_title_case = _is_title_case(" ".join(part for part in parts if isinstance(part, str)))
    shown: list[str] = []
    at_start = True
    for number, part in enumerate(parts):
        if isinstance(part, tuple):
            shown.append(part[0])
            continue
        is_behind, is_before = number > 0, number + 1 < len(parts)
        end = 0
        for match in _CAPITALISED.finditer(part):
            word, start = match[0], match.start()
            begins = _begins(part[end:start], at_start)
            touches = (is_behind and not start) or (is_before and match.end() == len(part))
            shown.append(_escaped(part[end:start], escapes))
            keep = _has_meaning(word, begins, is_title_case, touches)
            shown.append(f"{{{_escaped(word, escapes)}}}" if keep else _escaped(word, escapes))
            end, at_start = match.end(), False
        at_start = _begins(part[end:], at_start)
        shown.append(_escaped(part[end:], escapes))
    return "".join(shown)


def _on_one_line(text: str) -> str:
    if not text.isprintable():
        text = _UNWRITTEN.sub(" ", text)
    elif "  " not in text:
        return text.strip()  # a blank is the only white space that can be printed
    return _BLANKS.sub(" ", text).strip()


def _begins(before: str, at_start: bool) -> bool:
    """Say whether a word behind this is the first of its sentence."""
    if at_start:
        return not any(map(str.isalnum, before))
    return _NEW_SENTENCE.match(before[::-1]) is not None


def _parts(text: str) -> list[str | tuple[str]]:
    """Return the runs of a text, and between them the commands that its markup opens and closes."""
    marks = list(_TAG.finditer(text))
    opened: list[int] = []
    pairs: dict[int, str] = {}
    for number, mark in enumerate(marks):
        name = mark[2].lower()
        if not mark[1]:
            opened.append(number)
        elif opened and marks[opened[-1]][2].lower() == name:
            pairs[opened.pop()] = f"\\{_COMMANDS[name]}{{"
            pairs[number] = "}"
    parts: list[str | tuple[str]] = []
    start = 0
    for number, command in sorted(pairs.items()):
        parts += [text[start : marks[number].start()], (command,)]
        start = marks[number].end()
    return [part for part in [*parts, text[start:]] if part]


def _is_title_case(text: str) -> bool:
    """Say whether nearly all words begin with a capital, so that a capital tells nothing."""
    words = [
        word for word in _WORD_OF_LETTERS.findall(text)[1:] if word.lower() not in _SMALL_WORDS
    ]
    told = [word[0].isupper() for word in words if len(word) > 1 and word[1:].islower()]
    return len(told) > 2 and sum(told) >= _TITLE_CASE * len(told)


def _has_meaning(word: str, begins: bool, is_title_case: bool, touches: bool) -> bool:
    """Say whether a capital in a word tells something that a style must not take away."""
    letters = word.lstrip("\"'“‘«([¿¡„‚")
    if not letters[1:].islower() and any(map(str.isupper, letters[1:])):
        return True
    if not letters[:1].isupper():
        return False
    if touches and len(letters) <= _ATTACHED:
        return True
    return not begins and not is_title_case and letters != "A"


# Names

_CAPITAL, _SMALL = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_PARTICLES = frozenset(
    """af al ap aw bin da das de degli dei del della dello dem den der des di do dos du ben el
    ibn la las le les lo los ten ter the tot und van ver vom von y zu zum zur 't""".split()
)
_SUFFIX = re.compile(r"(?:[JS]r\.?|[IVX]+|\d+(?:st|nd|rd|th))")


_LETTERS = rf"{_CAPITAL}{_SMALL}\d'’"
_PLAIN_NAME = (
    rf"[{_CAPITAL}][{_LETTERS}]*+(?:[ -][{_CAPITAL}][{_LETTERS}]*+)*+, "
    rf"[{_CAPITAL}][{_LETTERS}]*+(?:\.?[ -]?[{_CAPITAL}][{_LETTERS}]*+)*+\.?"
)
"""A name that is written as it stands: no particle, no suffix, nothing to escape."""
_PLAIN_NAMES = re.compile(rf"(?:{_PLAIN_NAME}(?: and (?!\Z)|\Z))++")


def format_names(creators: Sequence[Mapping[str, Any]]) -> str:
    """Return people and groups as a list that BibTeX takes apart again."""
    # Most lists are of people whose names need nothing, and told to be so at once.
    plain = [
        f"{creator.get('lastName') or ''}, {creator.get('firstName') or ''}"
        for creator in creators
        if not creator.get("name")
    ]
    names = " and ".join(plain)
    if len(plain) == len(creators) == names.count(",") and _PLAIN_NAMES.fullmatch(names):
        return names
    return " and ".join(filter(None, map(_format_name, creators)))


def _format_name(creator: Mapping[str, Any]) -> str:
    if name := _tidy(creator.get("name", "")):
        return f"{{{escape(name)}}}"
    family, given = _tidy(creator.get("lastName", "")), _tidy(creator.get("firstName", ""))
    if not family or not given:
        return f"{{{escape(family or given)}}}" if family or given else ""
    before, comma, suffix = given.rpartition(", ")
    if not comma or not _SUFFIX.fullmatch(suffix):
        before, suffix = given, ""
    if "," in family or "," in before:
        # Biber leaves a work out whose author has too many commas, in braces or not.
        return f"{{{escape(f'{family}, {given}')}}}"
    words = before.split(" ")
    while len(words) > 1 and words[-1] in _PARTICLES:
        family = f"{words.pop()} {family}"
    parts = (family, suffix, " ".join(words))
    return ", ".join([_part(part) for part in parts if part])


def _part(text: str) -> str:
    """Return a part of a name; in braces where BibTeX would take it apart at the wrong place."""
    shown = escape(text)
    if " " not in text:
        return shown
    words = text.split(" ")
    capital = next((n for n, word in enumerate(words) if word[:1].isupper()), 0)
    mixed = any(word[:1].islower() for word in words[capital + 1 :])
    return f"{{{shown}}}" if "and" in words or mixed else shown


def _tidy(value: Any) -> str:
    text = str(value or "")
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _BLANKS.sub(" ", text).strip()
