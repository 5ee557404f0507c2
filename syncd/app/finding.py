"""Which of the configured libraries a run or a work belongs to, as the ledger tells."""

from __future__ import annotations

from collections.abc import Sequence

from syncd.app.wiring import identities_of, known_libraries
from syncd.errors import InputError
from syncd.ledger import runs
from syncd.ledger.store import Ledger
from syncd.settings import Settings
from syncd.sync.wanted import find_wanted


def library_of_run(
    settings: Settings, ledger: Ledger, run_id: int, chosen: str | None = None
) -> str:
    """Return the name of the library that a run is about.

    `chosen` is the one that a person named. Raises `InputError` when there is no such run, or it
    is about another library.
    """
    with ledger.read() as connection:
        run = runs.find_run(connection, run_id)
    if run is None:
        raise InputError(f"there is no run {run_id}; `syncd runs` lists them")
    known = known_libraries(settings, ledger)
    names = [name for name, each in known.items() if each.identity == run.identity]
    # A ledger of an older syncd does not know what a library was called that cannot say who it is.
    sayable = {*identities_of(settings), *known}
    names = names or [each.name for each in settings.libraries if each.name not in sayable]
    if chosen is not None and chosen in names:
        return chosen
    if chosen is not None or len(names) != 1:
        raise InputError(f"run {run_id} is about another library: {run.title} ({run.identity})")
    return names[0]


def library_of_work(
    settings: Settings, ledger: Ledger, what: str, chosen: str | None = None
) -> str:
    """Return the name of the library in which a work is known by this name.

    Raises `InputError` when that may be several of them.
    """
    if chosen is not None:
        return chosen
    names = _knowing(settings, ledger, what)
    if len(names) > 1:
        known = ", ".join(names)
        raise InputError(f"several libraries know {what}; name one with --library: {known}")
    if names or len(settings.libraries) == 1:
        return names[0] if names else settings.libraries[0].name
    raise InputError(
        f"no library knows anything as {what!r}; name a DOI, a Scopus number or an item key"
    )


def _knowing(settings: Settings, ledger: Ledger, what: str) -> Sequence[str]:
    found = []
    for name, library in known_libraries(settings, ledger).items():
        with library.read() as tx:
            if any(item.state != "present" for item in find_wanted(tx, what).values()):
                found.append(name)
    return found
