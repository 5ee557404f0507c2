"""How fast `syncd inspect` is on real exports, against `ris2xml` of bibutils and `load` of rispy.

    python tests/benchmarks/inspecting.py FOLDER_OR_FILE... [--records 10000]

Gathers the entries of all .ris files below, in order, written anew with two blanks and in UTF-8,
which is what the others need; entries come again, under numbers of their own, where there are too
few. Compared are records per CPU second, start of the program included, of

    syncd inspect --offline --json     reads, makes items, writes them
    ris2xml (Debian: bibutils)         reads, converts, writes MODS

and, within this process, of our reader alone and rispy's `load`. All take turns five times, and of
the five ratios the median counts. Aims: 3 times ris2xml, twice rispy.

syncd runs as it is installed, its modules compiled beforehand.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, cycle, islice
from pathlib import Path
from statistics import median

import rispy

from syncd.errors import InputError
from syncd.formats.ris import Entry, Reader
from tests.benchmarks.mapping import written

ROUNDS = 5
_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


def gathered(paths: Sequence[Path], records: int) -> bytes:
    """Return so many of the entries of these files, in UTF-8."""
    files = chain.from_iterable(sorted(p.rglob("*.ris")) if p.is_dir() else [p] for p in paths)
    entries = list(islice(chain.from_iterable(map(_entries_of, files)), records))
    numbered = zip(range(records), cycle(entries), strict=False)
    return "".join(
        written(entry, number if number >= len(entries) else None) for number, entry in numbered
    ).encode("utf-8", "replace")


def _entries_of(file: Path) -> Iterable[Entry]:
    try:
        yield from Reader(io.BytesIO(file.read_bytes()))
    except InputError:
        return


def _cpu_of(command: Sequence[str | Path]) -> float:
    """Run a program to its end and return the CPU seconds that it took."""
    before = os.times()
    null = subprocess.DEVNULL
    subprocess.run(command, stdout=null, stderr=null, env=_ENVIRONMENT, check=False)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def _cpu_here(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--records", type=int, default=10_000)
    arguments = parser.parse_args()
    content = gathered(arguments.paths, arguments.records)
    with tempfile.TemporaryDirectory(prefix="syncd-benchmark-") as name:
        export = Path(name, "export.ris")
        export.write_bytes(content)
        ways = dict(_ways(export, content))
        ways["syncd inspect"]()  # compiles what is not
        rounds = [{way: measure() for way, measure in ways.items()} for _ in range(ROUNDS)]
    print(f"{arguments.records} records of {len(content) // arguments.records} bytes")
    for way in ways:
        seconds = median(each[way] for each in rounds)
        print(f"  {way:16} {arguments.records / seconds:10,.0f} records per CPU second")
    if "ris2xml" in ways:
        ratio = median(each["ris2xml"] / each["syncd inspect"] for each in rounds)
        print(f"inspect: {ratio:.2f} x ris2xml")
    ratio = median(each["rispy load"] / each["our reader"] for each in rounds)
    print(f"reading: {ratio:.2f} x rispy")


def _ways(export: Path, content: bytes) -> Iterator[tuple[str, Callable[[], float]]]:
    syncd = Path(sys.executable).with_name("syncd")
    yield "syncd inspect", lambda: _cpu_of([syncd, "inspect", "--offline", "--json", export])
    if converter := shutil.which("ris2xml"):
        yield "ris2xml", lambda: _cpu_of([converter, export])
    yield "our reader", lambda: _cpu_here(lambda: [None for _ in Reader(io.BytesIO(content))])
    yield "rispy load", lambda: _cpu_here(lambda: rispy.loads(content.decode()))


if __name__ == "__main__":
    main()
