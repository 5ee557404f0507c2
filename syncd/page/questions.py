"""Questions: a list of them, both sides of one, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from syncd.control.reviewing import SHOW
from syncd.control.wire import REVIEW
from syncd.errors import BusyError, CommandError, InputError
from syncd.ledger import browse
from syncd.ledger.browse import PAGE, QuestionSeen
from syncd.ledger.store import Ledger
from syncd.page.answers import Answers, Asked, Given
from syncd.page.differing import compare, mark, shown
from syncd.page.refusals import RefusedError, StaleError
from syncd.report.reviews import name_of_candidate
from syncd.sync.review import ANSWERS, Answer

Ask = Callable[[str, Mapping[str, Any]], Any]
"""Asks the daemon through its control socket; raises `CommandError` or `BusyError`."""

WORDS: Mapping[str, str] = {
    Answer.ACCEPT: "the same work",
    Answer.CREATE: "a work of its own",
    Answer.SKIP: "left out",
    Answer.MINE: "stays as it is in the library",
    Answer.THEIRS: "as the export says",
    Answer.RETRY: "sent once more",
    Answer.DROP: "dropped",
}
KEYS: Mapping[str, str] = {
    Answer.ACCEPT: "s",
    Answer.CREATE: "d",
    Answer.SKIP: "k",
    Answer.MINE: "m",
    Answer.THEIRS: "t",
    Answer.RETRY: "r",
    Answer.DROP: "x",
}
"""Which key presses which answer."""
_SIDES = 4
"""So many candidates are laid beside a question."""
_AT_ONCE = 200
"""Answers that are handed to a library's thread together."""
_LONGEST = 18
"""Digits: longer numbers are none that a database knows."""
_SHOWN_REFUSED = 3
_ELSEWHERE = timedelta(seconds=3)
"""Whoever leaves the questions waits so long for what they have answered."""


class Questions:
    """Shows questions out of the ledger, and hears the answers.

    `libraries` are the names that are served; `name_of` says what a library is called in the
    configuration, by what it says it is.
    `person` is everywhere the one who asks, known by their session.
    """

    def __init__(
        self,
        ledger: Ledger,
        ask: Ask,
        libraries: Callable[[], Sequence[str]],
        name_of: Callable[[str], str | None],
        elapsed: Callable[[], timedelta],
    ) -> None:
        self._ledger = ledger
        self._ask = ask
        self._libraries = libraries
        self._name_of = name_of
        self.answers = Answers(self._carry_out, self._find_marks, elapsed)

    # --- what is shown

    def listed(
        self, after: int = 0, reason: str | None = None, file: str | None = None
    ) -> dict[str, Any]:
        """Return open questions, and how many there are of each reason."""
        answered = self.answers.answered()
        with self._ledger.look_through() as connection:
            found = browse.questions(
                connection, after=after, reason=reason, file=file, without=answered
            )
            reasons = browse.count_questions(connection)
            numbers = (
                browse.number_questions(connection, reason=reason, file=file)
                if reason or file
                else []
            )
        for each in self.answers.reasons():
            reasons[each] = reasons.get(each, 0) - 1
        numbers = [number for number in numbers if number not in answered]
        return {
            "questions": found,
            "reasons": {each: number for each, number in reasons.items() if number > 0},
            "total": max(sum(reasons.values()), 0),
            "reason": reason,
            "file": file,
            "every": _set_of(numbers) if len(numbers) > len(found) else None,
            "matching": len(numbers),
            "answers": _taken_by(found),
            "is_first": after == 0,
            "more": found[-1].hold_id if len(found) == PAGE else None,
        }

    def one(self, number: int, beside: str = "") -> dict[str, Any]:
        """Return one question with both its sides.

        Of many candidates a few are laid beside it, and first of all `beside`.
        """
        answered = self.answers.answered()
        with self._ledger.look_through() as connection:
            asked = browse.find_questions(connection, [number]).get(number)
            following = browse.questions(connection, after=number, without=answered, limit=1)
            before = browse.question_before(connection, number, without=answered)
        if asked is None or number in answered:
            raise RefusedError("This question is answered, or was never asked.")
        library, found = self._find_question(self._name_of(asked.library), number)
        item = found["record"]["item"]
        candidates = [] if found["fields"] else found["candidates"]
        named = sorted(
            ((name_of_candidate(each), each["item"]) for each in candidates),
            key=lambda each: each[0] != beside,
        )
        sides = [
            (name, None if data is None else compare(item, data)) for name, data in named[:_SIDES]
        ]
        done = self.answers.fields_answered(number)
        fields = [
            (name, *mark(shown(both["mine"]), shown(both["theirs"])))
            for name, both in found["fields"].items()
            if name not in done
        ]
        return {
            "asked": asked,
            "library": library,
            "question": found,
            "sides": sides,
            "further": [(name, shown((data or {}).get("title"))) for name, data in named[_SIDES:]],
            "fields": fields,
            "keys": KEYS,
            "own": [(name, shown(value)) for name, value in item.items() if shown(value)],
            "answers": {a: w for a, w in WORDS.items() if a in found["answers"]},
            "following": following[0].hold_id if following else None,
            "before": before,
        }

    def _find_question(self, named: str | None, number: int) -> tuple[str, Mapping[str, Any]]:
        for library in self._meant_by(named):
            asked = {"library": library, "action": SHOW, "questions": [number]}
            for question in self._asked(asked)["held"]:
                if question["id"] == number:
                    return library, question
        raise RefusedError("Its library is not served at the moment.")

    def _meant_by(self, name: str | None) -> Sequence[str]:
        """Return the libraries that a question may be about; a new one is not known by name."""
        served = self._libraries()
        return [name] if name is not None and name in served else served

    def last_answer(self, person: str) -> Mapping[str, Any] | None:
        """Return the answer that this person can take back, and what to say of it."""
        given = self.answers.last_of(person)
        if given is None:
            return None
        count = len(given.asked)
        told = f"{count} {'answer' if count == 1 else 'answers'} kept: {WORDS[given.answer]}"
        return {"number": given.number, "told": told}

    # --- what is done

    def answer(
        self, person: str, questions: Sequence[str], answer: str, word: str | None
    ) -> int | None:
        """Answer questions that stand as they were shown; return the next one.

        Each is named as `NUMBER-MARK`. `word` goes with the answer. Raises `StaleError` where one
        is not asked like that.
        """
        numbers = [_number_of(each) for each in questions]
        with self._ledger.look_through() as connection:
            found = browse.find_questions(connection, numbers)
        for number, name in zip(numbers, questions, strict=True):
            if number not in found or f"{number}-{found[number].mark}" != name:
                raise _stale(f"Question {number} was")
        self._give(person, [found[number] for number in dict.fromkeys(numbers)], answer, word)
        return self._after(max(numbers), person)

    def answer_every(
        self, person: str, named: str, reason: str | None, file: str | None, answer: str
    ) -> None:
        """Answer all questions of a reason or file, `named` as they were shown.

        Raises `StaleError` where there are others by now.
        """
        with self._ledger.look_through() as connection:
            numbers = browse.number_questions(connection, reason=reason, file=file)
            answered = self.answers.answered()
            numbers = [number for number in numbers if number not in answered]
            found = browse.find_questions(connection, numbers)
        if not numbers or _set_of(numbers) != named or not (reason or file):
            raise _stale("Some of these questions were")
        self._give(person, [found[number] for number in numbers], answer, None)

    def take_back(self, person: str, number: str) -> int | None:
        """Forget this person's last answer; return its question, if it was one.

        Raises `StaleError` where it stands already.
        """
        given = self.answers.take_back(person, _number_of(number))
        self.answers.say(person, "The answer was taken back.")
        return given.asked[0].number if len(given.asked) == 1 else None

    def leave(self, person: str) -> None:
        """This person looks at something else now: what they answered is carried out."""
        self.answers.hurry(person, _ELSEWHERE)

    def _give(
        self, person: str, questions: Sequence[QuestionSeen], answer: str, word: str | None
    ) -> None:
        if answer not in WORDS:
            raise RefusedError("That is no answer.")
        if not questions:
            raise RefusedError("No question was chosen.")
        meant = [each for each in questions if answer in ANSWERS[each.kind]]
        if not meant:
            raise RefusedError("That is no answer to what was chosen.")
        if answer == Answer.ACCEPT and word is None:
            clear = [each for each in meant if each.choices == 1]
            if not clear:
                raise RefusedError("Open the question and say which one is meant.")
            meant = clear
        fields = set(meant[0].fields) - self.answers.fields_answered(meant[0].hold_id)
        asked = [
            Asked(each.hold_id, self._name_of(each.library), each.reason, each.mark)
            for each in meant
        ]
        is_part = word in fields and len(fields) > 1
        self.answers.give(person, Given(answer, asked, word, is_part=is_part))
        if len(meant) < len(questions):
            rest = len(questions) - len(meant)
            self.answers.say(
                person,
                f"{rest} of them {'waits' if rest == 1 else 'wait'}: there that is no clear answer",
            )

    def _after(self, number: int, person: str) -> int | None:
        given = self.answers.last_of(person)
        if given is not None and given.is_part:
            return given.asked[0].number
        with self._ledger.look_through() as connection:
            following = browse.questions(
                connection, after=number, without=self.answers.answered(), limit=1
            )
        return following[0].hold_id if following else None

    # --- carrying out

    def _find_marks(self, numbers: Iterable[int]) -> Mapping[int, str]:
        with self._ledger.look_through() as connection:
            return browse.find_marks(connection, list(numbers))

    def _carry_out(self, given: Given) -> Sequence[str]:
        return list(self._carry_out_by(self._ask, given))

    def close(self, ask: Ask) -> None:
        """Carry out what is left by asking somebody else than the daemon."""

        def carry_out(given: Given) -> Sequence[str]:
            return list(self._carry_out_by(ask, given))

        self.answers.close(carry_out)

    def _carry_out_by(self, ask: Ask, given: Given) -> Iterator[str]:
        refused: list[str] = []
        for library, request in self._requests_for(given):
            try:
                told = ask(REVIEW, request)
            except (CommandError, InputError) as error:
                refused += [str(error)]
                continue
            refused += [each["message"] for each in told["refused"]]
            if told["unavailable"]:
                yield f"{library} cannot be reached; the answers wait for it."
        yield from (f"Not done: {each}" for each in refused[:_SHOWN_REFUSED])
        if len(refused) > _SHOWN_REFUSED:
            yield f"{len(refused) - _SHOWN_REFUSED} more were not done."

    def _requests_for(self, given: Given) -> Iterator[tuple[str, dict[str, Any]]]:
        by_library: dict[str | None, list[Asked]] = {}
        for each in given.asked:
            by_library.setdefault(each.library, []).append(each)
        for named, asked in by_library.items():
            for library in self._meant_by(named):
                for start in range(0, len(asked), _AT_ONCE):
                    part = asked[start : start + _AT_ONCE]
                    yield library, {"library": library, **_request(given, part)}

    def _asked(self, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._ask(REVIEW, arguments)
        except (BusyError, CommandError, InputError) as error:
            raise RefusedError(str(error)) from error


def _request(given: Given, asked: Sequence[Asked]) -> dict[str, Any]:
    return {
        "action": given.answer,
        "questions": [each.number for each in asked],
        "marks": {str(each.number): each.mark for each in asked},
        "item_key": given.word,
        "brief": True,
    }


def _number_of(name: str) -> int:
    number, _, _ = name.partition("-")
    with suppress(ValueError):
        if number.isascii() and number.isdecimal() and len(number) < _LONGEST:
            return int(number)
    raise RefusedError("That is no question.")


def _set_of(numbers: Sequence[int]) -> str:
    """Return by what a set of questions is known to be the one that was shown."""
    return f"{len(numbers)}-{numbers[-1]}" if numbers else ""


def _taken_by(questions: Sequence[QuestionSeen]) -> dict[str, str]:
    """Return the answers that any of these questions takes, in words."""
    kinds = {each.kind for each in questions}
    return {
        answer: words for answer, words in WORDS.items() if any(answer in ANSWERS[k] for k in kinds)
    }


def _stale(what: str) -> StaleError:
    return StaleError(
        f"{what} answered meanwhile, or asked otherwise now; nothing was changed. "
        "This is what waits."
    )
