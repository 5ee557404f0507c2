"""What a Zotero holds: libraries on disk, transaction by transaction, and tokens in memory."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

KEY_ALPHABET = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"


@dataclass
class Library:
    """A library as the program holds it. Objects are `{"key", "version", "data"}`."""

    version: int = 0
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    collections: dict[str, dict[str, Any]] = field(default_factory=dict)
    editable: bool = True

    def new_key(self) -> str:
        """Make a key that nothing here has."""
        while True:
            key = "".join(secrets.choice(KEY_ALPHABET) for _ in range(8))
            if key not in self.items and key not in self.collections:
                return key


class World:
    """One database, and the process that has it open.

    `data` is a directory: what was committed is in its log before anybody hears of it, so a
    process that is killed loses nothing but its memory.
    """

    def __init__(self, data: Path) -> None:
        self.lock = threading.RLock()
        self.settings: dict[str, Any] = {
            "item_seconds": 0.0,
            "local_api": True,
            "consent": None,
            "older": False,
            "selected": {"libraryID": 1, "libraryName": "My Library", "id": None},
        }
        self.requests: list[dict[str, Any]] = []
        self.prompts: list[float] = []
        self.tokens: set[str] = set()
        """In memory only."""
        self.sessions: set[str] = set()
        """Of saves through the connector; in memory too, and never freed."""
        self.single_use: set[str] = set()
        self.keys_path = data / "localAPIKeys.json"
        self.libraries: dict[str, Library] = {"users/0": Library()}
        self._log_path = data / "log.jsonl"
        data.mkdir(parents=True, exist_ok=True)
        self.server_id = self._read_server_id(data / "server-id")
        self._replay()
        self._log = self._log_path.open("a", encoding="utf-8")

    def _read_server_id(self, path: Path) -> str:
        if not path.exists():
            path.write_text(secrets.token_hex(6))
        return path.read_text()

    def _replay(self) -> None:
        if not self._log_path.exists():
            return
        for line in self._log_path.read_text(encoding="utf-8").splitlines():
            self._apply(json.loads(line))

    def _apply(self, transaction: Mapping[str, Any]) -> None:
        library = self.libraries.setdefault(transaction["library"], Library())
        library.version = transaction["version"]
        if "editable" in transaction:
            library.editable = transaction["editable"]
        library.items.update({each["key"]: each for each in transaction.get("items", ())})
        library.collections.update({c["key"]: c for c in transaction.get("collections", ())})
        for key in transaction.get("erased", ()):
            library.items.pop(key, None)
            library.collections.pop(key, None)

    def commit(self, name: str, **changes: Any) -> int:
        """Carry out one transaction; every object in it gets the new version, which is returned.

        Takes `items`, `collections` (objects), `erased` (keys), `editable`, and `silent` (items
        that change while their version stays).
        """
        with self.lock:
            version = self.libraries.setdefault(name, Library()).version + 1
            for each in [*changes.get("items", ()), *changes.get("collections", ())]:
                each["version"] = version
            changes["items"] = [*changes.get("items", ()), *changes.pop("silent", ())]
            transaction = {"library": name, "version": version, **changes}
            self._log.write(json.dumps(transaction) + "\n")
            self._log.flush()
            self._apply(transaction)
            return version

    def library(self, name: str) -> Library | None:
        """Return a library: `users/0` or `groups/N`."""
        return self.libraries.get(name)

    def work(self) -> None:
        """Take the time that the program takes for one item."""
        if seconds := float(self.settings["item_seconds"]):
            time.sleep(seconds)

    # Consent

    def remembered_keys(self) -> list[str]:
        """Return the keys that were allowed for good."""
        if not self.keys_path.exists():
            return []
        keys: list[str] = json.loads(self.keys_path.read_text())
        return keys

    def remember(self, keys: Sequence[str]) -> None:
        """Keep these keys, and no others, for good."""
        self.keys_path.write_text(json.dumps(list(keys)))

    def use_key(self, key: str | None) -> bool:
        """Say whether a key permits a write; one for a single use is used up by it."""
        with self.lock:
            if key in self.single_use:
                self.single_use.discard(key)
                return True
            return key in self.remembered_keys()
