"""Adapters: code that lets syncd speak to one kind of library.

Ours are the lines of the table below; adapters by others come in through the entry-point group
`syncd.adapters`, whose entries name an object that satisfies `syncd.library.Adapter`. A module is
imported when its adapter is asked for and not before, so that a command that needs no library
does not pay for one.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import cast

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
    """No adapter can be had under this name; `args[0]` is the sentence that says why."""


def find_adapter(name: str) -> Adapter:
    """Return the adapter of this name, ours before those of others.

    Raises `AdapterNotFoundError` for a name that nobody provides, or whose code fails to load.
    """
    known = _entries()
    if name not in known:
        names = ", ".join(sorted(known))
        raise AdapterNotFoundError(f"there is no adapter {name!r}; known are {names}")
    entry = known[name]
    try:
        adapter = cast("Adapter", entry.load())
    # Whatever the code of others does while it is loaded, it is that code which cannot be had.
    except Exception as error:
        raise AdapterNotFoundError(
            f"the adapter {name!r} ({_distribution(entry)}) cannot be loaded: "
            f"{type(error).__name__}: {error}"
        ) from error
    if name in _OURS:
        return adapter
    from adapters.foreign import ForeignAdapter, Maker

    return ForeignAdapter(adapter, Maker(name, _distribution(entry)))


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
