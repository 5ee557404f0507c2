"""A whole daemon whose library is a folder: what it is given it keeps in STATE/kept.

Called with the state directory and a file of JSON: `{"folders": […], "hanging": seconds, "tick":
seconds}`. An export that begins with `hang` keeps its worker busy for ever; a number of seconds in
STATE/jump is how far the time of day has jumped.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from syncd.cli.exits import exit_of
from syncd.daemon import Assembly, Daemon, Means
from syncd.errors import ConfigError, Problem, SyncdError
from syncd.inbox import Export
from syncd.settings import FolderSettings
from syncd.system.clock import Pause, SystemClock
from syncd.system.state_lock import StateLock
from tests.fakes.settings import make_folder, make_settings
from tests.fakes.works import MemoryWork


class KeepingWork(MemoryWork):
    """Keeps what it is given as files."""

    def __init__(self, kept: Path) -> None:
        super().__init__()
        self._kept = kept
        kept.mkdir(exist_ok=True)

    def is_known(self, sha256: str, folder: FolderSettings) -> bool:
        return (self._kept / sha256).exists()

    def _understand(self, content: bytes, export: Export) -> bytes:
        while content.startswith(b"hang"):
            time.sleep(1)
        (self._kept / export.sha256).write_bytes(content)
        return content


class JumpingClock(SystemClock):
    """The machine's clock, put forward or back from outside."""

    def __init__(self, jump: Path) -> None:
        self._jump = jump

    def now(self) -> datetime:
        jump = float(self._jump.read_text()) if self._jump.exists() else 0
        return super().now() + timedelta(seconds=jump)


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    state, config = Path(sys.argv[1]), Path(sys.argv[2])

    def assemble(_pause: Pause) -> Assembly:
        try:
            read = json.loads(config.read_text())
        except ValueError as error:
            raise ConfigError(config, [Problem(str(error), 1)]) from error
        settings = make_settings([make_folder(Path(each)) for each in read["folders"]])
        return Assembly(settings, [KeepingWork(state / "kept")])

    given = json.loads(config.read_text())
    means = Means(
        clock=JumpingClock(state / "jump"),
        hanging=timedelta(seconds=given.get("hanging", 60)),
        tick=timedelta(seconds=given.get("tick", 30)),
    )
    try:
        with StateLock(state, "run"):
            daemon = Daemon(state, assemble, means)
            daemon.run({"status": lambda *_: daemon.document()}, exit_of)
            daemon.leave()
    except SyncdError as error:
        print(error, file=sys.stderr, flush=True)
        return exit_of(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
