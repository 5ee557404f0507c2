"""What `syncd review` asks about one library: JSON in, JSON out.

The same for a command that works by itself and for one that asks a daemon, so both show the same.
A library that cannot be reached can be reviewed too: the ledger knows what is asked, and keeps
what is answered until the library is back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncd.control.protocol import is_number
from syncd.errors import InputError, KeyLookupError, LibraryError
from syncd.report.reviews import decided_document, question_document
from syncd.sync.review import Answer, Reviewer
from syncd.sync.session import LibraryRun

LIST, SHOW, EXPORT, IMPORT = "list", "show", "export", "import"
ACTIONS = (LIST, SHOW, *(answer.value for answer in Answer), EXPORT, IMPORT)


def why_malformed(request: Mapping[str, Any]) -> str | None:
    """Say why a request is no action of a review, or lacks what its action takes; else None."""
    action, questions = request.get("action"), request.get("questions")
    if not _names_decided(request.get("decided")):
        return "what was decided is told by run and file"
    if action in (LIST, SHOW, EXPORT):
        named = questions is None or _are_numbers(questions)
        return None if named else "questions are a list of numbers"
    if action == IMPORT:
        whole = isinstance(request.get("document"), dict)
        return None if whole else "what is imported is one JSON object"
    if action not in ACTIONS:
        return "no such action"
    if request.get("decided") is not None and action != Answer.CREATE:
        return "what was decided can be created, no more"
    if not _are_numbers(questions):
        return "questions are a list of numbers"
    marks = request.get("marks", {})
    if not isinstance(marks, dict) or not all(isinstance(each, str) for each in marks.values()):
        return "marks are texts by the number of a question"
    key = request.get("item_key", 0)
    return None if key is None or isinstance(key, str) else "an item's key is text, or null"


def only_looks(request: Mapping[str, Any]) -> bool:
    """Say whether an action answers nothing and has nothing sent."""
    return request["action"] in (LIST, SHOW, EXPORT) and not request.get("send")


def needs_library(reviewer: Reviewer, request: Mapping[str, Any]) -> bool:
    """Say whether a look has to ask the library, which alone knows what its items say now."""
    if request["action"] == EXPORT:
        return False
    return request.get("decided") is not None or bool(reviewer.open_questions())


def _are_numbers(questions: Any) -> bool:
    return isinstance(questions, list) and all(map(is_number, questions))


def _names_decided(decided: Any) -> bool:
    if decided is None:
        return True
    if not isinstance(decided, dict):
        return False
    run, file = decided.get("run"), decided.get("file")
    return (run is None or is_number(run)) and (file is None or isinstance(file, str))


def review(run: LibraryRun, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one action on a library that was met, and what was promised by it.

    `request` holds `action`, and as it needs them `questions` (numbers), `item_key` (or another
    word that goes with an answer) and `document`. With `decided` (`run`, `file`) it is about what
    was skipped as the same, and `questions` are numbers of records. SHOW with `questions` is about
    these alone. `marks` has, by the number of a question, what it is known by as it was shown: an
    answer to one that is asked otherwise is refused. `later` answers and sends nothing yet; `send`
    sends what was answered so. `brief` leaves out what waits then. Raises `InputError` when the
    document is none of answers.
    """
    found = review_alone(run.name, run.reviewer(), request)
    if (found.get("answered") or request.get("send")) and not request.get("later"):
        try:
            run.push_pending()
        except (KeyLookupError, LibraryError) as error:
            found["unavailable"] = str(error)
        found["pending"] = run.figures().pending
    return found


def review_alone(name: str, reviewer: Reviewer, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one action in the ledger; nothing is sent. Otherwise as `review`."""
    decided = request.get("decided")
    match request["action"]:
        case "list":
            return _look(name, reviewer, decided)
        case "show":
            return _look(name, reviewer, decided, request.get("questions") or None)
        case "export":
            return {"library": name, "document": reviewer.export_answers()}
        case "import":
            return {"library": name, **_import(reviewer, request["document"])}
    questions = request["questions"]
    if decided is not None:
        told = _create_decided(reviewer, questions)
    else:
        told = _answer(reviewer, questions, request)
    if request.get("brief"):
        unavailable = reviewer.unavailable
        return {
            "library": name,
            "unavailable": unavailable,
            "pending": reviewer.pending(),
            **told,
        }
    if request.get("later"):
        still_open = sorted(reviewer.open_questions())
        return {"library": name, "open": still_open, "pending": reviewer.pending(), **told}
    return {**_look(name, reviewer), **told}


def _import(reviewer: Reviewer, document: Mapping[str, Any]) -> dict[str, Any]:
    imported = reviewer.import_answers(document)
    answered = reviewer.settle()
    unavailable, pending = reviewer.unavailable, reviewer.pending()
    return {
        **imported._asdict(),
        "answered": answered,
        "unavailable": unavailable,
        "pending": pending,
    }


def _answer(
    reviewer: Reviewer, questions: Sequence[int], request: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer those of the questions that are about this library; leave the others out."""
    answer, word = Answer(request["action"]), request["item_key"]
    marks = request.get("marks", {})
    mine = reviewer.open_questions()
    return _each(
        [question for question in questions if question in mine],
        lambda question: reviewer.answer(question, answer, word, marks.get(str(question))),
    )


def _create_decided(reviewer: Reviewer, records: Sequence[int]) -> dict[str, Any]:
    """Make items of those of the records that this library skipped as the same."""
    mine = reviewer.decided_numbers(records)
    return _each([record for record in records if record in mine], reviewer.create_decided)


def _each(numbers: Sequence[int], carry_out: Callable[[int], None]) -> dict[str, Any]:
    told: dict[str, Any] = {"answered": [], "refused": []}
    for number in numbers:
        try:
            carry_out(number)
        except InputError as error:
            told["refused"].append({"id": number, "message": error.message})
        else:
            told["answered"].append(number)
    return told


def _look(
    name: str,
    reviewer: Reviewer,
    decided: Mapping[str, Any] | None = None,
    questions: Sequence[int] | None = None,
) -> dict[str, Any]:
    """Return what waits about a library, or what was decided about it."""
    if decided is None:
        shown = {"held": [question_document(each) for each in reviewer.held(questions)]}
    else:
        found = reviewer.decided(decided.get("run"), decided.get("file"))
        shown = {"held": [], "decided": [decided_document(each) for each in found]}
    # What could not be asked is known only after it was tried.
    about = {"unavailable": reviewer.unavailable, "pending": reviewer.pending()}
    return {"library": name, **about, **shown}
