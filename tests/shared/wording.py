"""Words that compare alike, in whichever way a date, a number, a link or markup is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import unquote

_BREAK = re.compile(r"<(?:br|/p)\b[^<>]*>|\\r|(?<=\w)(?=https?://)")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")
# Links that an identifier stands for: only the identifier has to be kept.
_RESOLVER = re.compile(
    r"""https?://(?: (?:dx\.)?doi\.org
                   | (?:www|pubmed)\.ncbi\.nlm\.nih\.gov (?:/pubmed | /pmc/articles)?
                   | europepmc\.org/(?:abstract|articles?) (?:/med)? )/""",
    re.VERBOSE,
)
_WORD = re.compile(r"\d+|[^\W\d_]+")
_MONTHS = """jan january|feb february|mar march|apr april|may|jun june|jul july|aug august
    |sep sept september|oct october|nov november|dec december""".split("|")
_SPELLED_OUT = {"spr": "spring"} | {
    name: str(number) for number, names in enumerate(_MONTHS, 1) for name in names.split()
}
# Words that only say what kind of number or date they stand beside.
_LABELS = frozenset(
    "doi electronic isbn isi issn linking pmcid pmid print through undefined".split()
)


def texts_in(value: object) -> Iterator[str]:
    """Yield every text of a record or an item, however deep it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from texts_in(part)


def words_of(text: str) -> set[str]:
    """Return words and numbers, alike for all ways of writing a date, a link or markup."""
    text = _BREAK.sub(" ", unescape(unescape(unquote(text))))
    text = _RESOLVER.sub("", _MARKUP.sub("", text).casefold())
    found = (word.lstrip("0") for word in _WORD.findall(text))
    return {_SPELLED_OUT.get(word, word) for word in found} - _LABELS - {""}


def letters_of(text: str) -> str:
    """Return letters and digits alone, without what parts them."""
    return re.sub(r"[\W_]+", "", text.casefold())


def stands_in(word: str, letters: str) -> bool:
    """Tell whether a word is there in parts, as `15255050` is in `1525-5050`."""
    return len(word) > 3 and word in letters
