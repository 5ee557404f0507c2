"""Tables of CSV, in which a spreadsheet shows other people's words and calculates none of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TextIO

from syncd.system.printable import printable

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula when it stands first."""


def write_csv(stream: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a table; return how many rows there are below its header."""
    table = csv.writer(stream)
    table.writerow(header)
    number = 0
    for row in rows:
        table.writerow([_cell(value) for value in row])
        number += 1
    return number


def csv_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as text."""
    text = io.StringIO()
    write_csv(text, header, rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Return what a spreadsheet shows as it is."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
