"""What libraries are called in the configuration, by what they say they are."""

from __future__ import annotations

from collections.abc import Mapping

from syncd.app.wiring import identities_known
from syncd.ledger.store import Ledger
from syncd.settings import Settings


class Names:
    """Names and identities of the libraries of one configuration; looked up again when unknown.

    A library that was just made could not say before what it is, nor one that was not yet met.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._known: Mapping[str, str] = {}

    def find(self, known_as: str) -> str | None:
        """Return the name; None for a library that the configuration does not have.

        Raises `LedgerError`.
        """
        if known_as not in self._known:
            named = identities_known(self._settings, self._ledger)
            self._known = {identity: name for name, identity in named.items()}
        return self._known.get(known_as)

    def find_identity(self, name: str) -> str | None:
        """Return by which identity the library of this name is known. Raises `LedgerError`."""
        return identities_known(self._settings, self._ledger).get(name)
