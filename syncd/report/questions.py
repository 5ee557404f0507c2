"""Questions that wait for a person: a list, and the two sides of one beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from syncd.report.tables import Column, Page

_LIST = (
    Column("#", 5, align_right=True),
    Column("kind", 8),
    Column("record", 44),
    Column("candidates", 18),
    Column("why", 0),
)
_NAME = 18
_SIDE = 48
_LEFT_OUT = frozenset({"collections", "relations", "key", "version", "dateAdded", "dateModified"})


def print_questions(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write the open questions, one line each."""
    page = Page(stream)
    held = document["held"]
    if not held:
        page.line("nothing waits for an answer")
        return
    page.heading(_LIST)
    for question in held:
        page.row(_LIST, _cells(question), (None, "yellow"))
    page.line()
    page.line("`syncd review show NUMBER` lays the two sides beside each other")


def _cells(question: Mapping[str, Any]) -> list[str]:
    origin = question["record"]
    title = str(question["item"].get("title") or f"{origin['file']}, record {origin['index']}")
    keys = ", ".join(candidate["item_key"] for candidate in question["candidates"])
    return [str(question["question"]), question["kind"], title, keys, question["reason"]]


def print_comparison(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write each question with its sides, field by field; what differs is marked."""
    page = Page(stream)
    for question in document["held"]:
        _print_one(question, page)


def _print_one(question: Mapping[str, Any], page: Page) -> None:
    record = question["record"]
    page.row([Column("", 0)], [f"question {question['question']}: {question['reason']}"], ["bold"])
    page.row([Column("", 0)], [f"{record['file']}, record {record['index']}"], ["dim"])
    for evidence in record["evidence"]:
        page.row([Column("", 0)], [f"  {evidence}"])
    sides = [question["item"], *(each["item"] or {} for each in question["candidates"])]
    columns = [Column("", 1), Column("", _NAME), *(Column("", page.share(_SIDE)) for _ in sides)]
    names = ["", "", "the record", *(each["item_key"] for each in question["candidates"])]
    page.row(columns, names, ["dim"] * len(names))
    for name, values in _compare(sides):
        differs = len(sides) > 1 and any(value != values[0] for value in values[1:])
        colour = "yellow" if differs else None
        page.row(columns, ["*" if differs else "", name, *values], [colour] * len(columns))
    page.line(f"answer with: {', '.join(question['answers'])}")
    page.line()


def _compare(sides: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    names = dict.fromkeys(name for side in sides for name in side if name not in _LEFT_OUT)
    for name in names:
        values = [_shown(side.get(name)) for side in sides]
        if any(values):
            yield name, values


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_shown(each) for each in value)
    if isinstance(value, dict):
        return str(value.get("tag") or value.get("name") or _person(value))
    return "" if value is None else str(value)


def _person(value: Mapping[str, Any]) -> str:
    return ", ".join(str(value[part]) for part in ("lastName", "firstName") if value.get(part))
