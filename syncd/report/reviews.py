"""Questions that wait for a person: a list, and the two sides of one beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TextIO

from syncd.plan import PlannedRecord
from syncd.report.identifiers import identifiers
from syncd.report.tables import Column, PrintedPage, wrap
from syncd.sync.review import ANSWERS, Answer, Candidate, Decided, Held

REVIEW_SCHEMA = "syncd.review/1"

_Question = Mapping[str, Any]
_LIST = (
    Column("#", 5, align_right=True),
    Column("kind", 10),
    Column("record", 44),
    Column("candidates", 18),
    Column("why", 0),
)
_DECIDED = (_LIST[0], Column("run", 5, align_right=True), _LIST[2], Column("same as", 18), _LIST[4])
_WHOLE = (Column("", 0),)
_MARK, _NAME = 1, 16
_USUAL_WIDTH = 100
"""How wide a comparison is where there is no terminal."""

_MOST_LINES = 8
"""How much of a field a terminal shows: as much of an abstract as tells two works apart."""

_SIDES = ("base", "mine", "theirs")
_LEFT_OUT = frozenset({"collections", "relations", "key", "version", "dateAdded", "dateModified"})


def review_document(libraries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the `syncd.review/1` document about these libraries."""
    return {"schema": REVIEW_SCHEMA, "libraries": list(libraries)}


def question_document(held: Held) -> dict[str, Any]:
    """Return what the document says of one question.

    A candidate's item is null while the library cannot be asked, and where it has gone.
    """
    record = held.record
    return {
        "id": held.hold_id,
        "kind": held.kind,
        "reason": held.reason,
        "evidence": list(record.evidence),
        "held_at": held.held_at,
        "record": _record(record, held.data),
        "candidates": [_candidate(each) for each in held.candidates],
        "fields": {
            name: {side: sides[side] for side in _SIDES} for name, sides in held.fields.items()
        },
        "answers": [answer.value for answer in ANSWERS[held.kind]],
    }


def decided_document(decided: Decided) -> dict[str, Any]:
    """Return what the document says of one record that was skipped as the same."""
    return {
        "id": decided.record_id,
        "kind": "decided",
        "run": decided.run_id,
        "reason": decided.record.reason,
        "evidence": list(decided.record.evidence),
        "record": _record(decided.record, decided.data),
        "candidates": [_candidate(decided.other)] if decided.other.item_key else [],
        "answers": [Answer.CREATE.value],
    }


def _record(record: PlannedRecord, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "file": record.origin.file,
        "index": record.origin.index,
        "line": record.origin.line,
        "source_id": record.origin.source_id,
        "identifiers": identifiers(record.identity),
        "item": dict(data),
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    """Return an item, or a work that is held itself: that one has a name instead of a key."""
    item = None if candidate.data is None else dict(candidate.data)
    if not candidate.is_held:
        return {"item_key": candidate.item_key, "item": item}
    named = {"fingerprint": candidate.item_key, "question": candidate.question}
    return {"item_key": None, **named, "item": item}


def name_of_candidate(candidate: Mapping[str, Any]) -> str:
    """Return the word by which a candidate is chosen: its key, or `q` and its question's number."""
    if candidate["item_key"]:
        return str(candidate["item_key"])
    number = candidate["question"]
    return str(candidate["fingerprint"]) if number is None else f"q{number}"


def print_decided(libraries: Sequence[Mapping[str, Any]], stream: TextIO) -> None:
    """Write what was skipped as the same, one line each."""
    page = PrintedPage(stream)
    decided = [library for library in libraries if library["decided"]]
    for library in decided:
        if len(libraries) > 1:
            page.row(_WHOLE, [library["library"]], ["bold"])
        page.heading(_DECIDED)
        for each in library["decided"]:
            number, _, *rest = _cells(each)
            page.row(_DECIDED, [number, str(each["run"]), *rest])
        page.line()
    if decided:
        page.line("`syncd review --decided show NUMBER` lays the two sides beside each other;")
        page.line("`syncd review --decided create NUMBER` makes the record an item of its own")
    else:
        page.line("nothing was skipped as the same")


def print_questions(libraries: Sequence[Mapping[str, Any]], stream: TextIO) -> None:
    """Write the open questions about each library, one line each."""
    page = PrintedPage(stream)
    asked = [library for library in libraries if library["held"]]
    for library in asked:
        if len(libraries) > 1:
            page.row(_WHOLE, [library["library"]], ["bold"])
        page.heading(_LIST)
        for question in library["held"]:
            page.row(_LIST, _cells(question), (None, "yellow"))
        page.line()
    if asked:
        page.line("`syncd review show NUMBER` lays the two sides beside each other")
    else:
        page.line("nothing waits for an answer")


def _cells(question: _Question) -> list[str]:
    record = question["record"]
    title = str(record["item"].get("title") or f"{record['file']}, record {record['index']}")
    if question.get("fields"):
        title = ", ".join(question["fields"])
    keys = ", ".join(map(name_of_candidate, question["candidates"]))
    return [str(question["id"]), question["kind"], title, keys, question["reason"]]


def print_comparisons(questions: Iterable[_Question], stream: TextIO) -> None:
    """Write each question with its sides, field by field.

    A field that says different things is marked with `*`, one that only one side has with `+`.
    """
    page = PrintedPage(stream)
    for question in questions:
        _print_question(question, page)


def _print_question(question: _Question, page: PrintedPage) -> None:
    record = question["record"]
    what = "record" if question["kind"] == "decided" else "question"
    page.text(f"{what} {question['id']}: {question['reason']}", "bold")
    page.text(f"{record['file']}, record {record['index']}, line {record['line']}")
    if question["evidence"]:
        page.text(f"evidence: {'; '.join(question['evidence'])}")
    if question.get("fields"):
        page.line()
        _print_fields(question["fields"], page)
    many = len(question["candidates"]) > 1
    shown = () if question.get("fields") else question["candidates"]
    for number, candidate in enumerate(shown, 1):
        page.line()
        _print_sides(record["item"], candidate, page, f"{number}: " if many else "")
    if not question["candidates"]:
        page.line()
        _print_item(record["item"], page)
    page.line()
    page.row(_WHOLE, [f"answers: {', '.join(question['answers'])}"], ["dim"])
    page.line()


def _print_fields(fields: Mapping[str, Any], page: PrintedPage) -> None:
    columns = _columns(page, sides=2)
    page.row(columns, ["", "", "mine: the library", "theirs: the export"], ["dim"] * len(columns))
    for name, sides in fields.items():
        _print_field("*", name, [_shown(sides["mine"]), _shown(sides["theirs"])], columns, page)


def _print_sides(
    own: Mapping[str, Any], candidate: Mapping[str, Any], page: PrintedPage, number: str
) -> None:
    name, other = f"{number}{_title_of(candidate)}", candidate["item"]
    if other is None:
        page.row(
            _WHOLE, [f"what {name_of_candidate(candidate)} says cannot be read now"], ["yellow"]
        )
        _print_item(own, page)
        return
    columns = _columns(page, sides=2)
    page.row(columns, ["", "", "the record", name], ["dim"] * len(columns))
    for name in _names(own, other):
        values = [_shown(own.get(name)), _shown(other.get(name))]
        mark = "" if values[0] == values[1] else "*" if all(values) else "+"
        _print_field(mark, name, values, columns, page)


def _title_of(candidate: Mapping[str, Any]) -> str:
    if candidate["item_key"]:
        return f"item {candidate['item_key']}"
    number = candidate["question"]
    return "a record that was left out" if number is None else f"the record of question {number}"


def _print_item(own: Mapping[str, Any], page: PrintedPage) -> None:
    columns = _columns(page, sides=1)
    for name in _names(own):
        _print_field("", name, [_shown(own.get(name))], columns, page)


def _columns(page: PrintedPage, *, sides: int) -> list[Column]:
    rest = (page.width or _USUAL_WIDTH) - _MARK - _NAME - 2 * (sides + 1)
    return [Column("", _MARK), Column("", _NAME), *[Column("", rest // sides)] * sides]


def _names(*sides: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys(name for side in sides for name in side):
        if name not in _LEFT_OUT and any(_shown(side.get(name)) for side in sides):
            yield name


def _print_field(
    mark: str, name: str, values: Sequence[str], columns: Sequence[Column], page: PrintedPage
) -> None:
    most = _MOST_LINES if page.width else None
    sides = [wrap(value, columns[-1].width, most) for value in values]
    colour = "yellow" if mark == "*" else None
    heads = zip_longest([(mark, name)], zip_longest(*sides, fillvalue=""), fillvalue=("", ""))
    for head, parts in heads:
        page.row(columns, [*head, *parts], [colour] * len(columns))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_shown(each) for each in value)
    if isinstance(value, dict):
        return str(value.get("tag") or value.get("name") or _person(value))
    return "" if value is None else str(value)


def _person(value: Mapping[str, Any]) -> str:
    return ", ".join(str(value[part]) for part in ("lastName", "firstName") if value.get(part))
