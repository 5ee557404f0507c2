"""What nobody can see, and what moves the rest about, is written as an escape."""

from __future__ import annotations

import io
import json

import pytest

from syncd.report.writing import write_document
from syncd.system.printable import printable, printable_json

HARMFUL = [
    *("\x00", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u2029"),
    *("\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"),
    *("\u00ad", "\u034f", "\u115f", "\u180e", "\u200b", "\u200c", "\u200d", "\u2060", "\u2064"),
    *("\u3164", "\ufeff", "\ufff9", "\uffa0", "\ufe0f", "\ufe00"),
    *("\U000e0001", "\U000e0041", "\U000e007f", "\U000e0100", "\U000e01ef", "\U0001d173"),
]


@pytest.mark.parametrize("mark", HARMFUL, ids=ascii)
def test_marks_are_escaped_behind_a_latin_letter(mark: str) -> None:
    shown = printable(f"a{mark}b")

    assert shown.isascii()
    assert shown.startswith("a\\")
    assert shown.endswith("b")


@pytest.mark.parametrize(
    "text",
    [
        "naïve Überprüfung, δοκιμή, проверка, 検査, اختبار, בדיקה",
        "می‌خواهم",  # Persian, with a non-joiner where its spelling asks for one
        "क्‍ष",
        "❤️‍🔥",
        "葛\U000e0100城市",  # a Japanese name, with the shape of its first character
        "e\u0301",
    ],
)
def test_what_people_write_is_shown_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_a_message_hidden_in_a_row_of_selectors_comes_to_light() -> None:
    hidden = "".join(chr(0xE0100 + byte) for byte in b"run")

    assert printable(f"🙂{hidden}").count("\\U000e01") == len(hidden) - 1
    assert printable(f"a{hidden}").count("\\U000e01") == len(hidden)


@pytest.mark.parametrize("mark", HARMFUL, ids=ascii)
def test_json_says_the_same_with_every_mark_escaped(mark: str) -> None:
    stream = io.StringIO()
    records = [f"{mark}{mark}"]
    document = {"title": f"é{mark}b", "records": records, "na\u202eme": 1}

    write_document({**document, "records": iter(records)}, stream)

    assert mark not in stream.getvalue()
    assert json.loads(stream.getvalue()) == document


def test_text_in_json_stays_readable() -> None:
    assert printable_json('"é 検査"'.encode()) == '"é 検査"'.encode()


def test_json_escapes_every_character_that_is_looked_for() -> None:
    # Two halves side by side would be read as a pair.
    every = [chr(code) for code in range(0x7F, 0x110000) if not 0xD800 < code <= 0xDFFF]

    for start in range(0, len(every), 4096):
        text = "".join(every[start : start + 4096])
        written = printable_json(text.encode("utf-8", "surrogatepass"))
        alone = [printable_json(each.encode("utf-8", "surrogatepass")) for each in text]

        assert json.loads(b'"%b"' % written) == text
        assert written == b"".join(alone)
