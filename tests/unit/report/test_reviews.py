"""Questions for a person: what is shown, and that it can be read."""

from __future__ import annotations

import io
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.report.reviews import print_comparisons, print_questions
from syncd.report.tables import wrap


def question(
    item: dict[str, Any], *candidates: tuple[str, dict[str, Any] | None], number: int = 1
) -> dict[str, Any]:
    return {
        "id": number,
        "kind": "identity",
        "reason": "the titles differ",
        "evidence": ["E1 scopus", "title 0.42"],
        "held_at": "2026-01-02T03:04:05Z",
        "record": {
            "file": "goats.ris",
            "index": 2,
            "line": 15,
            "source_id": None,
            "identifiers": {},
            "item": item,
        },
        "candidates": [{"item_key": key, "item": data} for key, data in candidates],
        "answers": ["accept", "create", "skip"],
    }


def shown(*questions: dict[str, Any]) -> str:
    stream = io.StringIO()
    print_comparisons(questions, stream)
    return stream.getvalue()


def row_of(name: str, text: str) -> str:
    [row] = [line for line in text.splitlines() if line[3:].startswith(f"{name} ")]
    return row


def test_what_differs_is_marked_and_what_one_side_lacks_too() -> None:
    text = shown(
        question(
            {"title": "Goats", "date": "2019", "volume": "7"},
            ("ABCD2345", {"title": "Sheep", "date": "2019", "DOI": "10.5555/1"}),
        )
    )

    marks = {name: row_of(name, text)[0] for name in ("title", "date", "volume", "DOI")}
    assert marks == {"title": "*", "date": " ", "volume": "+", "DOI": "+"}


def test_people_tags_and_lists_are_shown_as_people_write_them() -> None:
    creators = [
        {"creatorType": "author", "lastName": "Oyelaran", "firstName": "Tunde"},
        {"creatorType": "author", "name": "Guild of Shepherds"},
    ]

    text = shown(question({"creators": creators, "tags": [{"tag": "sleep"}, {"tag": "sheep"}]}))

    assert "Oyelaran, Tunde; Guild of Shepherds" in text.replace("\n", " ")
    assert "sleep; sheep" in text


def test_a_long_field_is_wrapped_and_none_of_it_lost() -> None:
    words = [f"word{number}" for number in range(200)]

    text = shown(question({"abstractNote": " ".join(words)}, ("ABCD2345", {"abstractNote": "-"})))

    assert [word for word in text.split() if word.startswith("word")] == words
    assert max(len(line) for line in text.splitlines()) <= 100


def test_each_candidate_is_laid_beside_the_record() -> None:
    text = shown(question({"title": "Goats"}, ("AAAA2222", {"title": "Sheep"}), ("BBBB3333", None)))

    assert text.count("Goats") == 2
    assert "item AAAA2222" in text
    assert "what BBBB3333 says cannot be read now" in text


def test_a_record_without_candidates_is_shown_alone() -> None:
    assert row_of("title", shown(question({"title": "Goats"}))).split() == ["title", "Goats"]


def test_evidence_and_answers_stand_with_the_question() -> None:
    text = shown(question({"title": "Goats"}))

    assert "question 1: the titles differ" in text
    assert "goats.ris, record 2, line 15" in text
    assert "E1 scopus; title 0.42" in text
    assert "accept, create, skip" in text


def test_a_terminal_shows_the_whole_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    stream = io.StringIO()
    stream.isatty = lambda: True  # type: ignore[method-assign]
    asked = question({"abstractNote": "word " * 200})
    asked["evidence"] = [f"fact number {number}" for number in range(20)]

    print_comparisons([asked], stream)

    text = stream.getvalue()
    assert "fact number 19" in text.replace("\n", " ")
    assert text.count("word") < 100


def test_nothing_in_a_record_reaches_the_terminal_as_a_command() -> None:
    assert "\x1b" not in shown(question({"title": "\x1b[2J", "extra": "a\x07\nb"}))


def test_libraries_are_named_where_there_are_several() -> None:
    held = [question({"title": "Goats"}, number=4)]
    libraries: list[dict[str, Any]] = [
        {"library": "mine", "held": []},
        {"library": "ours", "held": held},
    ]
    several, one = io.StringIO(), io.StringIO()

    print_questions(libraries, several)
    print_questions(libraries[1:], one)

    assert "ours\n" in several.getvalue()
    assert "mine" not in several.getvalue()
    assert "ours" not in one.getvalue()


def test_a_record_without_a_title_is_named_by_its_place() -> None:
    stream = io.StringIO()

    print_questions([{"library": "mine", "held": [question({})]}], stream)

    assert "goats.ris, record 2" in stream.getvalue()


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one\ntwo", 7, ["one", "two"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("牧羊人数羊", 4, ["牧羊", "人数", "羊"]),
    ],
)
def test_text_is_wrapped_at_words_and_by_cells(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


def test_what_is_too_much_ends_in_an_ellipsis() -> None:
    assert wrap("one two three four", 7, most=2) == ["one two", "three …"]


@given(st.text(alphabet="ab 羊é\n", max_size=60), st.integers(2, 12))
def test_no_line_is_wider_than_asked_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrap(text, width)

    widths = [sum(1 + (unicodedata.east_asian_width(c) == "W") for c in line) for line in lines]
    assert max(widths) <= width
    assert "".join("".join(lines).split()) == "".join(text.split())
