"""Start the server as a process and speak to its side door: what tests use.

with ZoteroServer.start() as server:
    alice = server.add_user()
    ...                                  # point the adapter at server.url with alice.key
    server.act(alice.library, "trash", key="ABCD2345")
    assert server.state(alice.library)["items"]["ABCD2345"]["deleted"] == 1
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.fakes.serving import ServerProcess, ask_side_door

_KEY_LENGTH = 24
"""Zotero's keys have as many characters."""


class Account(NamedTuple):
    """A user or a group with a key that opens its library."""

    number: int
    library: str
    """The library's path: `users/1`."""
    key: str


class ZoteroServer:
    """The server process as a test sees it."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process
        self._numbers = itertools.count(1001)
        self.port = process.port
        self.url = f"http://127.0.0.1:{self.port}"

    @classmethod
    def start(cls, config: Path | None = None, port: int = 0) -> Self:
        """Start a server that ends with this process at the latest."""
        chosen = ("--config", config) if config is not None else ()
        return cls(ServerProcess("tests.fakes.zotero_server", "--port", str(port), *chosen))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()

    def hang_up(self) -> None:
        """Let go of the process's standard input, as the end of this process would."""
        self._process.hang_up()

    def wait(self) -> int:
        """Wait for the process to end by itself and return its exit code."""
        return self._process.wait()

    @property
    def pid(self) -> int:
        """Return the process's number."""
        return self._process.process.pid

    # People, keys and behaviour

    def reset(self) -> None:
        """Forget everybody, every library, fault and setting."""
        self._admin("POST", "reset")

    def configure(self, **settings: Any) -> None:
        """Change settings; `Settings` has the names."""
        self._admin("POST", "setup", {"settings": settings})

    def set_up(self, **document: Any) -> None:
        """Add or replace users, groups and keys as `World.set_up` takes them."""
        self._admin("POST", "setup", document)

    def add_user(self, access: Mapping[str, Any] | None = None) -> Account:
        """Make a user with an empty library and a key (by default one that may do everything)."""
        number = next(self._numbers)
        self._admin("POST", "setup", {"users": [{"id": number}]})
        return Account(number, f"users/{number}", self.add_key(number, access))

    def add_key(self, user: int, access: Mapping[str, Any] | None = None) -> str:
        """Give a user another key."""
        secret = secrets.token_hex(_KEY_LENGTH // 2)
        document: dict[str, Any] = {"key": secret, "user": user}
        if access is not None:
            document["access"] = access
        self._admin("POST", "setup", {"keys": [document]})
        return secret

    def add_group(self, owner: Account, **group: Any) -> Account:
        """Make a group library; the account carries its owner's key."""
        number = next(self._numbers)
        document = {"id": number, "owner": owner.number, **group}
        self._admin("POST", "setup", {"groups": [document]})
        return Account(number, f"groups/{number}", owner.key)

    def revoke(self, key: str) -> None:
        """Take a key away."""
        self._admin("POST", "revoke", key)

    # Persons at work

    def act(self, library: str, do: str, **deed: Any) -> str:
        """Change a library as a person would; `admin.py` has the deeds. Returns the key."""
        return str(self._admin("POST", "act", {"library": library, "do": do, **deed}))

    def write_item(self, library: str, json: Mapping[str, Any], key: str | None = None) -> str:
        """Make or edit an item by hand."""
        return self.act(library, "write item", json=dict(json), **({"key": key} if key else {}))

    def write_collection(self, library: str, name: str, parent: str | None = None) -> str:
        """Make a collection by hand."""
        document = {"name": name, "parentCollection": parent or False}
        return self.act(library, "write collection", json=document)

    def delete(self, library: str, key: str) -> None:
        """Delete an item or a collection for good."""
        self.act(library, "delete", key=key)

    def trash(self, library: str, key: str) -> None:
        """Put an item into the trash by hand."""
        self.act(library, "trash", key=key)

    def state(self, library: str) -> dict[str, Any]:
        """Return everything in a library: version, items, collections, deleted."""
        found: dict[str, Any] = self._admin("GET", f"state?library={library}")
        return found

    # Faults and the journal

    def arm(self, kind: str, **fault: Any) -> None:
        """Arm a fault; `faults.py` has the kinds and what `fault` may say."""
        self._admin("POST", "faults", {"kind": kind, **fault})

    def disarm(self) -> None:
        """Forget all faults."""
        self._admin("DELETE", "faults")

    def faults_struck(self) -> int:
        """Return how often armed faults have struck."""
        return int(self._admin("GET", "faults"))

    def requests(self, method: str | None = None) -> list[dict[str, Any]]:
        """Return the requests of clients so far, in order."""
        found: list[dict[str, Any]] = self._admin("GET", "requests")
        return [entry for entry in found if method in (None, entry["method"])]

    def forget_requests(self) -> None:
        """Empty the journal."""
        self._admin("DELETE", "requests")

    def _admin(self, method: str, path: str, document: Any = None) -> Any:
        return ask_side_door(self.port, method, path, document)
