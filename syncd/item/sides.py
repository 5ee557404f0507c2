"""One side of a merge: what an item says by name, be it in a field or in a line of `extra`.

Zotero moves a line into the field of that name when it gets one, and syncd writes a line where a
library's schema lacks the field. Both are the same value, under the name of the field.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from syncd.item.extra import label_of
from syncd.item.own_lines import FREE_TEXT, lines_by_label, text_of
from syncd.item.reading import identity_of

Values = tuple[Any, ...]
"""What stands under a name: nothing, one text, the texts of several lines, or creators."""

_NO_FIELDS = frozenset(
    """
    itemType creators tags collections relations extra key version dateAdded dateModified
    parentItem deleted inPublications
    """.split()
)
IDENTIFIER_KINDS = {
    "DOI": "doi", "PMID": "pmid", "PMCID": "pmcid", "ISBN": "isbn", "ISSN": "issn",
    "arXiv": "arxiv", "Scopus EID": "scopus", "WOS": "wos", "Embase": "embase",
}  # fmt: skip
"""Fields and labels that hold identifiers, and of which kind."""


class Side(NamedTuple):
    """What an item says: its fields, the lines of its `extra` by name, and the rest."""

    data: Mapping[str, Any]
    fields: Mapping[str, str]
    lines: Mapping[str, list[str]]

    @property
    def tags(self) -> set[str]:
        """The names of its tags."""
        return {tag["tag"] for tag in self.data.get("tags") or ()}

    def names(self) -> Iterator[str]:
        """Yield everything that it says something under: fields first, then lines."""
        yield from self.fields
        if self.data.get("creators"):
            yield "creators"
        yield from (name for name in self.lines if name not in self.fields)

    def value(self, name: str) -> Values:
        """Return what it says under a name."""
        if name == "creators":
            return tuple(self.data.get("creators") or ())
        if name in self.fields:
            return (self.fields[name],)
        return tuple(map(text_of, self.lines.get(name, ())))

    def value_beside(self, name: str, base: Values, ours: Values) -> Values:
        """Return what it says under a name where other people write lines of that name as well.

        As long as all of our lines are there, or those that are to come, nobody has changed them.
        """
        there = self.value(name)
        if name in self.fields or name not in self.lines:
            return there
        for whole in (base, ours):
            if whole and set(whole) <= set(there):
                return whole
        if name == FREE_TEXT:
            return tuple(text for text in there if text in base)
        return there

    def knows(self, name: str) -> bool:
        """Say whether an identifier of this name stands somewhere else: in a link, say."""
        kind = IDENTIFIER_KINDS.get(name)
        return kind is not None and bool(getattr(identity_of(self.data), kind))


def is_sound(data: Mapping[str, Any]) -> bool:
    """Say whether an item has the shape that items have: people may write any into a file."""
    extra, tags, creators = (data.get(name) or () for name in ("extra", "tags", "creators"))
    if not isinstance(extra, str | tuple):
        return False
    if not all(isinstance(each, list | tuple) for each in (tags, creators)):
        return False
    return all(isinstance(each, Mapping) for each in creators) and all(
        isinstance(each, Mapping) and isinstance(each.get("tag"), str) for each in tags
    )


def side_of(data: Mapping[str, Any], names: Collection[str]) -> Side:
    """Take an item apart. `names` are those of all fields that any side may have."""
    fields = {
        name: value
        for name, value in data.items()
        if name not in _NO_FIELDS and isinstance(value, str) and value.strip()
    }
    lines: dict[str, list[str]] = {}
    own_names = _names_by_label(frozenset(names)) if data.get("extra") else {}
    for label, found in lines_by_label(data.get("extra") or "").items():
        lines.setdefault(own_names.get(label.casefold(), label), []).extend(found)
    return Side(data, fields, lines)


def line_of(name: str, text: str) -> str:
    """Return the line of `extra` that says what a field of this name would."""
    return f"{label_of(name)}: {text}" if name != FREE_TEXT else text


@lru_cache(maxsize=256)
def _names_by_label(names: frozenset[str]) -> Mapping[str, str]:
    return {label_of(name).casefold(): name for name in names if name not in _NO_FIELDS}
