"""Houses at every kind of library that we ship: what holds for one is to hold for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.file import FileLibrary
from adapters.memory import MemoryLibrary
from adapters.zotero_desktop.library import ZoteroDesktopLibrary
from adapters.zotero_desktop.options import Options
from syncd.library import Surroundings
from syncd.system.resources import shipped_schema
from tests.fakes.zotero_desktop.process import ZoteroDesktop
from tests.fakes.zotero_server.adapter import open_library
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.house import House

KINDS = ("memory", "file", "web", "desktop")


@contextmanager
def house_at(kind: str, root: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    """Open a house at a library of one of the `KINDS`; `web` needs the fixture of the server."""
    if kind == "desktop":
        with ZoteroDesktop(root / "zotero").start() as desktop:
            key = desktop.allow()
            options = Options.read({"url": desktop.url})
            surroundings = Surroundings("desk", find_key=lambda: key)
            yield House(root, ZoteroDesktopLibrary(options, surroundings))
    elif kind == "web":
        server: ZoteroServer = request.getfixturevalue("zotero_server")
        yield House(root, open_library(server, server.add_user()))
    elif kind == "file":
        yield House(root, FileLibrary(root / "library", shipped_schema))
    else:
        yield House(root, MemoryLibrary(shipped_schema()))
