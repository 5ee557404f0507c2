"""A look at an export takes at most ten times its size, whatever it is made of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SIZE = 5_000_000
_MOST_TIMES = 10
_HEAD, _END = "TY  - JOUR\nTI  - Tides in an estuary\n", "ER  - \n\n"


def _one(tag: str, text: str) -> str:
    return f"{_HEAD}{tag}  - {text}\n{_END}"


def _lines(tag: str, value: str) -> str:
    """Return entries of as many lines as one may have."""
    lines = f"{tag}  - {value}\n" * 90_000
    return f"{_HEAD}{lines}{_END}" * max(1, _SIZE // len(lines))


def _numbered(tag: str, value: str) -> str:
    lines = "".join(f"{tag}  - {value.format(number)}\n" for number in range(90_000))
    return f"{_HEAD}{lines}{_END}" * (_SIZE // len(lines))


KINDS = {
    "control characters": lambda: _one("AB", "\x01" * _SIZE),
    "what is escaped twice": lambda: _one("N1", "&amp;amp;" * (_SIZE // 9)),
    "one emoji in plain text": lambda: _one("N1", "\U0001f600" + "word " * (_SIZE // 5)),
    "notes of signs": lambda: _lines("N1", "&" * 50),
    "keywords": lambda: _numbered("KW", "{}"),
    "addresses": lambda: _numbered("UR", "http://a.org/{}"),
    "authors": lambda: _numbered("AU", "A{}, B."),
    "quotes": lambda: _one("N1", '"' * _SIZE),
}


def _most(file: Path, *options: str) -> int:
    """Return the most memory, in bytes, that a look at a file took."""
    command = [sys.executable, "-m", "syncd", "inspect", "--offline", *options, str(file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss * 1024


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["table", "json"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_look_takes_at_most_ten_times_the_file(
    kind: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    small, large = tmp_path / "small.ris", tmp_path / "large.ris"
    small.write_text(_HEAD + _END)
    large.write_text(KINDS[kind]())

    taken = _most(large, *options) - _most(small, *options)

    assert taken < _MOST_TIMES * large.stat().st_size
