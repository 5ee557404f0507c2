"""Adapters: code that lets syncd speak to one kind of library.

Ours are the lines of the table below; adapters by others come in through the entry-point group
`syncd.adapters`, whose entries name an object that satisfies `syncd.library.Adapter`. A module is
imported when its adapter is asked for and not before, so that a command that needs no library
does not pay for one.
"""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from syncd.errors import AdapterFailedError
from syncd.library import Adapter

_GROUP = "syncd.adapters"

# Configured name → where the adapter is. The library in RAM is not among them: it forgets
# everything at the end, and the ledger would go on believing in it.
_OURS = {
    "zotero-web": "adapters.zotero_web:ADAPTER",
    "zotero-desktop": "adapters.zotero_desktop:ADAPTER",
    "file": "adapters.file:ADAPTER",
}


class AdapterNotFoundError(LookupError):
    """Nobody provides an adapter of this name; `args[0]` is the sentence that says so."""


def find_adapter(name: str) -> Adapter:
    """Return the adapter of this name, ours before those of others.

    Raises `AdapterNotFoundError` for a name that nobody provides, and `AdapterFailedError` where
    the code of others fails to load.
    """
    known = _entries()
    if name not in known:
        names = ", ".join(sorted(known))
        raise AdapterNotFoundError(f"there is no adapter {name!r}; known are {names}")
    entry = known[name]
    if name in _OURS:
        return cast("Adapter", entry.load())
    from adapters.foreign import ForeignAdapter, Maker

    maker = Maker(name, _distribution(entry))
    return ForeignAdapter(_load(entry, maker.distribution), maker)


def forget_adapter(name: str) -> None:
    """Let an adapter by others be loaded anew when it is asked for: it may be another version now.

    Whatever was made by it goes on with the code that it was made of.
    """
    importlib.invalidate_caches()
    if name not in _OURS and name in (known := _entries()):
        _forget_modules(known[name].module)


def _forget_modules(module: str) -> None:
    root = _package_of(module)
    if root.partition(".")[0] in _KEPT:
        return
    for each in [*sys.modules]:
        if each == root or each.startswith(f"{root}."):
            del sys.modules[each]


_KEPT = ("adapters", "syncd")
"""Packages that are ours, whoever names a part of them."""


def _package_of(module: str) -> str:
    """Return the package that is all an adapter's own: the first one that is no mere namespace."""
    parts = module.split(".")
    names = [".".join(parts[:number]) for number in range(1, len(parts) + 1)]
    own = (name for name in names if getattr(sys.modules.get(name), "__file__", None))
    return next(own, module)


def _load(entry: EntryPoint, distribution: str) -> Adapter:
    try:
        return cast("Adapter", entry.load())
    # Whatever the code of others does while it is loaded, even if it means to end the program, it
    # is that code which cannot be had.
    except (Exception, SystemExit) as error:
        raise AdapterFailedError(
            f"it cannot be loaded: {type(error).__name__}: {error}",
            adapter=entry.name,
            distribution=distribution,
            is_open=False,
        ) from error


def _distribution(entry: EntryPoint) -> str:
    """Return what an adapter was installed from, as its author would know it."""
    if entry.dist is None:
        return entry.value
    return f"{entry.dist.name} {entry.dist.version}"


def known_adapters() -> list[str]:
    """Return every name that a configuration may use."""
    return sorted(_entries())


def our_adapters() -> list[str]:
    """Return the names of those that come with syncd."""
    return list(_OURS)


def adapter_origins() -> dict[str, str]:
    """Return, for each adapter by others, the distribution that it came with."""
    return {name: _distribution(entry) for name, entry in _entries().items() if name not in _OURS}


def _entries() -> dict[str, EntryPoint]:
    installed = {entry.name: entry for entry in entry_points(group=_GROUP)}
    return installed | {name: EntryPoint(name, where, _GROUP) for name, where in _OURS.items()}
