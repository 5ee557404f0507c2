"""What `syncd review` asks about one library: JSON in, JSON out.

The same for a command that works by itself and for one that asks a daemon, so both show the same.
A library that cannot be reached can be reviewed too: the ledger knows what is asked, and keeps
what is answered until the library is back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.errors import InputError, KeyLookupError, LibraryError
from syncd.report.reviews import question_document
from syncd.sync.review import Answer, Reviewer
from syncd.sync.session import LibraryRun

LIST, SHOW, EXPORT, IMPORT = "list", "show", "export", "import"
ACTIONS = (LIST, SHOW, *(answer.value for answer in Answer), EXPORT, IMPORT)


def why_malformed(request: Mapping[str, Any]) -> str | None:
    """Say why a request is no action of a review, or lacks what its action takes; else None."""
    action, questions = request.get("action"), request.get("questions")
    if action in (LIST, SHOW, EXPORT):
        return None
    if action == IMPORT:
        whole = isinstance(request.get("document"), dict)
        return None if whole else "what is imported is one JSON object"
    if action not in ACTIONS:
        return "no such action"
    if not isinstance(questions, list) or not all(isinstance(each, int) for each in questions):
        return "questions are a list of numbers"
    key = request.get("item_key", 0)
    return None if key is None or isinstance(key, str) else "an item's key is text, or null"


def review(run: LibraryRun, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one action on a library that was met, and what was promised by it.

    `request` holds `action`, and as it needs them `questions` (numbers), `item_key` and
    `document`. Raises `InputError` when the document is none of answers.
    """
    found = review_alone(run.name, run.reviewer(), request)
    if found.get("answered"):
        try:
            run.push_pending()
        except (KeyLookupError, LibraryError) as error:
            found["unavailable"] = str(error)
        found["pending"] = run.figures().pending
    return found


def review_alone(name: str, reviewer: Reviewer, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one action in the ledger; nothing is sent. Otherwise as `review`."""
    match request["action"]:
        case "list" | "show":
            return _look(name, reviewer)
        case "export":
            return {"library": name, "document": reviewer.export_answers()}
        case "import":
            return {"library": name, **_import(reviewer, request["document"])}
        case action:
            told = _answer(reviewer, request["questions"], Answer(action), request["item_key"])
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
    reviewer: Reviewer, questions: Sequence[int], answer: Answer, item_key: str | None
) -> dict[str, Any]:
    """Answer those of the questions that are about this library; leave the others out."""
    mine = reviewer.open_questions()
    told: dict[str, Any] = {"answered": [], "refused": []}
    for question in questions:
        if question not in mine:
            continue
        try:
            reviewer.answer(question, answer, item_key)
        except InputError as error:
            told["refused"].append({"id": question, "message": error.message})
        else:
            told["answered"].append(question)
    return told


def _look(name: str, reviewer: Reviewer) -> dict[str, Any]:
    held = [question_document(each) for each in reviewer.held()]
    return {
        "library": name,
        "unavailable": reviewer.unavailable,
        "pending": reviewer.pending(),
        "held": held,
    }
