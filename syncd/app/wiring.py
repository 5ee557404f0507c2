"""Build what a command works with from the settings; the only room that knows the adapters."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from adapters import (
    adapter_origins,
    find_adapter,
    forget_adapter,
    known_adapters,
    our_adapters,
)
from adapters.dry_run import DryRunLibrary
from adapters.foreign import UnopenedLibrary
from syncd.errors import AdapterFailedError, ConfigError, Problem, SyncdError
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.library import (
    Adapter,
    Configurable,
    Consenting,
    ConsentingAtTimes,
    Keyed,
    Library,
    Operation,
    Option,
    Recognisable,
    Surroundings,
)
from syncd.matching import Policy
from syncd.plan import place_of
from syncd.settings import ByMetadata, LibrarySettings, Settings
from syncd.sync.guards import GuardLimits
from syncd.sync.review import Reviewer
from syncd.sync.session import Helpers, LibraryRun
from syncd.system.addresses import spell_address
from syncd.system.clock import Clock, Pause, SystemClock
from syncd.system.credentials import find_key
from syncd.system.descriptors import ensure_descriptors

__all__ = [
    "adapter_origins",
    "all_options",
    "asks_consent",
    "check_options",
    "find_reviewer",
    "get_adapter",
    "identities_known",
    "identities_of",
    "known_adapters",
    "load_again",
    "make_runs",
    "open_ledger",
    "open_library",
    "options_of",
    "our_adapters",
    "recognise",
]


def get_adapter(name: str) -> Adapter:
    """Return the adapter of this name.

    Raises `ConfigError` if there is none, and `AdapterFailedError` if it cannot be loaded.
    """
    try:
        return find_adapter(name)
    except LookupError as exc:
        raise ConfigError(None, [Problem(str(exc.args[0]))]) from exc


def check_options(adapter: str, options: Mapping[str, object]) -> Mapping[str, str]:
    """Say what is wrong with a library's own keys in the configuration: key → sentence.

    An adapter by others that cannot say is no fault of the configuration: its library says so
    when it is asked something, and the other libraries go on.
    """
    try:
        return find_adapter(adapter).check_options(options)
    except SyncdError:
        return {}
    except LookupError as exc:
        return {"adapter": str(exc.args[0])}


def all_options() -> dict[str, Sequence[Option]]:
    """Return what every adapter that is installed says of its own keys, ours first."""
    return options_of([*our_adapters(), *adapter_origins()])


def options_of(adapters: Iterable[str]) -> dict[str, Sequence[Option]]:
    """Return what each of these adapters says of its own keys, as far as it does.

    One that cannot be loaded, or that fails when asked, is left out: `syncd check` says why.
    """
    found = {}
    for name in adapters:
        with suppress(LookupError, AdapterFailedError):
            adapter = find_adapter(name)
            if isinstance(adapter, Configurable):
                found[name] = adapter.options
    return found


def open_library(
    library: LibrarySettings,
    state: Path,
    ask_key: Callable[[], str | None] | None = None,
    *,
    goes_on: bool = False,
) -> Library:
    """Make the library; nothing is read or sent yet, and no key is looked up.

    `ask_key` stands in for the places where keys are kept, to try one that is not stored yet;
    `goes_on` says that run will follow run.
    """
    surroundings = Surroundings(
        name=library.name,
        cache=state / "cache" / library.name,
        goes_on=goes_on,
        find_key=ask_key or partial(find_key, library.name, key_file=library.key_file),
    )
    return _open(library, surroundings)


def _open(library: LibrarySettings, surroundings: Surroundings) -> Library:
    try:
        adapter = find_adapter(library.adapter)
    except AdapterFailedError as error:
        return UnopenedLibrary(error)
    except LookupError:
        # A slip of the pen was told of when the configuration was read: this one was there before.
        return UnopenedLibrary(
            AdapterFailedError(
                "it was there when this library was last met, and is gone",
                adapter=library.adapter,
                distribution="not installed",
                is_open=False,
            )
        )
    return adapter.open(library.options, surroundings)


def load_again(library: LibrarySettings) -> None:
    """Let a library's adapter be loaded anew when it is opened next, where others made it."""
    forget_adapter(library.adapter)


def find_consent(library: LibrarySettings) -> Consenting | None:
    """Return who asks for the library's key, where the library itself does so."""
    adapter = get_adapter(library.adapter)
    return adapter if isinstance(adapter, Consenting) else None


def asks_consent(library: LibrarySettings) -> bool:
    """Say whether the library itself asks for its key, which its options may spare it."""
    consent = find_consent(library)
    if isinstance(consent, ConsentingAtTimes):
        return consent.asks_consent(library.options)
    return consent is not None


def find_keyed(adapter: str) -> Keyed | None:
    """Return who says where a library's key is made, where an adapter's libraries need one."""
    found = get_adapter(adapter)
    return found if isinstance(found, Keyed) else None


def open_ledger(settings: Settings, state: Path, clock: Clock | None = None) -> Ledger:
    """Open the ledger that the settings name.

    Raises `LedgerError`, `StateError` or, where it could not work, `DescriptorsError`.
    """
    ensure_descriptors()
    return Ledger.open(settings.ledger.url, state, clock or SystemClock())


def make_runs(
    settings: Settings,
    state: Path,
    ledger: Ledger,
    pause: Pause,
    *,
    only: Collection[str] | None = None,
    describe: Callable[[Operation], None] | None = None,
    goes_on: bool = False,
) -> dict[str, LibraryRun]:
    """Put each library's work together; with `describe`, writes are described and not done.

    `goes_on` says that run will follow run, as in the daemon.
    """
    runs = {}
    places = _places(settings)
    for library in settings.libraries:
        if only is None or library.name in only:
            opened = open_library(library, state, goes_on=goes_on)
            if describe is not None:
                opened = DryRunLibrary(opened, describe)
            runs[library.name] = LibraryRun(
                library.name,
                opened,
                ledger,
                _helpers(settings, pause, library),
                places[library.name],
            )
    return runs


def identities_of(settings: Settings) -> dict[str, str]:
    """Return by which identity each library is known, as far as that can be said out of reach."""
    return {name: identity for name, (identity, _) in _find_places(settings).items()}


def recognise(settings: Settings) -> dict[str, tuple[str, str]]:
    """Return by what commands and daemons of one machine know each library: what it is, and where.

    Where is "" for one that carries its identity along. One that cannot say out of reach what it
    is, is known by its adapter and options.
    """
    return {library.name: _recognise(library) for library in settings.libraries}


def _recognise(library: LibrarySettings) -> tuple[str, str]:
    opened = _open(library, Surroundings(library.name))
    with closing(opened):
        if isinstance(opened, Recognisable):
            is_carried = opened.capabilities.carries_identity
            return opened.identity, "" if is_carried else spell_address(opened.location)
    # Options of adapters by others may be nobody else's business.
    options = json.dumps(dict(library.options), sort_keys=True, default=str)
    return f"{library.adapter}:{hashlib.sha256(options.encode()).hexdigest()}", ""


def identities_known(settings: Settings, ledger: Ledger) -> dict[str, str]:
    """Return by which identity each library is known.

    Of one that cannot say so out of reach, the ledger tells as what it was last met. Raises
    `LedgerError`.
    """
    sayable = identities_of(settings)
    met = {name: it for name, it in ledger.called().items() if settings.find_library(name)}
    return {**met, **sayable}


def _places(settings: Settings) -> dict[str, frozenset[tuple[str, str]]]:
    """Return, for each library, what the others of this configuration are and where they are."""
    all_places = _find_places(settings)
    return {
        library.name: frozenset(place for name, place in all_places.items() if name != library.name)
        for library in settings.libraries
    }


def _find_places(settings: Settings) -> dict[str, tuple[str, str]]:
    """Return what each library is and where it is, of those that can say so out of reach."""
    found = {library.name: _find_place(library) for library in settings.libraries}
    return {name: place for name, place in found.items() if place is not None}


def _find_place(library: LibrarySettings) -> tuple[str, str] | None:
    opened = _open(library, Surroundings(library.name))
    with closing(opened):
        return (opened.identity, opened.location) if isinstance(opened, Recognisable) else None


def known_libraries(settings: Settings, ledger: Ledger) -> dict[str, LibraryLedger]:
    """Return what the ledger says of each library, of those that it has met."""
    found = {library.name: _find_known(library, ledger) for library in settings.libraries}
    return {name: known for name, known in found.items() if known is not None}


def _find_known(library: LibrarySettings, ledger: Ledger) -> LibraryLedger | None:
    """Return what the ledger says of a library.

    One that cannot say out of reach which one it is, is the one that was last met by its name.
    """
    place = _find_place(library)
    return ledger.find_library(*place) if place else ledger.find_called(library.name)


def find_reviewer(
    library: LibrarySettings, ledger: Ledger, unavailable: str | None
) -> Reviewer | None:
    """Return who asks and hears about a library that is `unavailable` (why), or not asked.

    None where the ledger never met it.
    """
    known = _find_known(library, ledger)
    return Reviewer(None, known, unavailable) if known else None


def _helpers(settings: Settings, pause: Pause, library: LibrarySettings) -> Helpers:
    folders = [folder for folder in settings.folders if library.name in folder.libraries]
    wishes = {settings.duplicates.by_metadata, *(f.duplicates.by_metadata for f in folders)}
    return Helpers(
        adapter=library.adapter,
        keep_notes=settings.notes.keep,
        limits=GuardLimits(
            creates=settings.limits.max_creates,
            shrink=settings.limits.max_shrink,
            updates=settings.limits.max_updates,
        ),
        updates=settings.updates,
        pause=pause,
        places={bytes(folder.path): place_of(folder) for folder in folders},
        policy=Policy(joins_by_look=ByMetadata.HOLD not in wishes),
        # Two daemons that were refused together must not come back together.
        jitter=lambda: random.uniform(0.5, 1.5),  # noqa: S311
    )
