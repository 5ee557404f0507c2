"""Whether a value says less than the one it would replace: a year for a day, an abstract cut off.

A newer export is not always a better one. Databases shorten names, drop the second half of a
title or know only the year; what is lost that way would not come back.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from syncd.identity import parse_isbns, parse_issns
from syncd.item.fields import DATES

_WORD = re.compile(r"\w+")
_CUT_OFF = re.compile(r"(?<!\s)\s*+(?:…|(?<!\.)\.{3,}+|\[\.\.\.\])\s*+$")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
_BLANKS = re.compile(r"\s+")
_LONG = 40
"""From so many letters on, a beginning of a text is no text of its own, wherever it ends."""
_SERIALS = {"ISSN": parse_issns, "ISBN": parse_isbns}


def says_less(name: str, old: Any, new: Any) -> bool:
    """Say whether `new` would lose something that `old` says in the field of this name.

    Texts, or lists of creators (`creators`).
    """
    if name == "creators":
        return _fewer_people(old, new)
    if name in DATES:
        return len(_WORD.findall(new)) < len(_WORD.findall(old))
    if name in _SERIALS:
        before, after = set(_SERIALS[name](old)), set(_SERIALS[name](new))
        return after < before
    return _is_shorter_text(old, new)


def _is_shorter_text(old: str, new: str) -> bool:
    before, after = _spaced(old), _spaced(new)
    if _is_beginning(before, after):
        return True
    if _is_poorer_spelling(before, after):
        return True
    return _is_abbreviation(before, after)


def _spaced(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _is_beginning(old: str, new: str) -> bool:
    """Say whether the new text is where the old one begins, and no word is a mere piece of one."""
    kept = _CUT_OFF.sub("", new)
    if len(kept) >= len(old) or not old.casefold().startswith(kept.casefold()):
        return False
    in_mid_word = kept[-1:].isalnum() and old[len(kept)].isalnum()
    return kept != new or not in_mid_word or len(kept) >= _LONG


def _is_poorer_spelling(old: str, new: str) -> bool:
    """Say whether only capitals, accents or markup were lost on the way."""
    if _letters(old) != _letters(new):
        return False
    shouts = new.isupper() and not old.isupper()
    is_flat = new.isascii() and not old.isascii()
    return shouts or is_flat or len(_MARKUP.findall(new)) < len(_MARKUP.findall(old))


def _letters(text: str) -> str:
    bare = unicodedata.normalize("NFKD", html.unescape(_MARKUP.sub("", text)).casefold())
    return "".join(letter for letter in bare if letter.isalnum())


def _is_abbreviation(old: str, new: str) -> bool:
    """Say whether every word is the beginning of one of the old words: `Nat. Med.`."""
    if "." not in new or len(new) >= len(old):
        return False
    words = iter(_WORD.findall(old.casefold()))
    short = _WORD.findall(new.casefold())
    return bool(short) and all(any(word.startswith(each) for word in words) for each in short)


def _fewer_people(old: Sequence[Mapping[str, str]], new: Sequence[Mapping[str, str]]) -> bool:
    """Say whether people are missing, or are called by less of their names."""
    new = [each for each in new if not _is_others(each)]
    if len(new) < len(old):
        left = iter(old)
        rest = all(any(_may_be(before, after) for before in left) for after in new)
        return rest or _may_be(old[0], new[0])
    return any(
        _may_be(before, after) and _is_shorter_name(before, after)
        for before, after in zip(old, new, strict=False)
    )


def _is_others(creator: Mapping[str, str]) -> bool:
    said = f"{creator.get('name', '')}{creator.get('lastName', '')}"
    return _letters(said) in ("etal", "andothers", "others")


def _may_be(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Say whether two are one person whose given names may be written out or not."""
    return _letters(_family(old)) == _letters(_family(new)) and (
        _is_shorter_name(old, new) or _is_shorter_name(new, old) or _given(old) == _given(new)
    )


def _is_shorter_name(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    before, after = _given(old), _given(new)
    if before == after:
        return _is_poorer_spelling(_family(old), _family(new)) or _is_poorer_spelling(
            old.get("firstName", ""), new.get("firstName", "")
        )
    if len("".join(after)) >= len("".join(before)):
        return False
    words = iter(before)
    return all(any(word.startswith(each) for word in words) for each in after)


def _family(creator: Mapping[str, str]) -> str:
    return creator.get("lastName") or creator.get("name") or ""


def _given(creator: Mapping[str, str]) -> list[str]:
    """Return the given names, run-together initials (`MQ`) parted as far as they can be told."""
    said = creator.get("firstName", "")
    names: list[str] = []
    for word in _WORD.findall(said):
        is_initials = word.isupper() and 1 < len(word) <= 3 and said.upper() == said
        names += list(word) if is_initials else [word]
    return [_letters(name) for name in names]
