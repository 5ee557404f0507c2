"""What a newer record may change of an item that is there: three sides, field by field.

BASE      what syncd last wrote there; None for an item that others made
THEIRS    what stands in the library now
OURS      what the record says
OWNER     the source that last wrote a field; nobody else may move it
CHANGE    a field that is written        CONFLICT  one that a person has to decide

A field moves only while theirs is base, never to nothing, never to less, never from an older
export. What is empty on both sides is filled; what a person emptied stays empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from syncd.item.ages import Age, age_of
from syncd.item.own_lines import FREE_TEXT, replace_lines
from syncd.item.precision import says_less
from syncd.item.sameness import says_same
from syncd.item.sides import Values, is_sound, line_of, side_of
from syncd.item.status import changes_the_work
from syncd.library import TextLimits
from syncd.record import Provenance

MAKER = "*"
"""In `written`: who wrote every field that is not named, because it made the item."""

IDENTIFIERS = frozenset(
    ("DOI", "PMID", "PMCID", "ISSN", "ISBN", "arXiv", "Scopus EID", "WOS", "Embase")
)
"""What is worth a line of `extra` in an item that others made, where it has no field."""

_MOST_EXTRA = TextLimits().field


class FieldChange(NamedTuple):
    """A field that is written, as it stands in the library and as it will."""

    field: str
    before: Any
    after: Any


class Conflict(NamedTuple):
    """A field that both sides changed: what syncd wrote, what a person did, what the record says.

    Where `theirs` is still `base`, nobody can tell which export is the newer one, or the change
    makes another work of it.
    """

    field: str
    base: Any
    theirs: Any
    ours: Any


class Merge(NamedTuple):
    """What a record comes to for an item: properties to be written, and what is asked.

    `confirmed` are fields of which the record says what its source said before. `late`: it says
    something else, and its source is known to have said something newer.
    """

    data: Mapping[str, Any]
    changes: tuple[FieldChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    confirmed: frozenset[str] = frozenset()
    late: bool = False


NOTHING = Merge({})


def merge(
    base: Mapping[str, Any] | None,
    theirs: Mapping[str, Any],
    ours: Mapping[str, Any],
    *,
    who: Provenance,
    written: Mapping[str, Provenance],
    fields: Collection[str],
) -> Merge:
    """Return what `ours` changes of an item, and what it would if somebody decided so.

    `who` says it. `written` tells who last wrote each field (`MAKER`: all others); of an item that
    others made, which fields syncd ever filled. `fields` are those that the item's type has.
    """
    if not is_sound(theirs):
        return NOTHING
    merger = _Merger(base, theirs, ours, who, written, fields)
    if base is not None and theirs.get("itemType") != base.get("itemType"):
        return NOTHING  # A person says what it is: what is written for another type may be untrue.
    if merger.is_late:
        return Merge({}, late=merger.says_something_else)
    return merger.merge()


def choose(
    theirs: Mapping[str, Any],
    ours: Mapping[str, Any],
    chosen: Collection[str],
    fields: Collection[str],
    base: Mapping[str, Any] | None = None,
) -> Merge:
    """Return what writes the chosen fields as `ours` has them, as a person wants it."""
    if not is_sound(theirs):
        return NOTHING
    merger = _Merger(base, theirs, ours, Provenance("", ""), {}, fields)
    for name in chosen:
        merger.write(name)
    return merger.result()


class _Merger:
    """One item and one record."""

    def __init__(
        self,
        base: Mapping[str, Any] | None,
        theirs: Mapping[str, Any],
        ours: Mapping[str, Any],
        who: Provenance,
        written: Mapping[str, Provenance],
        fields: Collection[str],
    ) -> None:
        names = {*theirs, *ours, *(base or ()), *fields}
        self._theirs_data, self._ours_data = theirs, ours
        self._made_by_us = base is not None
        self._base = side_of(base or {}, names)
        self._theirs = side_of(theirs, names)
        self._ours = side_of(ours, names)
        self._same_type = theirs.get("itemType") == ours.get("itemType")
        self._who = who
        self._written = written
        self._fields = fields
        self._data: dict[str, Any] = {}
        self._changes: list[FieldChange] = []
        self._conflicts: list[Conflict] = []
        self._confirmed: set[str] = set()

    @property
    def is_late(self) -> bool:
        """Whether the same source is known to have said something newer about the item."""
        said = [each.exported_at for each in self._written.values() if each.source == self._who[0]]
        return any(age_of(self._who.exported_at, each) is Age.OLDER for each in said)

    @property
    def says_something_else(self) -> bool:
        """Whether the record differs from what syncd wrote."""
        return any(
            not self._says_same(name, self._base.value(name), self._ours.value(name))
            for name in self._ours.names()
        )

    def merge(self) -> Merge:
        for name in self._ours.names():
            self._mind(name)
        self._mind_tags()
        return self.result()

    def result(self) -> Merge:
        return Merge(
            self._data, tuple(self._changes), tuple(self._conflicts), frozenset(self._confirmed)
        )

    # One field

    def _mind(self, name: str) -> None:
        if not self._has_place(name):
            return
        base, ours = self._base.value(name), self._ours.value(name)
        theirs = self._theirs.value_beside(name, base, ours)
        if self._says_same(name, theirs, ours):
            self._confirm(name, base, ours)
        elif not theirs:
            self._mind_empty(name, base, ours)
        elif base and self._says_same(name, theirs, base):
            self._mind_unchanged(name, base, ours)
        else:
            self._mind_edited(name, base, theirs, ours)

    def _has_place(self, name: str) -> bool:
        """Whether the item's type has room for what the record says under this name."""
        if name == "creators":
            return self._same_type
        if name in self._ours.fields and name not in self._fields:
            return name in IDENTIFIERS
        return self._made_by_us or name in self._ours.fields or name in IDENTIFIERS

    def _mind_empty(self, name: str, base: Values, ours: Values) -> None:
        if not base and (self._made_by_us or name not in self._written):
            if not self._theirs.knows(name):
                self.write(name)
        elif base and self._may_move(name, base, ours):
            self._ask(name, base, (), ours)

    def _mind_unchanged(self, name: str, base: Values, ours: Values) -> None:
        if self._says_same(name, base, ours):
            self._confirm(name, base, ours)
        elif self._may_move(name, base, ours):
            if self._age(name) is Age.NEWER and not self._is_of_account(name, base, ours):
                self.write(name)
            else:
                self._ask(name, base, base, ours)

    def _mind_edited(self, name: str, base: Values, theirs: Values, ours: Values) -> None:
        if base and self._says_same(name, base, ours):
            self._confirm(name, base, ours)
        elif self._may_move(name, base, ours) and not self._says_less(name, theirs, ours):
            self._ask(name, base, theirs, ours)

    def _may_move(self, name: str, base: Values, ours: Values) -> bool:
        """Whether it is for this record to say something new here, were nobody else concerned."""
        if not self._owns(name) or self._age(name) is Age.OLDER or name in _FILLED_ONLY:
            return False
        return not self._says_same(name, base, ours) and not self._says_less(name, base, ours)

    def _owns(self, name: str) -> bool:
        last = self._last(name)
        return self._made_by_us and last is not None and last.source == self._who.source

    def _age(self, name: str) -> Age:
        last = self._last(name)
        return age_of(self._who.exported_at, last.exported_at) if last else Age.UNKNOWN

    def _last(self, name: str) -> Provenance | None:
        return self._written.get(name) or self._written.get(MAKER)

    def _is_of_account(self, name: str, base: Values, ours: Values) -> bool:
        return name == "title" and changes_the_work(_text(base), _text(ours))

    def _says_same(self, name: str, one: Values, other: Values) -> bool:
        return len(one) == len(other) and all(
            says_same(name, *pair) for pair in zip(one, other, strict=True)
        )

    def _says_less(self, name: str, old: Values, new: Values) -> bool:
        if name == "creators":
            return bool(old) and says_less(name, old, new)
        if len(new) < len(old):
            return True
        return any(says_less(name, *pair) for pair in zip(old, new, strict=False))

    def _confirm(self, name: str, base: Values, ours: Values) -> None:
        is_its_own = self._owns(name) and self._says_same(name, base, ours)
        if is_its_own and self._age(name) is Age.NEWER:
            self._confirmed.add(name)

    def _ask(self, name: str, base: Values, theirs: Values, ours: Values) -> None:
        sides = (_shown(name, each) for each in (base, theirs, ours))
        self._conflicts.append(Conflict(name, *sides))

    # What is no plain field

    def _mind_tags(self) -> None:
        """Add what the owner has new; somebody else's only where there are none."""
        if not self._made_by_us:
            return
        there = list(self._theirs_data.get("tags") or ())
        known = {tag["tag"] for tag in there} | self._base.tags
        if known and not self._owns("tags"):
            return
        new = [tag for tag in self._ours_data.get("tags") or () if tag["tag"] not in known]
        if new:
            self._data["tags"] = [*there, *new]
            before, after = ([tag["tag"] for tag in each] for each in (there, [*there, *new]))
            self._changes.append(FieldChange("tags", before, after))

    # Writing

    def write(self, name: str) -> None:
        """Write what the record says under this name where it belongs in this item."""
        ours = self._ours.value(name)
        theirs = self._theirs.value_beside(name, self._base.value(name), ours)
        if name == "creators":
            self._data["creators"] = [dict(each) for each in ours]
        elif name in self._fields and (name in self._theirs.fields or self._is_native(name)):
            self._data[name] = _text(ours)
        elif not self._write_lines(name, ours):
            return
        self._changes.append(FieldChange(name, _shown(name, theirs), _shown(name, ours)))

    def _is_native(self, name: str) -> bool:
        """Whether it goes into the field: the record has one, and no line says it already."""
        return name in self._ours.fields and name not in self._theirs.lines

    def _write_lines(self, name: str, ours: Values) -> bool:
        extra = self._data.get("extra", self._theirs_data.get("extra") or "")
        new = self._ours.lines.get(name) or [line_of(name, text) for text in ours]
        changed = replace_lines(extra, self._lines_to_replace(name), new)
        if len(changed.encode("utf-8", "surrogatepass")) > _MOST_EXTRA:
            return False
        self._data["extra"] = changed
        return True

    def _lines_to_replace(self, name: str) -> list[str]:
        """Return our own lines or, where somebody has changed those, what stands there."""
        own, there = self._base.lines.get(name, []), self._theirs.lines.get(name, [])
        if set(own) <= set(there):
            return list(own)
        return [] if name == FREE_TEXT else list(there)


_FILLED_ONLY = frozenset(("citationKey", "Citation Key", "accessDate"))
"""Said anew by every export, or chosen by people: never moved once it is there."""


def _text(values: Sequence[Any]) -> str:
    return str(values[0]) if values else ""


def _shown(name: str, values: Values) -> Any:
    """Return a value as people and documents see it."""
    if name == "creators":
        return [dict(each) for each in values]
    return "; ".join(map(str, values))
