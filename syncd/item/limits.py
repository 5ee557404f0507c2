"""How much text a library takes, and what is done with more.

Text that a person reads is cut, and shows it with an ellipsis; whoever calls keeps the whole.
Text that must be whole to be true (an identifier, an address, a date) is left as it is and
reported, for a person to decide. What a library would drop without a word anyway goes first:
control characters, blanks around a text, empty creators and tags.

CUT         a text that was too long: where it stands, all of it, and whether it was left
FALSIFIES   cutting would turn the text into an untrue one, so it was left
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from syncd.library import TextLimits
from syncd.plan import Cut

ELLIPSIS = "…"

_NEVER_CUT = frozenset(
    (
        *("DOI", "ISBN", "ISSN", "PMID", "PMCID", "url", "citationKey", "archiveID", "callNumber"),
        *("date", "accessDate", "dateAdded", "dateModified", "filingDate", "issueDate"),
        *("volume", "issue", "pages", "edition", "number", "patentNumber", "applicationNumber"),
        *("reportNumber", "billNumber", "docketNumber", "codeNumber", "publicLawNumber"),
        *("archiveLocation", "itemType", "parentItem", "linkMode", "contentType", "filename"),
        "path",
    )
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = " \t\n\r\0\x0b"
"""What Zotero's server trims; a no-break space stays."""

_NAMES = ("firstName", "lastName", "name")


ZOTERO = TextLimits()


def fit(
    data: Mapping[str, Any], limits: TextLimits = ZOTERO
) -> tuple[dict[str, Any], tuple[Cut, ...]]:
    """Return the data as a library will take it, and every text that was too long.

    What was `falsifies` is still in the data at its full length: it cannot be sent as it is.
    """
    fitter = _Fitter(limits)
    fitted = {name: fitter.fit_property(name, value) for name, value in data.items()}
    return fitted, tuple(fitter.cuts)


def clean(text: str) -> str:
    """Return text without what a library drops silently; a lone surrogate becomes U+FFFD."""
    if text.isprintable():
        return text.strip(_BLANKS)
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    return _CONTROL.sub("", text).strip(_BLANKS)


class _Fitter:
    def __init__(self, limits: TextLimits) -> None:
        self._limits = limits
        self.cuts: list[Cut] = []

    def fit_property(self, name: str, value: Any) -> Any:
        if name == "creators" and isinstance(value, list | tuple):
            return self._fit_creators(value)
        if name == "tags" and isinstance(value, list | tuple):
            return self._fit_tags(value)
        if not isinstance(value, str):
            return value
        if name == "note":
            return self._fit_note(value)
        return self._fit_field(name, clean(value))

    def _fit_field(self, name: str, text: str) -> str:
        limit = self._limits.date if name == "date" else self._limits.field
        # Four bytes is the most that a character takes.
        if len(text) * 4 <= limit or len(text.encode()) <= limit:
            return text
        falsifies = name in _NEVER_CUT
        self.cuts.append(Cut(name, text, falsifies))
        if falsifies:
            return text
        return _cut_lines(text, limit) if name == "extra" else _cut_bytes(text, limit)

    def _fit_note(self, text: str) -> str:
        text = clean(text)
        if len(text) <= self._limits.note:
            return text
        self.cuts.append(Cut("note", text))
        return _cut_html(text, self._limits.note)

    def _fit_creators(self, creators: Sequence[Any]) -> list[Any]:
        fitted = [self._fit_creator(place, creator) for place, creator in enumerate(creators)]
        return [creator for creator in fitted if _has_name(creator)]

    def _fit_creator(self, place: int, creator: Any) -> Any:
        if not isinstance(creator, Mapping):
            return creator
        fitted = dict(creator)
        for name in _NAMES:
            if isinstance(creator.get(name), str):
                where = f"creators[{place}].{name}"
                fitted[name] = self._fit_name(where, creator[name], self._limits.name)
        return fitted

    def _fit_tags(self, tags: Sequence[Any]) -> list[Any]:
        fitted: list[Any] = []
        alike: dict[str, list[Any]] = {}
        for place, tag in enumerate(tags):
            one, name = tag, ""
            if isinstance(tag, Mapping) and isinstance(tag.get("tag"), str):
                name = self._fit_name(f"tags[{place}]", tag["tag"], self._limits.tag)
                one = {**tag, "tag": name}
                if not name:
                    continue
            # Two tags may have differed only in what was cut.
            if one not in (others := alike.setdefault(name, [])):
                others.append(one)
                fitted.append(one)
        return fitted

    def _fit_name(self, where: str, text: str, limit: int) -> str:
        text = clean(text).strip()
        if len(text) <= limit:
            return text
        self.cuts.append(Cut(where, text))
        return text[: limit - len(ELLIPSIS)].rstrip() + ELLIPSIS


def _has_name(creator: Any) -> bool:
    """Say whether a creator is worth sending: the server refuses those without any name."""
    return not isinstance(creator, Mapping) or any(creator.get(name) for name in _NAMES)


def _cut_bytes(text: str, limit: int) -> str:
    room = limit - len(ELLIPSIS.encode())
    return text.encode()[:room].decode(errors="ignore").rstrip() + ELLIPSIS


def _cut_lines(text: str, limit: int) -> str:
    """Keep whole lines, for each says something of its own; only a first line is cut itself."""
    kept: list[str] = []
    left = limit - len(ELLIPSIS.encode())
    for line in text.split("\n"):
        left -= len(line.encode()) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join([*kept, ELLIPSIS]) if kept else _cut_bytes(text, limit)


def _cut_html(text: str, limit: int) -> str:
    """Cut where no tag or entity is broken; what stays open the library closes."""
    kept = text[: limit - len(ELLIPSIS)]
    if kept.rfind("<") > kept.rfind(">"):
        kept = kept[: kept.rfind("<")]
    if kept.rfind("&") > kept.rfind(";"):
        kept = kept[: kept.rfind("&")]
    return kept.rstrip() + ELLIPSIS
