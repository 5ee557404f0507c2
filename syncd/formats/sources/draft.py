"""A record in the making: values wait by tag until a step takes them; what is left was not used.

TAKE   hand a tag's values over to the step that understands them
FILL   give a field its text, once: the first step that knows it decides
LEAVE  name a value as unused; nothing of an entry disappears without being named
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from syncd.formats.ris import Entry
from syncd.formats.sources.text import clean
from syncd.record import Identity, Keyword, Link, Note, Origin, Person, Record

if TYPE_CHECKING:
    from syncd.formats.sources.source import Source

Tags = dict[str, list[str]]
"""The values of an entry by tag, in the order of the file; no tag without a value."""

_NONE: Sequence[str] = ()

# What programs write for nothing. A work may be called so, but no journal, number or person is.
FILLERS = frozenset(
    """- -- -- . ? #DIV/0! #N/A #NAME? #NUM! #REF! #VALUE! (null) <NA> <unknown> [] [nan] [null] NA
    N/A N/a n/a na NULL Null null NONE None none NaN nan NaT Undefined undefined
    N.PAG N.PAG. n.pag. Unknown unknown""".split()
) | {
    "&NA;",
    "<br />",
    "<br/>",
    "<br>",
    "[No author name available]",
    "[No authors listed]",
    "No authors listed",
    "No Pagination",
    "no pagination",
    "Not Available",
    "Not available",
    "not available",
    "No DOI",
    "no doi",
}
NO_TITLES = frozenset("&NA; N/A NaN NaT Undefined n/a nan null undefined".split())
"""What programs write for no title. Of a work that is called so, an export says more."""

_MOST_LINES = 100
_UNFINISHED = "unfinished: the file ends inside this record"
_MAY_BE_CALLED_SO = frozenset(["T1", "TI", "TY"])


def _cleaned(values: Iterable[str]) -> Iterator[str]:
    approved = ""  # N2 and AB are long, and often the same
    for value in values:
        if value == approved or (value.isascii() and value.isprintable()):
            yield value
        else:
            approved = clean(value).strip()
            yield approved


class Draft:
    """What is known so far of one entry."""

    __slots__ = (
        "creators",
        "entry",
        "exported_on",
        "extra",
        "fields",
        "groups",
        "identifiers",
        "identity",
        "isbns",
        "issns",
        "item_type",
        "keywords",
        "links",
        "notes",
        "source",
        "source_id",
        "subtitle_tag",
        "suggested_dois",
        "tags",
        "type_tag",
        "unused",
        "warnings",
    )

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.tags: Tags = {}
        self.item_type = ""
        self.subtitle_tag = ""
        self.source: Source
        self.fields: dict[str, str] = {}
        self.extra: dict[tuple[str, str], None] = {}
        self.creators: list[Person] = []
        self.groups: list[Person] = []
        self.keywords: list[Keyword] = []
        self.notes: list[Note] = []
        self.links: dict[str, Link] = {}
        self.identifiers: dict[str, Any] = {}
        self.identity: Identity | None = None
        self.suggested_dois: list[tuple[str, str]] = []
        self.isbns: tuple[str, ...] = ()
        self.issns: tuple[str, ...] = ()
        self.exported_on = ""
        self.warnings: list[str] = []
        self.unused: dict[str, list[str]] = {}
        tags = self.tags
        values = entry.values if entry.is_clean else _cleaned(entry.values)
        for tag, value in zip(entry.tags, values, strict=True):
            if value:
                if tag in tags:
                    tags[tag].append(value)
                else:
                    tags[tag] = [value]
        if not FILLERS.isdisjoint(entry.values):
            self._leave_fillers()
        types = tags.pop("TY", None)
        self.type_tag = types[0].strip().upper() if types else ""
        self.source_id = tags["ID"][0] if "ID" in tags else None

    def _leave_fillers(self) -> None:
        for tag, values in list(self.tags.items()):
            if tag in _MAY_BE_CALLED_SO or FILLERS.isdisjoint(values):
                continue
            for value in values:
                if value in FILLERS:
                    self.leave(tag, value)
            self.replace(tag, [value for value in values if value not in FILLERS])

    def has(self, *names: str) -> bool:
        """Tell whether any of these tags still waits."""
        return not self.tags.keys().isdisjoint(names)

    def first(self, tag: str) -> str:
        """Return the first value that waits under a tag, or nothing, without taking it."""
        values = self.tags.get(tag)
        return values[0] if values else ""

    def take(self, tag: str) -> Sequence[str]:
        """Hand over all values of a tag."""
        return self.tags.pop(tag, _NONE)

    def take_all(self, tags: Iterable[str]) -> list[tuple[str, str]]:
        """Hand over the values of several tags as (tag, value), tag by tag."""
        waiting, taken = self.tags, []
        for tag in tags:
            if tag in waiting:
                for value in waiting.pop(tag):
                    taken.append((tag, value))  # noqa: PERF401 - a comprehension costs a call
        return taken

    def put(self, tag: str, values: Sequence[str]) -> None:
        """Let values wait under a tag, before those that wait there."""
        if values:
            self.tags[tag] = [*values, *self.tags.get(tag, _NONE)]

    def replace(self, tag: str, values: list[str]) -> None:
        """Let only these values of a tag wait any longer."""
        if values:
            self.tags[tag] = values
        else:
            del self.tags[tag]

    def move(self, tag: str, to: str) -> None:
        """Let the values of one tag wait under another, whose meaning they have."""
        if values := self.tags.pop(tag, None):
            self.put(to, values)

    def leave(self, tag: str, value: str) -> None:
        """Name a value of which nothing is made."""
        self.unused.setdefault(tag, []).append(value)

    def leave_all(self, tag: str) -> None:
        """Name all values of a tag as unused."""
        for value in self.take(tag):
            self.leave(tag, value)

    def fill(self, field: str, text: str) -> bool:
        """Give a field its text; answer False if it holds another text already."""
        held = self.fields.setdefault(field, text)
        return held == text

    def fill_or_leave(self, field: str, tag: str, value: str, text: str | None = None) -> None:
        """Give a field its text or, if it holds another, name the value as unused."""
        if not self.fill(field, value if text is None else text):
            self.leave(tag, value)

    def add_extra(self, label: str, text: str) -> None:
        """Add a `Label: value` line for what has no field; the same line is added once."""
        self.extra[label, text] = None

    def identify(self, kind: str, value: str | None) -> bool:
        """Take an identifier; answer whether it is one and does not contradict the one known."""
        if value is None:
            return False
        known = self.identifiers.setdefault(kind, value)
        if known != value:
            self.warn(f"two {kind} numbers: {known} is used, {value} is not")
        return bool(known == value)

    def suggest_doi(self, text: str, tag: str = "") -> None:
        """Remember where a DOI may stand outside DO, for an entry whose DO holds none.

        With `tag`, the text is nothing but this DOI and is named if another is used.
        """
        self.suggested_dois.append((tag, text))

    def warn(self, message: str, tag: str = "", value: str = "") -> None:
        """Say what is odd, with the line where it stands if that can be found."""
        # Who writes so many bad values is not helped by the line of each.
        line = self.find_line(tag, value) if tag and len(self.warnings) < _MOST_LINES else None
        self.warnings.append(f"line {line}: {message}" if line else message)

    def find_line(self, tag: str, value: str) -> int | None:
        """Return the line of the file where a value of a tag stands."""
        entry = self.entry
        for name, text, number in zip(entry.tags, entry.values, entry.numbers, strict=True):
            if name == tag and value in text:
                return number
        return None

    def finish(self, file: str) -> Record:
        """Return the record; values that still wait are the unused ones."""
        for tag, values in self.tags.items():
            self.unused.setdefault(tag, []).extend(values)
        if self.entry.is_unfinished:
            self.warn(_UNFINISHED)
        return Record(
            Origin(file, self.entry.index, self.entry.line, self.source_id, self.source.name),
            self.item_type,
            self.fields,
            tuple(self.creators),
            tuple(self.keywords),
            tuple(self.extra),
            tuple(self.notes),
            tuple(self.links.values()),
            self._identity(),
            tuple(self.warnings),
            {tag: tuple(values) for tag, values in self.unused.items()},
            self.entry.is_unfinished,
            self.exported_on,
        )

    def _identity(self) -> Identity:
        if self.identity is not None:
            return self.identity
        return Identity(**self.identifiers, isbn=self.isbns, issn=self.issns)
