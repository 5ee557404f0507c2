"""`syncd review`: what is held for a person, and the answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import click

from syncd.cli import options
from syncd.cli.exits import Exit
from syncd.cli.review_asking import Ask, Found, Request, ask_each_time, asking, collect
from syncd.cli.review_choice import Choice, read_choice
from syncd.cli.review_telling import questions_of, show, still_held, tell, tell_none
from syncd.cli.review_walk import Walk, is_at_terminal, single_keys
from syncd.cli.saying import say
from syncd.cli.session import choose_library, load
from syncd.control.reviewing import ACTIONS, EXPORT, IMPORT, LIST, SHOW
from syncd.errors import InputError, SyncdError
from syncd.settings import LibrarySettings
from syncd.sync.review import Answer
from syncd.sync.shared_answers import read_answers
from syncd.system.suggestions import complete


class _Options(NamedTuple):
    """What narrows a review down."""

    decided: bool
    run: int | None
    file: str | None
    reason: str | None


_ABOUT_FIELDS = (Answer.MINE, Answer.THEIRS)


@click.command("review")
@click.argument("action", type=click.Choice(ACTIONS), required=False)
@click.argument("words", nargs=-1, metavar="[WHAT]...")
@click.option(
    "--decided",
    is_flag=True,
    help="What was skipped as the same, instead of what is held; `create` makes it an item.",
)
@click.option(
    "--run", "run", type=options.Number(), metavar="N", help="With --decided: by this run only."
)
@click.option("--file", "file", metavar="NAME", help="Only records of this file.")
@click.option("--reason", metavar="TEXT", help="Only what has this text in its reason.")
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(
    action: str | None,
    words: tuple[str, ...],
    where: options.Where,
    as_json: bool,
    **narrowed: Any,
) -> Exit:
    """List what is held for a person, show it side by side, and answer.

    At a terminal, `syncd review` alone walks through what is held: both sides, and one key for
    each answer. The last answer can be taken back.

    Questions have numbers; several can be answered at once, also as ranges (3-7), as all, or
    with --file and --reason. accept: the record is the item that is there already (name its key
    where there are several). create: it is a work of its own. skip: leave it out. retry and drop
    answer records that the library refused. mine and theirs answer fields that you and an export
    both changed: what stands in the library stays, or what the export says is written; name a
    field, or all of the question are meant. An answer is carried out at once, remembered for
    good, and never asked for again; where the library is away it is stored, and carried out when
    the library is back.

    --decided lists what was skipped as the same, by --run or --file; create makes such a record
    an item of its own, and the two are never taken for one again; what the record wrote into the
    other item goes back, where nobody has changed it since.

    export writes all answers to a file, or to standard output; import takes over those of
    others, answers with them what waits for you, and keeps your own.

    Exits with 65 when there is no such question or that is no answer to it, the others being
    answered all the same, and with 75 when an answer could be stored and not carried out yet.

    \b
    Examples:
      syncd review
      syncd review show 3
      syncd review accept 3
      syncd review create 4 5 10-20
      syncd review mine 7 title
      syncd review skip all --file search.ris
      syncd review --decided --run 12
      syncd review --decided create 345
      syncd review export answers.json
    """
    chosen = _Options(**narrowed)
    settings = load(where)
    request, choice = _read_request(action or LIST, words, chosen)
    if where.library or action in (EXPORT, IMPORT):
        libraries: Sequence[LibrarySettings] = [choose_library(settings, where.library)]
    else:
        libraries = settings.libraries
    names = [each.name for each in libraries]
    walks = action is None and not as_json and not chosen.decided and is_at_terminal()
    failed: list[SyncdError] = []
    way: AbstractContextManager[Ask] = (
        nullcontext(ask_each_time(settings, where.state_dir, names))
        if walks
        else asking(settings, where.state_dir, names)
    )
    with way as ask:
        if walks:
            return _walk(ask, libraries, choice, failed)
        if choice.needs_list and request["action"] not in (LIST, SHOW):
            numbers = _choose(ask, libraries, request, choice, failed)
            if not numbers:
                return tell_none(choice, failed)
            request = {**request, "questions": numbers}
        found = list(collect(ask, libraries, request, failed))
    _narrow(found, request, choice)
    show(found, request, words, as_json=as_json)
    return tell(request, found, failed)


# What is asked


def _read_request(action: str, words: Sequence[str], chosen: _Options) -> tuple[Request, Choice]:
    if chosen.run is not None and not chosen.decided:
        raise click.UsageError("--run goes with --decided")
    if chosen.decided and action not in (LIST, SHOW, Answer.CREATE):
        raise click.UsageError("--decided goes with list, show and create")
    decided = {"decided": {"run": chosen.run, "file": chosen.file}} if chosen.decided else {}
    if action == IMPORT:
        return {"action": action, "document": _read_document(words)}, Choice()
    if action == EXPORT:
        return {"action": action}, Choice()
    choice = read_choice(words, chosen.file, chosen.reason)
    if action in _ABOUT_FIELDS and choice.words:
        # Labels such as `Scopus EID` have blanks.
        choice = choice._replace(words=(" ".join(choice.words),))
    if action == LIST:
        return {"action": action, **decided}, choice
    if len(choice.words) > 1 or (choice.words and not _names_candidate(action, choice)):
        raise click.UsageError(f"what is meant by {choice.words[-1]!r}? questions have numbers")
    if choice.is_empty and action != SHOW:
        raise click.UsageError(complete(f"which question? say `syncd review {action} NUMBER`"))
    word = choice.words[0] if choice.words else None
    numbers = list(choice.numbers)
    return {"action": action, "questions": numbers, "item_key": word, **decided}, choice


def _names_candidate(action: str, choice: Choice) -> bool:
    """Say whether a word is an answer's: a candidate, or a field."""
    takes_word = action == Answer.ACCEPT or action in _ABOUT_FIELDS
    return takes_word and len(choice.numbers) == 1 and not choice.needs_list


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


def _choose(
    ask: Ask,
    libraries: Sequence[LibrarySettings],
    request: Request,
    choice: Choice,
    failed: list[SyncdError],
) -> list[int]:
    """Return the numbers of all that is meant by ranges, all, a file or a reason."""
    listing = {"action": LIST, **{k: v for k, v in request.items() if k == "decided"}}
    found = list(collect(ask, libraries, listing, failed))
    failed.clear()  # they are asked again, and told then
    known = {n for each in found for n in choice.numbers_in(questions_of(each), request["action"])}
    return sorted(known | (set() if choice.is_narrowed else set(choice.numbers)))


def _narrow(found: Sequence[Found], request: Request, choice: Choice) -> None:
    """Leave out of lists what is not of the file or for the reason that were named."""
    if request["action"] not in (LIST, SHOW) or not choice.needs_list:
        return
    for library in found:
        for kind in ("held", "decided"):
            if kind in library:
                numbers = [
                    number
                    for each in library[kind]
                    for number in choice.numbers_in([each], each["answers"][0])
                ]
                library[kind] = [each for each in library[kind] if each["id"] in numbers]


# Walking through


def _walk(
    ask: Ask, libraries: Sequence[LibrarySettings], choice: Choice, failed: list[SyncdError]
) -> Exit:
    found: list[Found] = []
    asked = []
    for library in libraries:
        for each in collect(ask, [library], {"action": LIST}, failed):
            found.append(each)
            asked += [(library, question) for question in each["held"] if choice.fits(question)]
    if not asked:
        show(found, {"action": LIST}, (), as_json=False)
        return tell({"action": LIST}, found, failed)
    with single_keys() as read_key:
        walk = Walk(ask, read_key, sys.stdout)
        walk.through(asked)
    after = list(collect(ask, libraries, {"action": LIST, "send": bool(walk.answered)}, failed))
    held = sum(len(each["held"]) for each in after)
    say(f"{len(walk.answered):,} answered, {still_held(held)}", err=False)
    told = [{**each, "answered": walk.answered if each["pending"] else []} for each in after]
    code = tell({"action": LIST}, told, failed)
    return Exit.INPUT if code is Exit.DONE and walk.refused else code
