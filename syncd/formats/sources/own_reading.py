"""An entry in our dialect becomes an item again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from syncd.item.ris_tables import (
    ACCESSED,
    ANY_ROLE,
    DIALECTS,
    EXTRA_TAG,
    MARKER,
    MARKER_TAG,
    TYPE_LABEL,
    Lines,
    dialect_of,
    field_of_line,
    read_moment,
    read_name,
)

_NAMED_DATES = {"case": "dateDecided", "patent": "issueDate", "statute": "dateEnacted"}


class ReadBack(NamedTuple):
    """What an entry in our dialect says, field by field under the type's own names."""

    item_type: str
    fields: dict[str, str]
    creators: list[dict[str, str]]
    tags: list[dict[str, Any]]
    notes: list[str]
    links: list[str]
    unused: Lines


def find_marker(values: Sequence[str]) -> str | None:
    """Return the item type that a marker among these values of `U5` names, or None."""
    for value in values:
        if value.startswith(MARKER) and value.removeprefix(MARKER) in DIALECTS:
            return value.removeprefix(MARKER)
    return None


def read_back(lines: Sequence[tuple[str, str]]) -> ReadBack:
    """Return the item that an entry in our dialect stands for.

    Values that the dialect has no place for, as a person's edit may leave, are unused ones.
    """
    return _Reading(lines).result


def _count_named(lines: Sequence[tuple[str, str]]) -> int:
    """Return how many lines of `M2` are fields, as a remark behind them says."""
    counts = [
        value.removeprefix("lines=")
        for tag, value in lines
        if tag == MARKER_TAG and value.startswith("lines=")
    ]
    return int(counts[0]) if counts and counts[0].isdecimal() else 0


class _Reading:
    """One pass over the lines of an entry; remarks override what the tags said."""

    def __init__(self, lines: Sequence[tuple[str, str]]) -> None:
        item_type = find_marker([value for tag, value in lines if tag == MARKER_TAG]) or ""
        self.result = ReadBack(item_type, {}, [], [], [], [], [])
        dialect = dialect_of(item_type)
        self._roles = {ANY_ROLE: "translator", **dialect.roles}
        self._fields_of = {tag: f for f, tag in dialect.fields.items()}
        self._named = _count_named(lines)
        self._date = _NAMED_DATES.get(item_type, "date")
        self._pages = "codePages" if item_type == "bill" else "pages"
        self._remarks: list[tuple[str, Any]] = []
        for tag, value in lines:
            if value and not self._take(tag, value):
                self.result.unused.append((tag, value))
        for field, content in self._remarks:
            self._apply(field, content)

    def _take(self, tag: str, value: str) -> bool:
        result = self.result
        if tag == MARKER_TAG:
            return self._take_remark(value)
        if tag in ("TY", "PY"):
            return True
        if tag == "KW":
            result.tags.append({"tag": value})
        elif tag == "N1":
            result.notes.append(value)
        elif tag == "DA":
            result.fields[self._date] = _read_date(value)
        elif tag == "Y2":
            result.fields[ACCESSED] = read_moment(value)
        elif tag in ("L1", "L2"):
            result.links.append(value)
        elif tag == EXTRA_TAG:
            self._take_line(value)
        elif field := self._fields_of.get(tag):
            return result.fields.setdefault(field, value) == value
        elif tag in ("SP", "EP"):
            start = result.fields.get(self._pages)
            result.fields[self._pages] = f"{start}-{value}" if start else value
        elif role := self._roles.get(tag):
            result.creators.append(read_name(role, value))
        else:
            return False
        return True

    def _take_line(self, value: str) -> None:
        """Take a line of `M2`: a field, while there are some that a remark counts, else `extra`."""
        label, colon, text = value.partition(": ")
        self._named -= 1
        if self._named < 0 or not colon:
            known = self.result.fields.get("extra")
            self.result.fields["extra"] = f"{known}\n{value}" if known else value
        elif label != TYPE_LABEL:
            self.result.fields.setdefault(field_of_line(label), text)

    def _take_remark(self, value: str) -> bool:
        if value.startswith(MARKER):
            return True
        field, _, content = value.partition("=")
        try:
            said = json.loads(content)
        except ValueError:
            return False
        if not _CONTENTS.get(field, _is_text)(said):
            return False
        if field == "note":
            self.result.notes[-1:] = [said]
        elif field == "lines":
            pass  # counted before
        else:
            self._remarks.append((field, said))
        return True

    def _apply(self, field: str, content: Any) -> None:
        result = self.result
        if field == "creators":
            result.creators[:] = content
        elif field == "tags":
            result.tags[:] = content
        elif field == "links":
            result.links[:] = content
        elif field == "automatic":
            for number in content:
                if number < len(result.tags):
                    result.tags[number]["type"] = 1
        else:
            result.fields[field] = content


def _is_text(content: object) -> bool:
    return isinstance(content, str)


def _is_creators(content: object) -> bool:
    """Tell whether a remark holds creators; a person may have edited the file."""
    return isinstance(content, list) and all(
        isinstance(creator, dict)
        and "creatorType" in creator
        and all(map(_is_text, creator.values()))
        for creator in content
    )


def _is_tags(content: object) -> bool:
    return isinstance(content, list) and all(
        isinstance(tag, dict) and _is_text(tag.get("tag")) for tag in content
    )


def _is_texts(content: object) -> bool:
    return isinstance(content, list) and all(map(_is_text, content))


def _is_number(content: object) -> bool:
    return isinstance(content, int) and content >= 0


def _is_numbers(content: object) -> bool:
    return isinstance(content, list) and all(map(_is_number, content))


_CONTENTS: Mapping[str, Callable[[object], bool]] = {
    "automatic": _is_numbers,
    "creators": _is_creators,
    "lines": _is_number,
    "links": _is_texts,
    "tags": _is_tags,
}
"""What a remark about more than one field must look like; any other holds a text."""


def _read_date(value: str) -> str:
    if value.count("/") != 3 or not value.endswith("/"):
        return value
    return "-".join(part for part in value.split("/") if part)
