"""By which names documents cite works: given once, kept for good, and each for one work.

A key that an item carries (Zotero's field, or a line `Citation Key: x` of `extra`) is the one that
is used. Any other is made of what is known when it is given: the first author, the year and a word
of the title. Two keys that differ in their capitals alone are one to BibTeX.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, product
from typing import Any

from syncd.item.extra import lines_of
from syncd.item.fields import DATES, TITLES, first_of
from syncd.record import ItemKey

_NOT_IN_A_KEY = re.compile(r"""[\s,{}()\[\]"'#%~\\=@&$^|<>`\x00-\x1f\x7f]+""")
_SKIPPED = frozenset(
    """a an the on of in at to for and or from with by is are as der die das ein eine den dem des
    und von le la les un une de du el los las il lo gli i o um uma os""".split()
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_MARKUP = re.compile(r"<[^<>]*+>")
_WORD = re.compile(r"[^\W_]+")
_LABELS = ("citation key", "citekey", "bibtex")
_NOT_PLAIN = re.compile(r"[^a-z0-9]")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SPECIAL = {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}


class KeyRing:
    """Which work has which key. `given` is filled with what is new, in order."""

    def __init__(self, known: Sequence[tuple[ItemKey, str]] = ()) -> None:
        self.given: list[tuple[ItemKey, str]] = []
        self._endings_of: dict[str, Iterator[str]] = {}
        """What a key that several want still can end in; all before is taken, and stays so."""
        self._key_of = dict(known)
        self._owner_of = {citation_key.casefold(): item_key for item_key, citation_key in known}
        if len(self._owner_of) < len(known):
            # A key that two works have is that of the first.
            self._key_of, self._owner_of = {}, {}
            for item_key, citation_key in known:
                self._take(item_key, citation_key)

    def key_for(self, item_key: ItemKey, data: Mapping[str, Any]) -> str:
        """Return the key of a work: the one it carries or has, or a new one."""
        carried, has = carried_key(data), self._key_of.get(item_key)
        if has and (not carried or has == carried or self._stands_for(has, carried, item_key)):
            return has
        wanted = carried or propose_key(item_key, data)
        endings = self._endings(wanted, item_key)
        key = next(key for end in endings if self._is_free(key := wanted + end, item_key))
        self._take(item_key, key)
        self.given.append((item_key, key))
        return key

    def _endings(self, wanted: str, item_key: ItemKey) -> Iterable[str]:
        """Return in what the key of a work may end, beginning with nothing."""
        if item_key in self._key_of or self._is_free(wanted, item_key):
            # Any of the first may be its own.
            return _endings()
        # Thousands may want one key, and would all ask for the first thousand again.
        return self._endings_of.setdefault(wanted.casefold(), _endings())

    def _stands_for(self, has: str, carried: str, item_key: ItemKey) -> bool:
        """Say whether a key was given because the one that the work carries was taken."""
        rest = has.removeprefix(carried)
        return has != rest and not rest.strip(_LETTERS) and not self._is_free(carried, item_key)

    def _is_free(self, citation_key: str, item_key: ItemKey) -> bool:
        return self._owner_of.get(citation_key.casefold(), item_key) == item_key

    def _take(self, item_key: ItemKey, citation_key: str) -> None:
        if self._is_free(citation_key, item_key):
            self._owner_of[citation_key.casefold()] = item_key
            self._key_of[item_key] = citation_key


def wanted_key(item_key: ItemKey, data: Mapping[str, Any]) -> str:
    """Return the key that a work gets where no other has it."""
    return carried_key(data) or propose_key(item_key, data)


def carried_key(data: Mapping[str, Any]) -> str:
    """Return the key that an item itself carries; empty where it carries none."""
    if (field := data.get("citationKey")) and (key := _cleaned(str(field))):
        return key
    for label, value in lines_of(data.get("extra") or ""):
        if label.casefold() in _LABELS and (key := _cleaned(value)):
            return key
    return ""


def propose_key(item_key: ItemKey, data: Mapping[str, Any]) -> str:
    """Return a key that says what a work is: `smith2012territory`."""
    year = _YEAR.search(first_of(data, DATES))
    title = first_of(data, TITLES)
    if "<" in title:
        title = _MARKUP.sub("", title)
    words = (_folded(match[0]) for match in _WORD.finditer(title))
    word = next((each for each in words if len(each) > 1 and each not in _SKIPPED), "")
    key = f"{_folded(_first_family(data))}{year[0] if year else ''}{word}"
    if not key or not key[0].isalpha():
        key = f"item{key or item_key.lower()}"
    return key


def _first_family(data: Mapping[str, Any]) -> str:
    creators = data.get("creators") or ()
    authors = [creator for creator in creators if creator.get("creatorType") == "author"]
    for creator in authors or creators:
        return str(creator.get("lastName") or creator.get("name") or "")
    return ""


def _endings() -> Iterator[str]:
    for length in count():
        for letters in product(_LETTERS, repeat=length):
            yield "".join(letters)


def _cleaned(text: str) -> str:
    return _NOT_IN_A_KEY.sub("", unicodedata.normalize("NFC", text))


def _folded(text: str) -> str:
    text = text.casefold()
    if not text.isascii():
        text = "".join(_SPECIAL.get(character, character) for character in text)
        text = unicodedata.normalize("NFKD", text)
    elif text.isalnum():
        return text
    return _NOT_PLAIN.sub("", text)
