"""What is shown and done on each page, as values for the templates."""

from __future__ import annotations

import csv
import io
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncd.control.wire import RECONCILE, RESUME, RETRY, REVIEW
from syncd.errors import BusyError, CommandError, InputError
from syncd.ledger import browse
from syncd.ledger.browse import PAGE, ExportSeen
from syncd.ledger.store import Ledger
from syncd.page.differing import compare, mark, shown
from syncd.report.flow import draw, flow_of
from syncd.report.prisma import prisma
from syncd.report.reviews import name_of_candidate

Ask = Callable[[str, Mapping[str, Any]], Any]
"""Asks the daemon through its control socket; raises `CommandError` or `BusyError`."""

_ACTIONS = {
    "reconcile": (RECONCILE, "was reconciled"),
    "resume": (RESUME, "goes on"),
    "retry": (RETRY, "is tried again"),
}
_ANSWERS = {
    "accept": "the same work",
    "create": "a work of its own",
    "skip": "left out",
    "mine": "stays as it is in the library",
    "theirs": "as the export says",
    "retry": "sent once more",
    "drop": "dropped",
}
KEYS = {
    "accept": "s",
    "create": "d",
    "skip": "k",
    "mine": "m",
    "theirs": "t",
    "retry": "r",
    "drop": "x",
}
"""Which key presses which answer."""
_MOST_RUNS = 10_000


class RefusedError(Exception):
    """What was asked for is not there, or cannot be done; the text says why."""


class StaleError(RefusedError):
    """What was answered is no longer asked, or is asked otherwise."""


class Views:
    """Looks things up in the ledger and asks the daemon.

    `libraries` are the names that it serves, `names` say by identity what libraries are called.
    """

    def __init__(
        self,
        ledger: Ledger,
        ask: Ask,
        libraries: Callable[[], Sequence[str]],
        names: Mapping[str, str],
    ) -> None:
        self._ledger = ledger
        self._ask = ask
        self._libraries = libraries
        self._names = names

    def called(self, known_as: str) -> str:
        """Return what a library is called, by what it is known as in the ledger."""
        if known_as in self._names:
            return self._names[known_as]
        with self._ledger.read() as connection:
            return browse.titles(connection).get(known_as, known_as)

    # --- files and records

    def files(self, before: int | None, text: str) -> dict[str, Any]:
        """Return exports, or the records in which a text was found."""
        with self._ledger.read() as connection:
            if text:
                found = browse.search_records(connection, text)
                return {"text": text, "records": found, "exports": [], "more": None}
            exports = browse.exports(connection, before=before)
        more = exports[-1].export_id if len(exports) == PAGE else None
        named = [(each, _name_of(each)) for each in exports]
        return {"text": "", "records": [], "exports": named, "more": more}

    def file(self, number: int, after: int) -> dict[str, Any]:
        """Return one export and its records."""
        with self._ledger.read() as connection:
            export = browse.find_export(connection, number)
            records = browse.records_of_export(connection, number, after=after)
        if export is None:
            raise RefusedError("There is no such file.")
        more = records[-1].record_id if len(records) == PAGE else None
        return {"export": export, "name": _name_of(export), "records": records, "more": more}

    def record(self, number: int) -> dict[str, Any]:
        """Return one record: what was understood, what became of it and why."""
        with self._ledger.read() as connection:
            found = browse.find_record(connection, number)
            entry = browse.find_entry(connection, number)
            state = browse.state_of_item(connection, number)
        if found is None:
            raise RefusedError("There is no such record.")
        text = zlib.decompress(entry).decode("utf-8", "replace") if entry is not None else ""
        identity = {
            name: shown(list(value) if isinstance(value, tuple) else value)
            for name, value in found.record.identity._asdict().items()
            if value
        }
        return {"seen": found, "entry": text, "state": state, "identity": identity}

    # --- questions

    def questions(
        self, after: int = 0, reason: str | None = None, file: str | None = None
    ) -> dict[str, Any]:
        """Return open questions, and how many there are of each reason."""
        with self._ledger.read() as connection:
            found = browse.questions(connection, after=after, reason=reason, file=file)
            reasons = browse.count_questions(connection)
        more = found[-1].hold_id if len(found) == PAGE else None
        return {
            "questions": [(each, _mark(each)) for each in found],
            "reasons": reasons,
            "total": sum(reasons.values()),
            "reason": reason,
            "file": file,
            "more": more,
        }

    def question(self, number: int) -> dict[str, Any]:
        """Return one question with both its sides."""
        with self._ledger.read() as connection:
            asked = next(iter(browse.questions(connection, after=number - 1, limit=1)), None)
            following = browse.questions(connection, after=number, limit=1)
        if asked is None or asked.hold_id != number:
            raise RefusedError("This question is answered, or was never asked.")
        library, found = self._find_question(number)
        item = found["record"]["item"]
        sides = [
            (name_of_candidate(each), None if each["item"] is None else compare(item, each["item"]))
            for each in ([] if found["fields"] else found["candidates"])
        ]
        fields = [
            (name, *mark(shown(both["mine"]), shown(both["theirs"])))
            for name, both in found["fields"].items()
        ]
        return {
            "asked": asked,
            "mark": _mark(asked),
            "library": library,
            "question": found,
            "sides": sides,
            "fields": fields,
            "keys": KEYS,
            "own": [(name, shown(value)) for name, value in item.items() if shown(value)],
            "answers": {a: w for a, w in _ANSWERS.items() if a in found["answers"]},
            "following": following[0].hold_id if following else None,
        }

    def _find_question(self, number: int) -> tuple[str, Mapping[str, Any]]:
        for library in self._libraries():
            asked = {"library": library, "action": "show", "questions": [number]}
            for question in self._asked(REVIEW, asked)["held"]:
                if question["id"] == number:
                    return library, question
        raise RefusedError("Its library is not served at the moment.")

    def answer(
        self, questions: Sequence[str], answer: str, item_key: str
    ) -> tuple[str, int | None]:
        """Answer questions that stand as they were shown; return what to say, and the next one.

        Each is named as `NUMBER-MARK`. Raises `StaleError` where one is not asked like that.
        """
        if answer not in _ANSWERS:
            raise RefusedError("That is no answer.")
        numbers = [self._expect_current(each) for each in questions]
        if not numbers:
            raise RefusedError("No question was chosen.")
        answered: list[int] = []
        refused: list[str] = []
        for library in self._libraries():
            told = self._asked(
                REVIEW,
                {
                    "library": library,
                    "action": answer,
                    "questions": numbers,
                    "item_key": item_key or None,
                },
            )
            answered += told["answered"]
            refused += [each["message"] for each in told["refused"]]
        with self._ledger.read() as connection:
            following = browse.questions(connection, after=max(numbers), limit=1)
        count = f"{len(answered)} {'answer' if len(answered) == 1 else 'answers'} kept"
        told = "; ".join([f"{count}: {_ANSWERS[answer]}", *refused])
        return told, following[0].hold_id if following else None

    def _expect_current(self, name: str) -> int:
        number, _, mark = name.partition("-")
        if not number.isdecimal():
            raise RefusedError("That is no question.")
        with self._ledger.read() as connection:
            found = browse.questions(connection, after=int(number) - 1, limit=1)
        if not found or found[0].hold_id != int(number) or _mark(found[0]) != mark:
            raise StaleError(
                f"Question {number} was answered meanwhile, or is asked otherwise now; "
                "nothing was changed. This is what waits."
            )
        return int(number)

    # --- numbers

    def numbers(self, before: int | None, chosen: Sequence[int]) -> dict[str, Any]:
        """Return runs, and the PRISMA numbers of some exports (of the newest, if none)."""
        with self._ledger.read() as connection:
            runs = browse.runs(connection, before=before)
            exports = browse.exports(connection)
        picked = list(chosen) or [each.export_id for each in exports[:1]]
        return {
            "runs": runs,
            "more": runs[-1].run_id if len(runs) == PAGE else None,
            "exports": [(each, _name_of(each)) for each in exports],
            "chosen": picked,
            "flow": self.flow(picked),
        }

    def flow(self, chosen: Sequence[int]) -> dict[str, Any]:
        """Return the PRISMA numbers of these exports."""
        with self._ledger.read() as connection:
            return prisma(browse.records_of_exports(connection, chosen))

    def flow_svg(self, chosen: Sequence[int]) -> str:
        """Return them as a picture."""
        return draw(flow_of(self.flow(chosen)))

    def runs_csv(self) -> str:
        """Return every run with its counts, as a table for other programs."""
        with self._ledger.read() as connection:
            runs = browse.runs(connection, limit=_MOST_RUNS)
        names = sorted({name for each in runs for name in each.counts})
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(["run", "library", "reason", "started_at", "ended_at", *names])
        for each in runs:
            counts = [each.counts.get(name, 0) for name in names]
            row = [each.run_id, each.library, each.reason, each.started_at, each.ended_at or ""]
            writer.writerow([*row, *counts])
        return text.getvalue()

    # --- what is done

    def do(self, action: str, library: str) -> str:
        """Have the daemon do something with a library; return what to say."""
        if action not in _ACTIONS or library not in self._libraries():
            raise RefusedError("That cannot be done here.")
        command, words = _ACTIONS[action]
        self._asked(command, {"library": library})
        return f"{library} {words}"

    def _asked(self, command: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._ask(command, arguments)
        except (BusyError, CommandError, InputError) as error:
            raise RefusedError(str(error)) from error


def _name_of(export: ExportSeen) -> str:
    return os.fsdecode(export.name)


def _mark(question: browse.QuestionSeen) -> str:
    """Return by what a question is known to stand as it was shown."""
    return question.digest[:16]
