"""`syncd review`: what is held for a person, and the answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from syncd.app.wiring import find_reviewer, make_runs, open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit, exit_of, words_for
from syncd.cli.session import choose_library, find_running, load, pause
from syncd.control.client import Running, ask_daemon
from syncd.control.protocol import CommandError
from syncd.control.reviewing import ACTIONS, EXPORT, IMPORT, LIST, SHOW, review, review_alone
from syncd.control.wire import REVIEW
from syncd.errors import InputError, KeyLookupError, LibraryError, SyncdError
from syncd.ledger.store import Ledger
from syncd.report import write_document
from syncd.report.reviews import print_comparisons, print_questions, review_document
from syncd.settings import LibrarySettings, Settings
from syncd.sync.review import Answer, read_answers
from syncd.system.clock import SystemClock
from syncd.system.printable import printable
from syncd.system.state_lock import StateLock

_Request = Mapping[str, Any]
_Found = dict[str, Any]
_Ask = Callable[[LibrarySettings, _Request], _Found]

_AT_ONCE = 2000
"""Answers that are handed to a daemon together; a request to it has to fit into one line."""


@click.command("review")
@click.argument("action", type=click.Choice(ACTIONS), default=LIST)
@click.argument("words", nargs=-1, metavar="[WHAT]...")
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(action: str, words: tuple[str, ...], where: options.Where, as_json: bool) -> Exit:
    """List what is held for a person, show it side by side, and answer.

    Questions have numbers; several can be answered at once. accept: the record is the item that
    is there already (name its key where there are several). create: it is a work of its own.
    skip: leave it out. retry and drop answer records that the library refused. mine and theirs
    answer fields that you and an export both changed: what stands in the library stays, or what
    the export says is written; name a field, or all of the question are meant. An answer is
    carried out at once, remembered for good, and never asked for again; where the library is
    away it is stored, and carried out when the library is back.

    export writes all answers to a file, or to standard output; import takes over those of
    others, answers with them what waits for you, and keeps your own.

    Exits with 65 when there is no such question or that is no answer to it, the others being
    answered all the same, and with 75 when an answer could be stored and not carried out yet.

    \b
    Examples:
      syncd review
      syncd review show 3
      syncd review accept 3
      syncd review create 4 5 6
      syncd review mine 7 title
      syncd review export answers.json
    """
    settings = load(where)
    request = _read_request(action, words)
    if where.library or action in (EXPORT, IMPORT):
        libraries: Sequence[LibrarySettings] = [choose_library(settings, where.library)]
    else:
        libraries = settings.libraries
    failed: list[SyncdError] = []
    with _asking(settings, where.state_dir, [each.name for each in libraries]) as ask:
        found = list(_collect(ask, libraries, request, failed))
    if action == EXPORT and found:
        _export(found[0]["document"], words)
    elif as_json:
        write_document(review_document(found), sys.stdout)
    elif found:
        _PRINT.get(action, _print_answered)(found)
    return _tell(request, found, failed)


# What is asked


def _read_request(action: str, words: Sequence[str]) -> _Request:
    if action == IMPORT:
        return {"action": action, "document": _read_document(words)}
    if action in (LIST, EXPORT):
        return {"action": action}
    numbers = [int(word) for word in words if word.isdecimal()]
    keys = [word for word in words if not word.isdecimal()]
    takes_word = action in (Answer.ACCEPT, Answer.MINE, Answer.THEIRS)
    if action in (Answer.MINE, Answer.THEIRS):
        keys = [" ".join(keys)] if keys else []  # labels such as `Scopus EID` have blanks
    if len(keys) > 1 or (keys and (not takes_word or len(numbers) > 1)):
        raise click.UsageError(f"what is meant by {keys[-1]!r}? questions have numbers")
    if not numbers and action != SHOW:
        raise click.UsageError(f"which question? say `syncd review {action} NUMBER`")
    return {"action": action, "questions": numbers, "item_key": keys[0] if keys else None}


def _read_document(words: Sequence[str]) -> Any:
    if len(words) != 1:
        raise click.UsageError("name the file with the answers: syncd review import FILE")
    path = Path(words[0])
    try:
        document = json.loads(path.read_bytes())
        read_answers(document if isinstance(document, dict) else {})
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except ValueError as error:
        raise InputError("is not JSON", path=path) from error
    except InputError as error:
        raise InputError(error.message, path=path) from error
    return document


# Who is asked


@contextmanager
def _asking(settings: Settings, state: Path, names: Collection[str]) -> Iterator[_Ask]:
    """Give a way to ask about a library: the daemon, where one runs, or else the ledger itself."""
    daemon = find_running(settings, state, names)
    if daemon is not None:
        yield partial(_ask_daemon, daemon)
        return
    with StateLock(state, "review"), closing(open_ledger(settings, state)) as ledger:
        yield partial(_ask_here, settings, state, ledger)


def _ask_daemon(daemon: Running, library: LibrarySettings, request: _Request) -> _Found:
    about = {"library": daemon.name_of(library.name)}
    found = [
        ask_daemon(daemon.directory, REVIEW, {**about, **part}, SystemClock(), pause)
        for part in _parts(request)
    ]
    answer: _Found = found[-1]
    if request["action"] == IMPORT:
        answer["new"] = sum(part["new"] for part in found)
        answer["answered"] = [number for part in found for number in part["answered"]]
    return answer


def _parts(request: _Request) -> Iterator[_Request]:
    document = request.get("document")
    if document is None:
        yield request
        return
    answers, left_out = document["answers"], document.get("left_out", [])
    for start in range(0, max(len(answers), len(left_out), 1), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        cut = {"answers": answers[part], "left_out": left_out[part]}
        yield {**request, "document": {**document, **cut}}


def _ask_here(
    settings: Settings, state: Path, ledger: Ledger, library: LibrarySettings, request: _Request
) -> _Found:
    run = make_runs(settings, state, ledger, pause, only={library.name})[library.name]
    with closing(run):
        try:
            run.meet()
        except (KeyLookupError, LibraryError) as error:
            reviewer = find_reviewer(library, ledger, str(error))
            if reviewer is None:
                raise
            return review_alone(library.name, reviewer, request)
        return review(run, request)


def _collect(
    ask: _Ask,
    libraries: Sequence[LibrarySettings],
    request: _Request,
    failed: list[SyncdError],
) -> Iterator[_Found]:
    """Yield what there is about each library; those that cannot be asked are noted as failed."""
    wanted = request.get("questions")
    for library in libraries:
        try:
            found = ask(library, request)
        except (CommandError, KeyLookupError, LibraryError) as error:
            failed.append(error)
            continue
        if request["action"] == SHOW and wanted:
            found["held"] = [each for each in found["held"] if each["id"] in wanted]
        yield found


# What is told


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


def _print_list(found: Sequence[_Found]) -> None:
    print_questions(found, sys.stdout)


def _print_shown(found: Sequence[_Found]) -> None:
    print_comparisons((each for library in found for each in library["held"]), sys.stdout)


def _print_imported(found: Sequence[_Found]) -> None:
    for library in found:
        new, answered = library["new"], len(library["answered"])
        click.echo(f"{new:,} answers are new, {answered:,} open questions answered by them")


def _print_answered(found: Sequence[_Found]) -> None:
    answered = sum(len(library["answered"]) for library in found)
    held = sum(len(library["held"]) for library in found)
    click.echo(f"{answered:,} answered, {held:,} still held")


_PRINT = {LIST: _print_list, SHOW: _print_shown, IMPORT: _print_imported}


def _tell(request: _Request, found: Sequence[_Found], failed: Sequence[SyncdError]) -> Exit:
    """Say what did not go as asked, and sum it up: the gravest comes first."""
    for line in dict.fromkeys(line for error in failed for line in words_for(error)):
        click.echo(line, err=True)
    waiting = [each for each in found if each.get("answered") and each["pending"]]
    for library in found:
        if library.get("unavailable") and (library.get("answered") or "held" in library):
            click.echo(f"syncd: {_words_for_absence(library)}", err=True)
    wrong = list(_find_wrong(request, found, is_complete=not failed))
    for message in wrong:
        click.echo(f"syncd: {printable(message)}", err=True)
    if failed:
        return exit_of(failed[0])
    return Exit.TRY_AGAIN if waiting else Exit.INPUT if wrong else Exit.DONE


def _words_for_absence(library: _Found) -> str:
    so = (
        "what was answered is stored, and carried out when the library is back"
        if library.get("answered")
        else "what its items say cannot be shown now"
    )
    return printable(f"{library['library']}: {library['unavailable']}; {so}")


def _find_wrong(request: _Request, found: Sequence[_Found], *, is_complete: bool) -> Iterator[str]:
    """Yield what is wrong with questions that were named."""
    refused = [each for library in found for each in library.get("refused", ())]
    yield from (each["message"] for each in refused)
    known = {each["id"] for each in refused}
    for library in found:
        known.update(library.get("answered", ()))
        known.update(each["id"] for each in library.get("held", ()))
    for question in request.get("questions", ()):
        if is_complete and question not in known:
            yield f"no question number {question} waits for an answer"
