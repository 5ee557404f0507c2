"""Who a library is and where it is, and whether that is the one which the ledger knows.

It may be the same by another address, or another of the same number. Deleted items would come
back if it were taken for a new one, and be missed if it were taken for the old one, so a person
is asked.
"""

from __future__ import annotations

from collections.abc import Collection

from syncd.errors import PausedError
from syncd.ledger.store import Ledger, LibraryLedger
from syncd.library import Description, Library, Recognisable, Renewable


class Whereabouts:
    """Finds one library in the ledger.

    `others` says what else the configuration names: what those are, and where; `adapter` is the
    name of the adapter that made it.
    """

    def __init__(
        self,
        name: str,
        library: Library,
        ledger: Ledger,
        others: Collection[tuple[str, str]],
        adapter: str | None = None,
    ) -> None:
        self._name = name
        self._library = library
        self._ledger = ledger
        self._others = others
        self._adapter = adapter
        self._last: tuple[str, str] | None = None
        """What the library said it is and where, or what its options say."""

    def meet(self) -> tuple[Description, LibraryLedger]:
        """Ask the library who it is; return that with what the ledger says of it.

        Raises `LibraryError`: `PausedError` where a known library seems to have moved.
        """
        description = self._library.describe()
        identity, location = description.identity, description.location
        if self._library.capabilities.carries_identity:
            # It has seen to it that it is no copy, and may lie wherever it likes.
            self._ledger.move_library(identity, location)
        else:
            if self._library.capabilities.only_here:
                self._expect_database(identity, location)
            self._expect_place(identity, location)
        self._last = identity, location
        known = self._ledger.get_library(
            identity, description.title, location, self._name, self._adapter
        )
        return description, known

    def _expect_place(self, identity: str, location: str) -> None:
        taken = {place for known, place in self._others if known == identity}
        places = [place for place in self._ledger.places_of(identity) if place not in taken]
        if places and location not in places and "" not in places:
            raise PausedError(
                f"paused: this library was last seen at {places[-1]} and is configured at "
                f"{location} now. If it is another one, `syncd resume {self._name} --new` begins "
                "anew with it"
            )

    def _expect_database(self, identity: str, location: str) -> None:
        """Raise where another library was last seen at this place, and this one never anywhere."""
        if self._ledger.is_met(location) and not self._ledger.places_of(identity):
            raise PausedError(
                f"paused: at {location} another database answers than the one that is known: "
                "open the profile that was used before",
                only_as_new=True,
            )

    def find(self) -> LibraryLedger | None:
        """Return what the ledger says of a library that was not met, if its options tell who."""
        if self._last is None and isinstance(self._library, Recognisable):
            self._last = self._library.identity, self._library.location
        return self._ledger.find_library(*self._last) if self._last else None

    def settle(self, *, as_new: bool) -> None:
        """A person has said what it is: the known library, moved, or `as_new` another one.

        A copy of a library that carries its identity gets one of its own.
        """
        if as_new and isinstance(self._library, Renewable):
            self._library.renew_identity()
            return
        description = self._library.describe()
        identity, location = description.identity, description.location
        if location in self._ledger.places_of(identity):
            return
        if as_new:
            self._ledger.add_library(identity, description.title, location)
        else:
            self._ledger.move_library(identity, location)
