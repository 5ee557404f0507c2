"""On which line of a TOML file each key stands, since `tomllib` does not say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

Location = tuple[str | int, ...]
"""Where a value stands in a document: table names, array positions, keys."""

_HEADER = re.compile(
    r"""\s*+(\[\[?)\s*+((?:[^\]\s"']|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+'|\s++(?!\]))++)\s*+\]\]?\s*+(?:#.*)?$"""
)
_KEY = re.compile(
    r"""\s*+((?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+'|\s*+\.\s*+)++)\s*+=(.*)$""", re.DOTALL
)
_KEY_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'""")
_STRING_OR_BRACKET = re.compile(
    r'''"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|#[^\n]*|[\[{]|[\]}]|"""|\'\'\'''',
    re.DOTALL,
)


class TomlLines:
    """The line of each table and key of a TOML text that is known to be valid."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Location, int] = {}
        self._tables: defaultdict[Location, int] = defaultdict(int)
        table: Location = ()
        for number, statement in _statements(text):
            if header := _HEADER.match(statement):
                table = self._resolve(_parts(header[2]), is_array=header[1] == "[[")
                self._lines.setdefault(table, number)
            elif found := _KEY.match(statement):
                self._add_key((*table, *_parts(found[1])), len(table), number)

    def find(self, location: Location) -> int | None:
        """Return the line of this key, or of the nearest table around it."""
        for length in range(len(location), 0, -1):
            line = self._lines.get(location[:length])
            if line is not None:
                return line
        return None

    def _add_key(self, location: Location, table_length: int, number: int) -> None:
        for length in range(table_length + 1, len(location) + 1):
            self._lines.setdefault(location[:length], number)

    def _resolve(self, names: list[str], *, is_array: bool) -> Location:
        """Turn a header's names into a location: an array's name stands for its last table."""
        location: Location = ()
        for depth, name in enumerate(names):
            location = (*location, name)
            if is_array and depth == len(names) - 1:
                self._tables[location] += 1
            if location in self._tables:
                location = (*location, self._tables[location] - 1)
        return location


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _KEY_PART.findall(dotted)]


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement with its first line; arrays and long strings span several lines."""
    held, first = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        first = first if held else number
        held = f"{held}\n{line}" if held else line
        if _is_whole(held):
            yield first, held.rstrip("\r")
            held = ""


def _is_whole(statement: str) -> bool:
    depth = 0
    for token in _STRING_OR_BRACKET.findall(statement):
        if token in ('"""', "'''"):
            return False
        depth += (token in ("[", "{")) - (token in ("]", "}"))
    return depth <= 0
