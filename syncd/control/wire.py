"""What commands may ask of a running daemon, and how a report travels from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from syncd.app.once import OnceReport
from syncd.app.remedies import told
from syncd.errors import CommandError, InputError, SyncdError
from syncd.inbox import Beside, Skipped
from syncd.report.documents import plan_document, read_plan

ONCE = "once"
REVIEW = "review"
RECONCILE = "reconcile"
RESUME = "resume"
RETRY = "retry"
UNDO = "undo"
RESTORE = "restore"
PAGE = "page"

COMMANDS = (ONCE, REVIEW, RECONCILE, RESUME, RETRY, UNDO, RESTORE, PAGE)


def write_report(report: OnceReport, code_of: Callable[[SyncdError], int]) -> dict[str, Any]:
    """Return what a pass came to as JSON; `code_of` gives the exit code of each failure."""
    document = plan_document(report.plan)
    return {
        "plan": {**document, "records": list(document["records"])},
        "problems": [_write_input_error(each) for each in report.problems],
        "unusable": [_write_input_error(each) for each in report.unusable],
        "skipped": [[each.name, each.reason] for each in report.skipped],
        "beside": [[each.name, each.reason] for each in report.beside],
        "failed": {
            name: [_words_for(error), code_of(error)] for name, error in report.failed.items()
        },
        "pending": report.pending,
        "notices": {name: list(notices) for name, notices in report.notices.items()},
    }


def read_report(answer: Mapping[str, Any]) -> OnceReport:
    """Return what `write_report` wrote."""
    return OnceReport(
        plan=read_plan(answer["plan"]),
        problems=[_read_input_error(each) for each in answer["problems"]],
        unusable=[_read_input_error(each) for each in answer["unusable"]],
        skipped=[Skipped(name, reason) for name, reason in answer["skipped"]],
        beside=[Beside(name, reason) for name, reason in answer.get("beside", ())],
        failed={name: CommandError(text, code) for name, (text, code) in answer["failed"].items()},
        pending=answer["pending"],
        notices=answer.get("notices", {}),
    )


def _words_for(error: SyncdError) -> str:
    return error.message if isinstance(error, CommandError) else told(error)


def _write_input_error(error: InputError) -> list[Any]:
    return [str(error.path or ""), error.line, error.message]


def _read_input_error(written: Sequence[Any]) -> InputError:
    path, line, message = written
    return InputError(message, path=Path(path) if path else None, line=line)
