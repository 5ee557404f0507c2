"""What spreadsheets and web pages put around lines is taken off before anything is read."""

from __future__ import annotations

import io

import pytest

from syncd.formats.ris import Entry, Reader

LINES = [
    "TY  - JOUR",
    "AU  - Reef, Bo",
    "TI  - Shells, counted",
    'AB  - They say "shore".',
    "JO  - Sea",
    "VL  - 7",
    "PY  - 2014",
    "ER  - ",
]


def read(text: str) -> list[Entry]:
    return list(Reader(io.BytesIO(text.encode())))


def cell(line: str) -> str:
    """Write a line as a spreadsheet writes a cell of CSV."""
    doubled = line.replace('"', '""')
    return f'"{doubled}"' if "," in line or '"' in line else line


@pytest.mark.parametrize(
    "lines",
    [
        [cell(line) for line in LINES],
        [f'"{line.replace(chr(34), 2 * chr(34))}"' for line in LINES],
        [f"{cell(line)},,," for line in LINES],
        [f"{cell(line)};;" for line in LINES],
        [f"{line}<br>" for line in LINES],
        [f"{line}<br />" for line in LINES],
        [f"{line}\\n" for line in LINES],
        [f"{line}\\" for line in LINES],
    ],
    ids=["quoted with a comma", "all quoted", "empty cells", "semicolons", "br", "br /", "n", "bs"],
)
@pytest.mark.parametrize("copies", [1, 3])
def test_what_stands_around_lines_is_no_part_of_them(lines: list[str], copies: int) -> None:
    entries = read("\n".join([*lines, ""] * copies))

    wanted = [tuple(line.split("  - ")) for line in LINES[:-1]]
    assert [[(tag, text) for tag, text, _ in entry.lines] for entry in entries] == [wanted] * copies
    assert [problem for entry in entries for problem in entry.problems] == []


@pytest.mark.parametrize("sign", [",", ";"])
def test_lines_that_were_parted_into_cells_have_fewer_empty_ones_behind(sign: str) -> None:
    lines = [line.replace(",", sign) for line in [*LINES, "KW  - a, b, c, d"]]
    lines[-2:] = lines[:-3:-1]
    cells = [line + sign * (3 - line.count(sign)) for line in lines]

    [entry] = read("\n".join([*cells, ""]))

    wanted = [tuple(line.split("  - ")) for line in lines[:-1]]
    assert [(tag, text) for tag, text, _ in entry.lines] == wanted
    assert list(entry.problems) == []


def test_a_comma_behind_some_lines_and_a_quotation_are_text() -> None:
    [entry] = read(
        "TY  - JOUR,\nTI  - Shells,\nAB  - One said\n"
        '"AU  - Reef, Bo"\nJO  - Sea\nVL  - 7\nPY  - 2014\nER  - \n'
    )

    values = {tag: text for tag, text, _ in entry.lines}
    assert (values["TY"], values["TI"]) == ("JOUR,", "Shells,")
    assert values["AB"] == 'One said\n"AU  - Reef, Bo"'
