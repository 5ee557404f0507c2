"""`syncd review`: what is held for a person, and the answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from syncd.answering import ACTIONS, EXPORT, IMPORT, LIST, SHOW, review
from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.session import choose_library, load, pause
from syncd.clock import SystemClock
from syncd.errors import InputError
from syncd.handover import REVIEW, ask_daemon, is_served
from syncd.lock import StateLock
from syncd.report import write_document
from syncd.report.questions import print_comparison, print_questions
from syncd.settings import Settings
from syncd.wiring import make_runs, open_ledger


@click.command("review")
@click.argument("action", type=click.Choice(ACTIONS), default=LIST)
@click.argument("words", nargs=-1, metavar="[WHAT]...")
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(
    action: str,
    words: tuple[str, ...],
    where: options.Where,
    as_json: bool,
) -> Exit:
    """List what is held for a person, show it side by side, and answer.

    Questions have numbers; several can be answered at once. accept: the record is the item that
    is there already (name its key where there are several). create: it is a work of its own.
    skip: leave it out. retry and drop answer records that the library refused. An answer is
    carried out at once, remembered for good, and never asked for again.

    export writes all answers to a file, or to standard output; import takes over those of
    others, and keeps your own.

    \b
    Examples:
      syncd review
      syncd review show 3
      syncd review accept 3
      syncd review create 4 5 6
      syncd review export answers.json
    """
    settings = load(where)
    name = choose_library(settings, where.library).name
    request = _read_request(action, words)
    document = _ask(settings, where.state_dir, name, request)
    _show(action, document, words, as_json)
    return Exit.DONE


def _read_request(action: str, words: Sequence[str]) -> dict[str, Any]:
    if action == IMPORT:
        return {"action": action, "document": _read_answers(words)}
    if action in (LIST, EXPORT):
        return {"action": action, "questions": []}
    numbers = [int(word) for word in words if word.isdecimal()]
    keys = [word for word in words if not word.isdecimal()]
    if len(keys) > 1 or (keys and action != "accept"):
        raise click.UsageError(f"what is meant by {keys[-1]!r}? questions have numbers")
    if not numbers and action != SHOW:
        raise click.UsageError(f"which question? say `syncd review {action} NUMBER`")
    return {"action": action, "questions": numbers, "item_key": keys[0] if keys else None}


def _read_answers(words: Sequence[str]) -> Any:
    if len(words) != 1:
        raise click.UsageError("name the file with the answers: syncd review import FILE")
    path = Path(words[0])
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    except ValueError as error:
        raise InputError("is not JSON", path=path) from error
    if not isinstance(document, dict):
        raise InputError("holds no answers", path=path)
    return document


def _ask(settings: Settings, state: Path, name: str, request: dict[str, Any]) -> dict[str, Any]:
    if is_served(state):
        asked = {"library": name, **request}
        answer: dict[str, Any] = ask_daemon(state, REVIEW, asked, SystemClock(), pause)
        return answer
    with StateLock(state, "review"), closing(open_ledger(settings, state)) as ledger:
        run = make_runs(settings, state, ledger, pause, only={name})[name]
        with closing(run):
            run.open()
            return review(run, request)


def _show(action: str, document: dict[str, Any], words: Sequence[str], as_json: bool) -> None:
    if action == EXPORT and words:
        with Path(words[0]).open("w", encoding="utf-8") as file:
            write_document(document, file)
    elif as_json or action == EXPORT:
        write_document(document, sys.stdout)
    elif action == IMPORT:
        click.echo(f"{document['new']} answers are new", err=True)
    elif action == SHOW:
        print_comparison(document, sys.stdout)
    else:
        print_questions(document, sys.stdout)
