"""How much memory it takes to read a file, next to its size.

Run by hand: `python tests/benchmarks/memory.py [MEGABYTES]`. Each made-up file is read by a process
of its own, up to records and item data as a run makes them. The figures are the most memory that
the process ever had, without what it had before it began: at most ten times the file, and never
more than 300 MB.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_MEGABYTE = 1_000_000
_MOST = 300 * _MEGABYTE
_MOST_TIMES = 10
_LEAST = 20 * _MEGABYTE
"""What ten times a small file may come to: tables and modules are loaded as they are needed."""

_CHILD = """
import sys
from pathlib import Path
import io
from syncd.formats.ris import Reader
from syncd.formats.sources import read_records
from syncd.errors import InputError
from syncd.item.making import item_data, links_for, notes_for
from syncd.item.reading import citation_of
from syncd.system.resources import shipped_schema

def most():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

schema = shipped_schema()
def read(stream):
    records = refused = 0
    reader = Reader(stream)
    for entries in reader.batches():
        for each in read_records(entries, "x.ris"):
            if isinstance(each, InputError):
                refused += 1
            else:
                records += 1
                citation_of(item_data(each, schema), each.identity)
                list(notes_for(each, ("other", "references"))), links_for(each)
    return records, refused

read(io.BytesIO(b"TY  - JOUR\\nTI  - To warm up\\nN1  - x\\nER  - \\n"))
before = most()
with open(sys.argv[1], "rb") as stream:
    records, refused = read(stream)
print(most() - before, records, refused)
"""

_HEAD, _END = "TY  - JOUR\nTI  - Tides in an estuary\n", "ER  - \n\n"


def _one(lines: Callable[[int], str]) -> Callable[[int], str]:
    return lambda size: _HEAD + lines(size) + _END


def _again(unit: str) -> Callable[[int], str]:
    return lambda size: unit * (size // len(unit))


_KINDS: dict[str, Callable[[int], str]] = {
    "N1, lines of nothing but text": _one(_again("N1  - some words of a note\n")),
    "one N1 in one line": _one(lambda size: "N1  - " + _again("words ")(size) + "\n"),
    "one N1 over many lines": _one(lambda size: "N1  - a\n" + _again("more words of it\n")(size)),
    "one N1, marked up": _one(lambda size: "N1  - <p>" + _again("a<br>b")(size) + "</p>\n"),
    "one N1 of tags": _one(lambda size: "N1  - " + _again("<p>")(size) + "\n"),
    "one abstract": _one(lambda size: "AB  - " + _again("tide ")(size) + "\n"),
    "one abstract over many lines": _one(lambda size: "AB  - a\n" + _again("tide and\n")(size)),
    "authors": _one(_again("AU  - Abel, A.\n")),
    "keywords in one line": _one(lambda size: "KW  - " + _again("tide; ")(size) + "\n"),
    "keywords in many lines": _one(_again("KW  - t\n")),
    "addresses in one line": _one(lambda size: "UR  - " + _again("http://a.org/;")(size) + "\n"),
    "numbers of journals": _one(lambda size: "SN  - " + _again("1234-5679 ")(size) + "\n"),
    "one DOI line": _one(lambda size: "DO  - " + _again("10.5555/a;")(size) + "\n"),
    "small lines": _one(_again("C1  - a\n")),
    "small records": _again(_HEAD + _END),
    "control characters": _one(lambda size: "AB  - " + "\x01" * size + "\n"),
    "what is escaped twice": _one(lambda size: "AB  - " + _again("&amp;amp;")(size) + "\n"),
    "an emoji in plain text": _one(lambda size: "N1  - \U0001f600" + _again("word ")(size) + "\n"),
    "lines of signs": _one(_again(f"N1  - {'&' * 100}\n")),
    "blank lines": _one(lambda size: "N1  - a\n" + "\n" * size),
    "text outside records": lambda size: _HEAD + _END + _again("what is this?\n")(size),
}


def main() -> None:
    """Print the figures; the exit code is 1 if one is too high."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("megabytes", nargs="*", type=int, default=[10, 60])
    high = 0
    for megabytes in parser.parse_args().megabytes:
        size = megabytes * _MEGABYTE
        for name, make in _KINDS.items():
            with tempfile.NamedTemporaryFile("w", suffix=".ris") as file:
                file.write(make(size))
                file.flush()
                high += _measure(name, Path(file.name), min(_MOST, _MOST_TIMES * size))
    sys.exit(1 if high else 0)


def _measure(name: str, file: Path, allowed: int) -> bool:
    begin = time.monotonic()
    command = [sys.executable, "-c", _CHILD, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    taken, records, refused = map(int, done.stdout.split())
    size = file.stat().st_size
    is_high = taken > max(allowed, _LEAST)
    print(
        f"{'HIGH ' if is_high else '':5}{size / 1e6:6.1f} MB {name:32} {taken / 1e6:7.1f} MB, "
        f"{taken / size:5.1f} times; {records} records, {refused} refused, "
        f"{time.monotonic() - begin:.1f} s",
        flush=True,
    )
    return is_high


if __name__ == "__main__":
    main()
