"""Who is asked by `syncd review`: the daemon, where one runs, or else the ledger itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from syncd.app.wiring import find_reviewer, make_runs, open_ledger
from syncd.cli.interruptions import telling_what_waits
from syncd.cli.session import ask_running, find_running, pause
from syncd.control.client import Running
from syncd.control.reviewing import (
    IMPORT,
    SHOW,
    needs_library,
    only_looks,
    review,
    review_alone,
)
from syncd.control.wire import REVIEW
from syncd.errors import CommandError, KeyLookupError, LibraryError, SyncdError
from syncd.ledger.store import Ledger
from syncd.settings import LibrarySettings, Settings
from syncd.sync.review import Reviewer
from syncd.system.state_lock import StateLock
from syncd.system.waiting import LOOKING, within

_GOES_ON = "what was answered stays answered, and `syncd review` goes on with the rest"

Request = Mapping[str, Any]
Found = dict[str, Any]
Ask = Callable[[LibrarySettings, Request], Found]

_AT_ONCE = 2000
"""Answers that are handed to a daemon together; a request to it has to fit into one line."""


@contextmanager
def asking(settings: Settings, state: Path, names: Collection[str]) -> Iterator[Ask]:
    """Give a way to ask about a library."""
    daemon = find_running(settings, state, names)
    if daemon is not None:
        yield partial(_ask_daemon, daemon)
        return
    with StateLock(state, "review"), closing(open_ledger(settings, state)) as ledger:
        yield partial(_ask_here, settings, state, ledger)


def ask_each_time(settings: Settings, state: Path, names: Collection[str]) -> Ask:
    """Return a way to ask now and then, which keeps nobody else waiting in between."""

    def ask(library: LibrarySettings, request: Request) -> Found:
        with asking(settings, state, names) as ask_now:
            return ask_now(library, request)

    return ask


def collect(
    ask: Ask,
    libraries: Sequence[LibrarySettings],
    request: Request,
    failed: list[SyncdError],
) -> Iterator[Found]:
    """Yield what there is about each library; those that cannot be asked are noted as failed."""
    wanted = request.get("questions")
    for library in libraries:
        try:
            found = ask(library, request)
        except (CommandError, KeyLookupError, LibraryError) as error:
            failed.append(error)
            continue
        if request["action"] == SHOW and wanted:
            kind = "held" if request.get("decided") is None else "decided"
            found[kind] = [each for each in found[kind] if each["id"] in wanted]
        yield found


def _ask_daemon(daemon: Running, library: LibrarySettings, request: Request) -> Found:
    about = {"library": daemon.name_of(library.name)}
    found = [ask_running(daemon, REVIEW, {**about, **part}) for part in _parts(request)]
    answer: Found = found[-1]
    if request["action"] == IMPORT:
        for count in ("new", "here", "known", "foreign"):
            answer[count] = sum(part[count] for part in found)
        answer["answered"] = [number for part in found for number in part["answered"]]
    return answer


def _parts(request: Request) -> Iterator[Request]:
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
    settings: Settings, state: Path, ledger: Ledger, library: LibrarySettings, request: Request
) -> Found:
    known = find_reviewer(library, ledger, None)
    if known is not None and only_looks(request):
        return _look_here(settings, state, ledger, library, request, known)
    if known is not None and request.get("later"):
        # Nothing is sent yet, so the library need not be met.
        return review_alone(library.name, known, request)
    run = make_runs(settings, state, ledger, pause, only={library.name})[library.name]
    with closing(run), telling_what_waits(lambda: run.figures().pending, _GOES_ON):
        try:
            run.meet()
        except (KeyLookupError, LibraryError) as error:
            reviewer = find_reviewer(library, ledger, str(error))
            if reviewer is None:
                raise
            return review_alone(library.name, reviewer, request)
        return review(run, request)


def _look_here(
    settings: Settings,
    state: Path,
    ledger: Ledger,
    library: LibrarySettings,
    request: Request,
    known: Reviewer,
) -> Found:
    """Show what the ledger knows, and what the items say now if the library tells that soon."""
    if not needs_library(known, request):
        return review_alone(library.name, known, request)
    run = make_runs(settings, state, ledger, pause, only={library.name})[library.name]

    def look() -> Found:
        run.meet()
        return review(run, request)

    try:
        with closing(run):
            return within(LOOKING, look)
    except (KeyLookupError, LibraryError, TimeoutError) as error:
        known.unavailable = str(error)
    return review_alone(library.name, known, request)
