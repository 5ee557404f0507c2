"""What `undo` and `restore` share: a daemon does it where one runs, else it is done here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from syncd.app.remedies import Cause, remedy_of
from syncd.app.wiring import make_runs, open_ledger
from syncd.cli.exits import Exit
from syncd.cli.interruptions import telling_what_waits
from syncd.cli.options import Where
from syncd.cli.saying import say
from syncd.cli.session import ask_running, choose_library, find_running, load, pause
from syncd.ledger.store import Ledger
from syncd.settings import Settings
from syncd.sync.session import LibraryRun
from syncd.system.printable import printable
from syncd.system.state_lock import StateLock

Choose = Callable[[Settings, Ledger, str | None], str]
"""Finds out which library is meant; a person may have named one."""


def carry_out(
    where: Where,
    command: str,
    request: Mapping[str, Any],
    choose: Choose,
    act: Callable[[LibraryRun], dict[str, Any]],
) -> dict[str, Any]:
    """Have a wish carried out; return the document that says what came of it."""
    settings = load(where)
    named = choose_library(settings, where.library).name if where.library else None
    names = {named} if named else {library.name for library in settings.libraries}
    daemon = find_running(settings, where.state_dir, names)
    if daemon is not None:
        about = {**request, "library": daemon.name_of(named) if named else None}
        answer: dict[str, Any] = ask_running(daemon, command, about)
        return answer
    with (
        StateLock(where.state_dir, command),
        closing(open_ledger(settings, where.state_dir)) as ledger,
    ):
        name = choose(settings, ledger, named)
        run = make_runs(settings, where.state_dir, ledger, pause, only={name})[name]
        with closing(run), telling_what_waits(lambda: run.figures().pending):
            run.meet()
            return act(run)


def end(document: Mapping[str, Any]) -> Exit:
    """Say what still waits of a wish, and return how the command ends."""
    if not document["waiting"]:
        return Exit.DONE
    told = f"syncd: {document['library']}: {document['waiting']}; {remedy_of(Cause.UNSETTLED)}"
    say(printable(told))
    return Exit.TRY_AGAIN
