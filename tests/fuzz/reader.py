"""Coverage-guided fuzzing of the reader, run by hand where atheris is installed.

    python tests/fuzz/reader.py [CORPUS_FOLDER] [libFuzzer options, such as -max_total_time=600]

Any bytes may end in entries or in `InputError`, and in nothing else. Entries stand in order, each
within its lines, and none takes longer than its size explains.
"""

from __future__ import annotations

import importlib
import io
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

atheris: Any = importlib.import_module("atheris")
with atheris.instrument_imports(include=["syncd.formats.ris"]):
    from syncd.errors import InputError
    from syncd.formats.ris import Entry, Reader

_PATIENCE = 0.2  # CPU seconds for anything up to 4 kB, which is a thousand times what it takes


def read_any(content: bytes) -> None:
    """Read bytes; raise what should never happen."""
    begin = time.process_time()
    try:
        entries = list(Reader(io.BytesIO(content)))
    except InputError:
        entries = []
    taken = time.process_time() - begin
    if len(content) <= 4096 and taken > _PATIENCE:
        raise AssertionError(f"{taken:.1f} s for {len(content)} bytes")
    check(entries)


def check(entries: list[Entry]) -> None:
    """Check that entries stand in order, each within its lines."""
    above = 0
    for index, entry in enumerate(entries, 1):
        numbers = [line.line for line in entry.lines]
        assert entry.index == index
        assert above <= entry.line == numbers[0]
        assert numbers == sorted(numbers)
        assert numbers[-1] <= entry.end_line
        assert sum(line.tag == "TY" for line in entry.lines) <= 1
        above = entry.end_line


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_any)
    atheris.Fuzz()
