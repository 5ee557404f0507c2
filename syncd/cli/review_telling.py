"""What `syncd review` tells: lists, both sides, and what did not go as asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from syncd.cli.exits import Exit, exit_of, words_for
from syncd.cli.review_asking import Found, Request
from syncd.cli.review_choice import Choice
from syncd.cli.saying import say
from syncd.control.reviewing import EXPORT, IMPORT, LIST, SHOW
from syncd.errors import InputError, SyncdError
from syncd.report.reviews import (
    print_comparisons,
    print_decided,
    print_questions,
    review_document,
)
from syncd.report.writing import write_document
from syncd.system.printable import printable


def questions_of(found: Found) -> list[Mapping[str, Any]]:
    """Return what was found about a library: questions, or what was decided."""
    return [*found["held"], *found.get("decided", ())]


def show(found: Sequence[Found], request: Request, words: Sequence[str], *, as_json: bool) -> None:
    """Write what was found, in the form that fits what was asked."""
    action = request["action"]
    if action == EXPORT and found:
        _export(found[0]["document"], words)
    elif as_json:
        write_document(review_document(found), sys.stdout)
    elif found and action == LIST and request.get("decided") is not None:
        print_decided(found, sys.stdout)
    elif found:
        _PRINT.get(action, _print_answered)(found)


def _export(document: Mapping[str, Any], words: Sequence[str]) -> None:
    if not words:
        write_document(document, sys.stdout)
        return
    path = Path(words[0])
    try:
        with path.open("w", encoding="utf-8") as file:
            write_document(document, file)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path=path) from error


def _print_list(found: Sequence[Found]) -> None:
    print_questions(found, sys.stdout)


def _print_shown(found: Sequence[Found]) -> None:
    print_comparisons((each for library in found for each in questions_of(library)), sys.stdout)


def _print_imported(found: Sequence[Found]) -> None:
    for library in found:
        new, here, answered = library["new"], library["here"], len(library["answered"])
        say(f"{new:,} answers are new, {answered:,} open questions answered by them", err=False)
        if new and not here:
            say("none of them is about a work that is here yet; they wait for it", err=False)
        if library["known"]:
            say(f"{library['known']:,} were known already, or fit nothing", err=False)
        if library["foreign"]:
            say(
                f"{library['foreign']:,} name works by keys of the library they come from, "
                "which mean nothing here; export them again with this version of syncd",
                err=False,
            )


def _print_answered(found: Sequence[Found]) -> None:
    answered = sum(len(library["answered"]) for library in found)
    held = sum(len(library["held"]) for library in found)
    say(f"{answered:,} answered, {still_held(held)}", err=False)


def still_held(number: int) -> str:
    """Say how many questions are left, and how they are gone on with."""
    return f"{number:,} still held" + (": `syncd review` goes on" if number else "")


_PRINT = {LIST: _print_list, SHOW: _print_shown, IMPORT: _print_imported}


def tell_none(choice: Choice, failed: Sequence[SyncdError]) -> Exit:
    """Say that nothing fits what was named."""
    for line in dict.fromkeys(line for error in failed for line in words_for(error)):
        say(line)
    if failed:
        return exit_of(failed[0])
    if choice.everything and not choice.is_narrowed:
        say("nothing waits for such an answer", err=False)
        return Exit.DONE
    say("syncd: none of the questions fits that")
    return Exit.INPUT


def tell(request: Request, found: Sequence[Found], failed: Sequence[SyncdError]) -> Exit:
    """Say what did not go as asked, and sum it up: the gravest comes first."""
    for line in dict.fromkeys(line for error in failed for line in words_for(error)):
        say(line)
    waiting = [each for each in found if each.get("answered") and each["pending"]]
    for library in found:
        if library.get("unavailable") and (library.get("answered") or "held" in library):
            say(f"syncd: {_words_for_absence(library)}")
    wrong = list(_find_wrong(request, found, is_complete=not failed))
    for message in wrong:
        say(f"syncd: {printable(message)}")
    if failed:
        return exit_of(failed[0])
    return Exit.TRY_AGAIN if waiting else Exit.INPUT if wrong else Exit.DONE


def _words_for_absence(library: Found) -> str:
    so = (
        "what was answered is stored, and carried out when the library is back"
        if library.get("answered")
        else "what its items say cannot be shown now"
    )
    return printable(f"{library['library']}: {library['unavailable']}; {so}")


def _find_wrong(request: Request, found: Sequence[Found], *, is_complete: bool) -> Iterator[str]:
    """Yield what is wrong with questions that were named."""
    refused = [each for library in found for each in library.get("refused", ())]
    yield from (each["message"] for each in refused)
    known = {each["id"] for each in refused}
    is_decided = request.get("decided") is not None
    for library in found:
        known.update(library.get("answered", ()))
        known.update(each["id"] for each in library.get("decided" if is_decided else "held", ()))
    for question in request.get("questions", ()):
        if is_complete and question not in known:
            yield (
                f"no record number {question} was skipped as the same"
                if is_decided
                else f"no question number {question} waits for an answer"
            )
