"""The Zotero that runs on this machine, through its local API.

    library     the contract: what is asked for in which order
    attempts    what is noted before a write, and whether a noted write has ended
    marking     operations become what is sent, with a mark by which it is found again
    client      the only place that knows pyzotero and the local API's addresses
    wire        what goes wrong between here and the program
    consent     a person is asked, in Zotero, whether syncd may write
    connector   writing to a Zotero whose local API only reads, as browsers do
    door        whether the program has started, which is to be known before it is asked anything
    options     the adapter's keys in the configuration

The program gives its own keys, checks nothing atomically, and goes on with a write when its client
has gone. So a write is never sent again on suspicion. Before it is sent, a token and a mark for
each new item are written down; after a lost answer, the token tells whether the program is still at
work on it, and the marks tell what it made.

CANARY     a write token that the running process knows: when it no longer does, it was restarted
MARK       the second at which an item says that it was added; one of its own for each new item
COUNTER    the library's version, raised with every transaction, whoever makes it
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adapters.zotero_desktop.options import OPTIONS, Options, find_problems
from syncd.errors import UnavailableError

if TYPE_CHECKING:
    from syncd.library import Library, Surroundings

__all__ = ["ADAPTER", "ZoteroDesktop"]


class ZoteroDesktop:
    """The adapter `zotero-desktop`."""

    options = OPTIONS

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        """Say what is wrong with the adapter's keys in the configuration."""
        return find_problems(options)

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Library:
        """Make the library; nothing is read or sent yet."""
        # pyzotero and its HTTP client take half a second to import.
        from adapters.zotero_desktop.connector import ConnectorLibrary
        from adapters.zotero_desktop.library import ZoteroDesktopLibrary

        chosen = Options.read(options)
        make = ConnectorLibrary if chosen.is_through_connector else ZoteroDesktopLibrary
        return make(chosen, surroundings)

    @property
    def consent_words(self) -> str:
        """What a person is told before Zotero asks. See `Consenting`."""
        from adapters.zotero_desktop.consent import EXPLANATION

        return EXPLANATION

    def ask_consent(self, options: Mapping[str, object]) -> str:
        """Let Zotero ask whether syncd may write; return the key. See `Consenting`."""
        from adapters.zotero_desktop.consent import ask_consent

        chosen = Options.read(options)
        if chosen.is_through_connector:
            raise UnavailableError('with write_through = "connector" there is nothing to allow')
        return ask_consent(chosen)


ADAPTER = ZoteroDesktop()
