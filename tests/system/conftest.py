"""What the system tests share: commands run with nobody's home but the test's own."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.cli import program
from tests.support.commands import Ended, Syncd


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment that leads into no one's files."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    return {**kept, "HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(runtime)}


@pytest.fixture
def syncd(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Syncd]:
    """Run commands as `main` does; only the start of an interpreter is saved."""
    for name in set(os.environ) - set(environ):
        monkeypatch.delenv(name)
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level

    def run(*arguments: str | Path, **changed: str) -> Ended:
        for name, value in {**environ, **changed}.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = program.run([str(argument) for argument in arguments])
        return Ended(code, *capsys.readouterr())

    yield run
    logger.handlers[:], logger.level = handlers, level
