"""Zotero's web library: users' and groups' libraries at api.zotero.org.

    library     the contract, kept with the server's help: what is asked for in which order
    writing     operations become the objects of a write, its report becomes their outcomes
    filed       where items are filed, so that filing them elsewhere need not read them again
    client      the only place that knows pyzotero, whose traps end there
    access      what a key may do, in words; and what to do about one that was refused
    options     the adapter's keys in the configuration

Each write carries the keys that the plan minted, each object's version and the library version
that the plan was made against; the server checks all three, so nothing is made twice and nothing
that somebody else wrote is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adapters.zotero_web.options import OPTIONS, Options, find_problems, key_page

if TYPE_CHECKING:
    from syncd.library import Library, Surroundings

__all__ = ["ADAPTER", "ZoteroWeb"]


class ZoteroWeb:
    """The adapter `zotero-web`."""

    options = OPTIONS

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        """Say what is wrong with the adapter's keys in the configuration."""
        return find_problems(options)

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Library:
        """Make the library; nothing is read or sent yet."""
        # pyzotero and its HTTP client take half a second to import.
        from adapters.zotero_web.library import ZoteroWebLibrary

        return ZoteroWebLibrary(Options.read(options), surroundings)

    def key_words(self, options: Mapping[str, object]) -> str:
        """Say where the key is made. See `Keyed`."""
        return f"Make one here, it has the rights already: {key_page(options)}"


ADAPTER = ZoteroWeb()
