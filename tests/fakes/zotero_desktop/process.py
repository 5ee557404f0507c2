"""Start a Zotero as a process, kill it and start it again, and do in it what people do."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakes.serving import ServerProcess, ask_side_door
from tests.support.ports import free_port


class ZoteroDesktop:
    """One profile: its data outlives the process."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._process: ServerProcess | None = None
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, *, starts_in: float = 0.0, data: Path | None = None, **settings: Any) -> Self:
        """Start the program; `data` is another database behind the same port from now on."""
        self._data = data or self._data
        self._process = ServerProcess(
            "tests.fakes.zotero_desktop",
            *("--data", self._data, "--port", str(self.port)),
            *("--starts-in", str(starts_in), "--settings", json.dumps(settings)),
        )
        return self

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
        self._process = None

    def restart(self, *, starts_in: float = 0.0, data: Path | None = None, **settings: Any) -> None:
        """End it and start it again."""
        self.kill()
        self.start(starts_in=starts_in, data=data, **settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    # People

    def allow(self) -> str:
        """Return a key that a person has allowed for good."""
        key = secrets.token_hex(16)
        self._tell("new key", key)
        return key

    def forget_keys(self) -> None:
        """Clear all write authorizations, as a person may in the settings."""
        self._tell("forget keys")

    def configure(self, **settings: Any) -> None:
        """Change settings: `item_seconds`, `local_api`, `consent`, `older`, `selected`."""
        self._tell("settings", settings)

    def truncate(self, answers: int = 1) -> None:
        """Let the next answers to writes break off half-way."""
        self._tell("truncate", answers)

    def act(self, do: str, library: str = "users/0", **deed: Any) -> str:
        """Do something in a library by hand; `persons` has the deeds. Returns the key."""
        return str(self._tell("act", {"library": library, "do": do, **deed})["key"])

    def write_item(self, json: Mapping[str, Any], key: str | None = None) -> str:
        """Make or edit an item by hand."""
        return self.act("write item", json=dict(json), **({"key": key} if key else {}))

    def state(self, library: str = "users/0") -> dict[str, Any]:
        """Return everything in a library: version, items, collections."""
        found: dict[str, Any] = self._tell(f"state?library={library}")
        return found

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests of clients since this was last asked."""
        found: list[dict[str, Any]] = self._tell("requests")
        return found

    def _tell(self, what: str, document: Any = None) -> Any:
        # A text is a word of JSON here.
        return ask_side_door(self.port, "POST", what, json.dumps(document))
