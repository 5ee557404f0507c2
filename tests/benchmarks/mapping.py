"""How fast an export becomes items, measured against what merely reads it.

    python tests/benchmarks/mapping.py [EXPORT.ris] [RECORDS]

Takes the entries of an export in turn until there are enough; by default the invented ones, of
2.7 kB, of the reader's benchmark. Each gets titles, names and identifiers of its own, so that
nothing is remembered here which repeats in no real export. Compared are CPU times per record in
the same run: our reader alone, reading and mapping to items, rispy merely reading, and a bare loop
that only splits tag and value. The best of several runs counts: others only ever slow one down.
Aims: reading and mapping at rispy's rate, and within 4 times the bare loop.
"""

from __future__ import annotations

import io
import re
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import rispy

from syncd.formats.ris import Entry, Reader
from syncd.formats.sources import read_record, read_records
from syncd.item.making import item_data
from syncd.item.reading import citation_of, identity_of
from syncd.record import Record
from syncd.system.resources import shipped_schema
from tests.benchmarks.reader import export as invented

RUNS = 9
LOOKS = 1000
SCHEMA = shipped_schema()

_TITLES = frozenset(["AB", "N1", "N2", "T1", "TI"])
_NAMES = frozenset(["A1", "AU"])
_IDENTIFIERS = frozenset(["AN", "C2", "DO", "L3", "U2", "UR"])
_DIGITS = re.compile(r"(?<![0-9])[0-9]{6,}")


def varied(export: Path, records: int) -> bytes:
    """Return the entries of an export in turn, with the two blanks that rispy needs."""
    entries = list(Reader(io.BytesIO(export.read_bytes())))
    parts = []
    for number, entry in zip(range(records), cycle(entries), strict=False):
        parts.append(written(entry, number))
    return "".join(parts).encode()


def written(entry: Entry, number: int | None = None) -> str:
    """Return an entry with the two blanks that others need, varied where it has a number."""
    parts = []
    for tag, value in zip(entry.tags, entry.values, strict=True):
        parts.append(f"{tag}  - {value if number is None else _vary(tag, value, number)}\n")
    return "".join([*parts, "ER  - \n\n"])


def _vary(tag: str, value: str, number: int) -> str:
    if tag in _TITLES:
        return f"{value} {number}"
    if tag in _NAMES:
        return value.replace(",", f"{number % 1000},", 1)
    if tag in _IDENTIFIERS:
        return _DIGITS.sub(lambda match: f"{number + 1:0{len(match[0])}}", value)
    return value


def read_only(data: bytes) -> None:
    for _ in Reader(io.BytesIO(data)):
        pass


def read_and_map(data: bytes) -> None:
    for entries in Reader(io.BytesIO(data)).batches():
        for read in read_records(entries, "export.ris"):
            assert isinstance(read, Record)
            item_data(read, SCHEMA)


def rispy_reads(data: bytes) -> None:
    rispy.loads(data.decode())


def bare_loop(data: bytes) -> None:
    pairs = []
    for line in io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"):
        if line[2:6] == "  - ":
            pairs.append((line[:2], line[6:].rstrip()))
        elif pairs:
            pairs[-1] = (pairs[-1][0], pairs[-1][1] + line.rstrip())


def microseconds(
    ways: Mapping[str, Callable[[bytes], object]], data: bytes, records: int
) -> dict[str, float]:
    """Return the least CPU time of several runs of each, per record.

    The ways take turns, so that a machine that is busy for a while slows all of them.
    """
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(RUNS):
        for name, work in ways.items():
            start = time.process_time()
            work(data)
            best[name] = min(best[name], time.process_time() - start)
    return {name: seconds / records * 1e6 for name, seconds in best.items()}


def main(export: Path | None, records: int) -> None:
    data = varied(export, records) if export else invented(records).encode()
    item = item_data(read_record(next(iter(Reader(io.BytesIO(data)))), "x"), SCHEMA)
    ways: dict[str, Callable[[bytes], object]] = {
        "bare loop": bare_loop,
        "rispy reads": rispy_reads,
        "we read": read_only,
        "we read and map": read_and_map,
    }
    times = microseconds(ways, data, records)
    print(f"{records} records of {len(data) // records} bytes, CPU microseconds per record")
    for name, value in times.items():
        rispy_times, bare_times = value / times["rispy reads"], value / times["bare loop"]
        print(f"{name:>16} {value:7.1f} {rispy_times:6.2f} x rispy {bare_times:6.2f} x bare loop")
    looks = {look.__name__: partial(_look_often, look, item) for look in (identity_of, citation_of)}
    for name, value in microseconds(looks, data, LOOKS).items():
        print(f"{name:>16} {value:7.1f}")


def _look_often(look: Callable[[dict[str, Any]], object], item: dict[str, Any], _: bytes) -> None:
    for _number in range(LOOKS):
        look(item)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else None,
        int(sys.argv[2]) if len(sys.argv) > 2 else 3000,
    )
