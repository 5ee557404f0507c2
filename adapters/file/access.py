"""The way into a library's directory: who it is, one at a time, and with an index that holds.

Nothing of the directory is kept open in between but a watch on its items, so that it may be
moved, unmounted or have its index deleted at any time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from adapters.file.faults import naming_faults
from adapters.file.flushing import make_directory_safe
from adapters.file.identity import (
    find_card,
    find_original,
    identity_at,
    keep_removed,
    new_card,
    read_removed,
    separate_card,
    write_card,
)
from adapters.file.index import Index, open_index
from adapters.file.index_shape import DamagedIndexError
from adapters.file.kept import Kept
from adapters.file.layout import Layout
from adapters.file.lock import hold_lock
from adapters.file.look import key_in, look_at, look_at_all
from adapters.file.watch import FolderWatch
from syncd.errors import PausedError, UnavailableError
from syncd.record import ItemKey

_NS_PER_SECOND = 1_000_000_000
_MANY = 100
"""With so many files touched the folder is listed: that tells deletions from a lost folder."""
_FEW = 10
"""With fewer files touched than it takes to doubt the folder, a look need not list it."""
_LISTED_EVERY_NS = 600 * _NS_PER_SECOND
"""So often the folder is listed although the watch tells what has changed in it."""

_T = TypeVar("_T")

log = logging.getLogger(__name__)


class Access:
    """Lets work be done on one library's directory and index."""

    def __init__(
        self, layout: Layout, sleep: Callable[[timedelta], None], now_ns: Callable[[], int]
    ) -> None:
        self._layout = layout
        self._sleep = sleep
        self._now_ns = now_ns
        self._watch = FolderWatch(layout.items)
        self._kept = Kept()
        self._listed_ns = -_LISTED_EVERY_NS
        self._elsewhere: set[ItemKey] = set()
        """Items that can be changed without the watch being told."""

    # Who it is

    def identity(self) -> str:
        """Return what the library is known by: its own word, or its place where it has none yet.

        Raises `OSError` and `UnavailableError`.
        """
        card = find_card(self._layout.identity)
        return card.id if card else identity_at(self._place)

    def expect_no_copy(self) -> None:
        """Raise `PausedError` where this is a copy of a library that is still in its place."""
        card = find_card(self._layout.identity)
        original = find_original(card, self._layout) if card else None
        if original is not None:
            raise PausedError(
                f"paused: {self._layout.directory} is a copy of the library in {original}, which"
                " is still there. Only one of them can be that library: remove one",
                only_as_new=True,
            )

    def renew_identity(self) -> None:
        """Make the library one of its own. Raises `UnavailableError`."""
        with naming_faults(self._layout.directory):
            if not self.exists():
                raise UnavailableError(f"{self._layout.directory} holds no library")
            self._layout.state.mkdir(exist_ok=True)
            with hold_lock(self._layout.lock, self._sleep):
                write_card(self._layout.identity, separate_card(self._place))

    @property
    def _place(self) -> str:
        return str(self._layout.directory.resolve())

    # Working

    def work(self, body: Callable[[Index], _T], *, create: bool = False) -> _T | None:
        """Lock the library, open its index and do this; None while there is no library here.

        An index that proves damaged is made anew, and the body called again.
        """
        try:
            return self._work(body, create=create)
        except DamagedIndexError as error:
            log.warning("%s was damaged (%s) and is made anew", self._layout.index, error)
        try:
            return self._work(body, create=create)
        except DamagedIndexError as error:
            raise UnavailableError(f"{self._layout.index} is damaged: {error}") from error

    def _work(self, body: Callable[[Index], _T], *, create: bool) -> _T | None:
        layout = self._layout
        with naming_faults(layout.directory):
            is_here, start = self.exists(), self._now_ns() // _NS_PER_SECOND
            if not is_here and not create:
                return None
            if not is_here:
                self._create()
                start = 0
            layout.state.mkdir(exist_ok=True)
            with hold_lock(layout.lock, self._sleep), open_index(layout.index, start) as index:
                self._prepare(index)
                return body(index)

    def exists(self) -> bool:
        """Say whether there is a library. Raises `UnavailableError` where it has vanished."""
        if self._layout.items.is_dir():
            return True
        if self._layout.index.exists() or self._layout.identity.exists():
            raise UnavailableError(f"{self._layout.items} has vanished: is its disk mounted?")
        return False

    def _create(self) -> None:
        directory = self._layout.directory
        if not directory.parent.is_dir():
            raise UnavailableError(
                f"{directory.parent} is not there: is its disk mounted? Only the library's own"
                " folder is made when it is missing"
            )
        for made in (directory, self._layout.items):
            made.mkdir(exist_ok=True)
            make_directory_safe(made.parent)

    def _prepare(self, index: Index) -> None:
        layout = self._layout
        self.expect_no_copy()
        if index.is_new:
            look_at_all(layout.items, index, self._now_ns())
            index.entomb_unknown(read_removed(layout.removed))
        card = find_card(layout.identity)
        if card is None:
            # Made by a syncd that kept both in what may be deleted, or just now.
            if tombstones := index.deleted_since(0):
                keep_removed(layout.removed, [tombstone.key for tombstone in tombstones])
            write_card(layout.identity, new_card(self._place))
        elif card.place != self._place:
            write_card(layout.identity, card._replace(place=self._place))

    # Looking

    def look(self, index: Index) -> None:
        """Bring the index up to date with all of the directory.

        Of a large one, most of that is listing it; so where the watch tells what has changed since
        the last look, only those files are looked at, and the folder is listed now and then.
        """
        try:
            touched = self._find_touched(index)
            if touched is None:
                self._list(index)
            else:
                self.look_at(index, touched)
        except BaseException:
            # What was not taken in this time would be no news to the watch the next time.
            self._watch.end()
            raise

    def _list(self, index: Index) -> None:
        # What changes while the folder is listed is told by the watch.
        self._watch.begin()
        self._listed_ns = self._now_ns()
        self._elsewhere = look_at_all(self._layout.items, index, self._listed_ns)
        self._keep_removed(index)

    def _find_touched(self, index: Index) -> list[ItemKey] | None:
        """Return which items may have changed since the last look; None: the folder is listed."""
        since = self._now_ns() - self._listed_ns
        if index.is_new or not 0 <= since < _LISTED_EVERY_NS:
            return None
        taken = self._watch.take()
        if taken is None or len(taken[0]) >= _FEW or len(self._elsewhere) > _MANY:
            return None
        keys = {key for names in taken for name in names if (key := key_in(name))}
        # What is not told by `stat` may have become readable, which is no change of the file.
        return sorted(keys.union(index.unsure_keys(), self._elsewhere))

    def look_at(self, index: Index, keys: list[ItemKey]) -> None:
        """Bring the index up to date with some of the items."""
        look_at(self._layout.items, index, keys, self._now_ns())
        self._keep_removed(index)

    def look_again(self, index: Index) -> None:
        """Bring the index up to date with what has changed since the last look at all."""
        touched = self._watch.touched()
        if touched is None or index.is_new or len(touched) > _MANY:
            self.look(index)
        elif keys := [key for name in touched if (key := key_in(name))]:
            self.look_at(index, keys)

    def has_written(self, written: Mapping[str, tuple[ItemKey, bytes, bytes]]) -> None:
        """Take files of these names as seen, and keep their texts, given with their digests."""
        alone = self._watch.forget(set(written))
        self._kept.keep(each for name, each in written.items() if name in alone)

    def take_kept(self, index: Index) -> dict[ItemKey, bytes]:
        """Return the texts of items that need not be read; what is not asked for now is gone."""
        return self._kept.take(index, self._watch.touched())

    def _keep_removed(self, index: Index) -> None:
        # Before the index forgets what was there: killed in between, the next look finds it again.
        if index.removed or index.returned:
            keep_removed(self._layout.removed, index.removed, index.returned)

    def close(self) -> None:
        """Let go of the directory."""
        self._watch.end()
