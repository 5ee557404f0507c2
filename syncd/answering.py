"""What `syncd review` asks of the work on a library: JSON in, JSON out.

The same for a command that works by itself and for one that asks a daemon, so both show the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.report import record_document
from syncd.review import ANSWERS, Answer, Held
from syncd.run import LibraryRun

REVIEW_SCHEMA = "syncd.review/1"
LIST, SHOW, EXPORT, IMPORT = "list", "show", "export", "import"
ACTIONS = (LIST, SHOW, *(answer.value for answer in Answer), EXPORT, IMPORT)


def review(run: LibraryRun, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one action on an open library.

    `request` holds `action`, and as it needs them `questions` (numbers), `item_key` and
    `document`. Raises `InputError` for questions and answers that do not fit each other.
    """
    reviewer = run.reviewer()
    match request["action"]:
        case "list" | "show":
            return _list(run, request["questions"])
        case "export":
            return reviewer.export_answers()
        case "import":
            return {"schema": REVIEW_SCHEMA, "new": reviewer.import_answers(request["document"])}
        case answer:
            for question in request["questions"]:
                reviewer.answer(question, Answer(answer), request["item_key"])
            run.push_pending()
            return _list(run, ())


def _list(run: LibraryRun, questions: Any) -> dict[str, Any]:
    held = [each for each in run.reviewer().held() if not questions or each.hold_id in questions]
    return {
        "schema": REVIEW_SCHEMA,
        "library": run.name,
        "held": [_question(each) for each in held],
    }


def _question(held: Held) -> dict[str, Any]:
    return {
        "question": held.hold_id,
        "kind": held.kind,
        "reason": held.reason,
        "held_at": held.held_at,
        "answers": [answer.value for answer in ANSWERS[held.kind]],
        "record": record_document(held.record),
        "item": dict(held.data),
        "candidates": [
            {"item_key": each.item_key, "item": None if each.data is None else dict(each.data)}
            for each in held.candidates
        ],
    }
