"""A person at work in the window of the running Zotero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncd.record import ItemKey
from tests.fakes.zotero_desktop.process import ZoteroDesktop


class Window:
    """Edits, trashes and erases items by hand. See `adapters.conformance.Person`."""

    def __init__(self, desktop: ZoteroDesktop) -> None:
        self._desktop = desktop

    def edit(self, key: ItemKey, changes: Mapping[str, Any]) -> None:
        """Set these properties of an item."""
        self._desktop.write_item(changes, key)

    def trash(self, key: ItemKey) -> None:
        """Put an item into the trash."""
        self._desktop.act("trash", key=key)

    def delete(self, key: ItemKey) -> None:
        """Delete an item for good."""
        self._desktop.act("erase", key=key)
