"""`syncd run` as a process of its own, for as long as a test needs it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from syncd.control.status import read_status
from tests.fakes.works import wait_until


@contextmanager
def serving(state: Path, environ: Mapping[str, str], *arguments: str | Path) -> Iterator[None]:
    """Run the daemon of a state directory with these arguments, from its first good look on."""
    process = subprocess.Popen(
        [sys.executable, "-m", "syncd.cli", "run", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=dict(environ),
    )
    try:
        assert wait_until(lambda: _shows_its_libraries(state), within=30), process.poll()
        yield
    finally:
        process.kill()
        process.communicate()


def _shows_its_libraries(state: Path) -> bool:
    """Tell whether every library was tried, however that went."""
    document = read_status(state)
    states = [each["state"] for each in document["libraries"]]
    return bool(document["running"] and states) and "starting" not in states
