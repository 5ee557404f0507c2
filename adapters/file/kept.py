"""What this process has just written, kept for the exports, which show all of it.

An item is opened, read and closed again in more time than it takes to write it anew elsewhere. So
its text is kept until the exports are written, as far as it fits in, and is used only where the
index still knows the file by this content and the kernel tells of nobody who has touched it since.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.file.index import Index
from adapters.file.look import key_in
from syncd.record import ItemKey

_MOST_BYTES = 16 * 1024 * 1024


class Kept:
    """Texts of items, up to so many bytes of them. Used under the library's lock."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._texts: dict[ItemKey, bytes] = {}
        self._digests: dict[ItemKey, bytes] = {}
        """What the index knows them by; pairs of both would be more for Python to mind."""

    def keep(self, written: Iterable[tuple[ItemKey, bytes, bytes]]) -> None:
        """Keep what was just written, given with its digest, in place of what it has replaced."""
        for key, text, digest in written:
            self._bytes += len(text) - len(self._texts.pop(key, b""))
            if self._bytes > self._most_bytes:
                self._bytes -= len(text)
                continue
            # A copy takes the room it needs; what an encoder returns leaves gaps as large again.
            self._texts[key] = bytes(memoryview(text))
            self._digests[key] = digest

    def take(self, index: Index, touched: Iterable[str] | None) -> dict[ItemKey, bytes]:
        """Return what is kept and still lies there, and keep it no longer.

        `touched` are the names of files that somebody has touched since the last look or push;
        None: nobody knows.
        """
        texts, digests = self._texts, self._digests
        self._texts, self._digests, self._bytes = {}, {}, 0
        if touched is None:
            return {}
        for name in touched:
            if key := key_in(name):
                texts.pop(key, None)
        known = index.digests(texts)
        return {key: text for key, text in texts.items() if known.get(key) == digests[key]}
