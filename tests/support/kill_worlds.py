"""A drop folder, a library and a state to be killed over: on files, and on the test server."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from adapters.file.documents import format_item, parse_item
from syncd.library import Create, Operation
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.one_life import Ended, Kill, live
from tests.support.runs import let_time_pass

_SLOWNESS = 0.6
"""Seconds that the test server takes for a batch; it goes on when the sender is dead."""

_FOLDERS = """
[[folder]]
path = "{base}/first"
library = "mine"
collection = "In/First"
settle = "0s"
after = "move"
attachments = "upload"

[[folder]]
path = "{base}/second"
library = "mine"
collection = "In/Second"
tags = ["again"]
settle = "0s"
after = "move"
readd = true

[duplicates]
when_found = "sync"
"""


INTRUDER = "Field notes of an intruder"
"""The title of what another program writes under a key of ours."""

_INTRUDER = {"title": INTRUDER, "creators": [], "date": "1801", "volume": "", "pages": ""}


DRAFT = "TQUCHED2"
"""The key of an item that is of no account: others write to it again and again."""


class Thing(NamedTuple):
    """An item as the library holds it."""

    key: str
    data: Mapping[str, Any]
    trashed: bool


class World(ABC):
    """What a life works in. Each kind of library has its own way to be looked at and changed."""

    def __init__(self, base: Path, library: str) -> None:
        self.base = base
        self.is_busy = False
        """Whether another program writes before each push of ours."""
        self.has_files = False
        """Whether files are to be stored."""
        self.command: tuple[str, ...] = ("once",)
        """What the program is asked for."""
        self.first, self.second = base / "first", base / "second"
        for folder in (self.first, self.second):
            folder.mkdir(parents=True)
        (base / "syncd.toml").write_text(library + _FOLDERS.format(base=base))

    def live(self, kill: Kill) -> Ended:
        """Let a command live one life: a pass over the folders, unless the world asks for more."""
        where = ["--config", f"{self.base}/syncd.toml", "--state", f"{self.base}/state"]
        asked = [*self.command, "--json", *where]
        return live(asked, kill, self.base / "log", self._meddle)

    def _meddle(self, operations: Sequence[Operation], expected: int | None) -> None:
        """Be another program that writes all the time, and once under a key of ours."""
        if not self.is_busy:
            return
        if expected is not None:
            self.touch()
            return
        mark = self.base / "intruded"
        works = [each for each in operations if isinstance(each, Create) and not each.parent]
        if works and not mark.exists():
            mark.touch()
            self.write(works[0].item_key, {**works[0].data, **_INTRUDER, "collections": []})

    def let_time_pass(self) -> None:
        """Make what was sent so long ago that the library cannot carry it out any more."""
        let_time_pass(self.base / "state")

    def ledger(self) -> sqlite3.Connection:
        """Open the ledger to look at it."""
        return sqlite3.connect(self.base / "state" / "ledger.sqlite")

    @abstractmethod
    def disturb(self, chance: random.Random) -> None:
        """Let one of the next pushes fare badly, where the library has ways for that."""

    @abstractmethod
    def calm(self) -> None:
        """Let no further push fare badly; what a dead process sent is over afterwards."""

    @abstractmethod
    def things(self) -> list[Thing]:
        """Return every item of the library."""

    @abstractmethod
    def stored(self) -> list[str]:
        """Return what is kept of files, each by its MD5; what an attachment shows is a thing."""

    @abstractmethod
    def collections(self) -> dict[str, str]:
        """Return the name of each collection by its key."""

    @abstractmethod
    def trash(self, key: str) -> None:
        """Be a person who puts an item into the trash."""

    @abstractmethod
    def erase(self, key: str) -> None:
        """Be a person who deletes an item for good, with what hangs below it."""

    @abstractmethod
    def write(self, key: str, data: Mapping[str, Any]) -> None:
        """Be a person who makes an item."""

    @abstractmethod
    def touch(self) -> None:
        """Be a person who changes something that is of no account here."""


class FileWorld(World):
    """A library in a directory."""

    def __init__(self, base: Path) -> None:
        self._items = base / "library" / "items"
        self._items.mkdir(parents=True)
        table = f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{base}/library"\n'
        super().__init__(base, table)

    def disturb(self, chance: random.Random) -> None:
        """A folder has no answers that could be lost."""

    def calm(self) -> None:
        """A folder carries nothing out later."""

    def things(self) -> list[Thing]:
        found = []
        for path in sorted(self._items.glob("*.json")):
            read = parse_item(path.read_bytes())
            found.append(Thing(path.stem, read.data, read.trashed))
        return found

    def collections(self) -> dict[str, str]:
        path = self._items.parent / "collections.json"
        found = json.loads(path.read_bytes())
        return {each["key"]: each["name"] for each in found if not each.get("deleted")}

    def stored(self) -> list[str]:
        kept = (path for path in self._items.parent.glob("files/**/*") if path.is_file())
        return [hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() for path in kept]

    def trash(self, key: str) -> None:
        path = self._items / f"{key}.json"
        read = parse_item(path.read_bytes())
        self._replace(path, format_item(key, read.version, read.data, trashed=True))

    def erase(self, key: str) -> None:
        below = [each.key for each in self.things() if each.data.get("parentItem") == key]
        for each in (key, *below):
            (self._items / f"{each}.json").unlink()

    def write(self, key: str, data: Mapping[str, Any]) -> None:
        self._replace(self._items / f"{key}.json", format_item(key, 0, data, trashed=False))

    def touch(self) -> None:
        self.write(DRAFT, {"itemType": "book", "title": f"Draft {time.monotonic_ns()}"})

    def _replace(self, path: Path, content: bytes) -> None:
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(content)
        part.rename(path)


class WebWorld(World):
    """A user's library on the test server, which takes its time for each batch."""

    def __init__(self, server: ZoteroServer, base: Path) -> None:
        self._server = server
        self._account = start_over(server)
        base.mkdir(parents=True, exist_ok=True)
        key = base / "key"
        key.write_text(self._account.key)
        key.chmod(0o600)
        table = (
            '[[library]]\nname = "mine"\nadapter = "zotero-web"\nlibrary_type = "user"\n'
            f'library_id = {self._account.number}\napi_url = "{server.url}"\nkey_file = "{key}"\n'
        )
        super().__init__(base, table)

    def disturb(self, chance: random.Random) -> None:
        kind = chance.choice(("lost reply", "half batch", "reset", "reset reply", "truncated"))
        path = chance.choice(("", "/file")) if self.has_files else ""
        self._server.arm(kind, method="POST", path=path, after=chance.randrange(3))

    def calm(self) -> None:
        self._server.disarm()
        time.sleep(_SLOWNESS * 2)

    def things(self) -> list[Thing]:
        items = self._server.state(self._account.library)["items"]
        own = ("key", "version", "deleted")
        return [
            Thing(key, {n: v for n, v in data.items() if n not in own}, bool(data.get("deleted")))
            for key, data in sorted(items.items())
        ]

    def collections(self) -> dict[str, str]:
        found = self._server.state(self._account.library)["collections"]
        return {key: each["name"] for key, each in found.items() if not each["deleted"]}

    def stored(self) -> list[str]:
        return list(self._server.state(self._account.library)["files"])

    def trash(self, key: str) -> None:
        self._server.trash(self._account.library, key)

    def erase(self, key: str) -> None:
        self._server.delete(self._account.library, key)

    def write(self, key: str, data: Mapping[str, Any]) -> None:
        self._server.write_item(self._account.library, data, key)

    def touch(self) -> None:
        self._server.act(self._account.library, "touch")


def start_over(server: ZoteroServer) -> Account:
    """Empty the server; it then has one user, the same every time."""
    number, key = 7, "killsuitekillsuitekills7"
    server.reset()
    server.set_up(users=[{"id": number}], keys=[{"key": key, "user": number}])
    server.configure(delay_per_batch=_SLOWNESS)
    return Account(number, f"users/{number}", key)
