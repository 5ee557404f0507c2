"""How fast an export becomes items, measured against what merely reads it.

    python tests/benchmarks/mapping.py [EXPORT.ris] [RECORDS]

Repeats one entry of an export (by default an invented one, 1 kB) and compares CPU times per record
in the same run: our reader alone, reading and mapping to items, rispy merely reading, and a bare
loop that only splits tag and value. The best of several runs counts: others only ever slow one
down. Aims: reading and mapping at least at rispy's rate, and within 4 times the bare loop.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import rispy

from syncd.item import citation_of, identity_of, item_data
from syncd.resources import shipped_schema
from syncd.ris import Reader
from syncd.sources import read_record

RUNS = 7
LOOKS = 1000
DEFAULT = Path(__file__).parents[1] / "data" / "map-pure-article.ris"
SCHEMA = shipped_schema()


def repeated(export: Path, records: int) -> bytes:
    """Return the first entry of an export many times, with the two blanks that rispy needs."""
    entry = next(iter(Reader(io.BytesIO(export.read_bytes()))))
    lines = "".join(f"{line.tag}  - {line.value}\n" for line in entry.lines)
    return f"{lines}ER  - \n\n".encode() * records


def read_only(data: bytes) -> None:
    for _ in Reader(io.BytesIO(data)):
        pass


def read_and_map(data: bytes) -> None:
    for entry in Reader(io.BytesIO(data)):
        item_data(read_record(entry, "export.ris"), SCHEMA)


def rispy_reads(data: bytes) -> None:
    rispy.loads(data.decode())


def bare_loop(data: bytes) -> None:
    pairs = []
    for line in io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"):
        if line[2:6] == "  - ":
            pairs.append((line[:2], line[6:].rstrip()))
        elif pairs:
            pairs[-1] = (pairs[-1][0], pairs[-1][1] + line.rstrip())


def microseconds(work: Callable[[bytes], None], data: bytes, records: int) -> float:
    """Return the least CPU time of several runs, per record."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        work(data)
        best = min(best, time.process_time() - start)
    return best / records * 1e6


def main(export: Path, records: int) -> None:
    data = repeated(export, records)
    item = item_data(read_record(next(iter(Reader(io.BytesIO(data)))), "x"), SCHEMA)
    times = {
        "bare loop": microseconds(bare_loop, data, records),
        "rispy reads": microseconds(rispy_reads, data, records),
        "we read": microseconds(read_only, data, records),
        "we read and map": microseconds(read_and_map, data, records),
    }
    print(f"{records} records of {len(data) // records} bytes, CPU microseconds per record")
    for name, value in times.items():
        ratios = f"{value / times['rispy reads']:5.2f} x rispy {value / times['bare loop']:5.2f} x"
        print(f"{name:>16} {value:7.1f}   {ratios} bare loop")
    for name, look in (("identity_of", identity_of), ("citation_of", citation_of)):
        value = microseconds(partial(_look_often, look, item), data, LOOKS)
        print(f"{name:>16} {value:7.1f}")


def _look_often(look: Callable[[dict[str, Any]], object], item: dict[str, Any], _: bytes) -> None:
    for _number in range(LOOKS):
        look(item)


if __name__ == "__main__":
    main(
        Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT,
        int(sys.argv[2]) if len(sys.argv) > 2 else 3000,
    )
