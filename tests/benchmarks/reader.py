"""How fast the reader is, against rispy and against a loop that only splits lines.

Run by hand: `python tests/benchmarks/reader.py [RECORDS]`. All three read the same made-up
records of about 2.7 kB, in one run, and are timed in CPU seconds, the best of several rounds.
Then the reader reads a long file and a long line, and says how much memory it took.
"""

from __future__ import annotations

import argparse
import io
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import BinaryIO

import rispy

from syncd.formats.ris import Reader

_ROUNDS = 5
_WORDS = (
    "the of and tide sediment estuary with flow measured model coastal in by water from results "
    "seasonal transport barrier we were salinity mixing which observed during channel Übergang "
    "variability naïve across scale depth – shown data between this für site change"
).split()


def _prose(chance: random.Random, length: int) -> str:
    words: list[str] = []
    size = 0
    while size < length:
        words.append(chance.choice(_WORDS))
        size += len(words[-1]) + 1
    return " ".join(words).capitalize() + "."


def _record(chance: random.Random, number: int) -> str:
    abstract = _prose(chance, 850)
    lines = [
        ("TY", "JOUR"),
        ("T1", _prose(chance, 40)),
        ("T2", _prose(chance, 60)),
        *(("AU", f"Author{chance.randrange(999)}, Given") for _ in range(4)),
        ("N1", "Funding Information:\n" + _prose(chance, 300)),
        ("PY", "2012/3/1"),
        ("Y1", "2012/3/1"),
        ("N2", abstract),
        ("AB", abstract),
        ("UR", f"http://www.scopus.com/inward/record.url?scp={number:011}&partnerID=8YFLogxK"),
        ("U2", f"10.5555/bench.{number}"),
        ("DO", f"10.5555/bench.{number}"),
        ("M3", "Review article"),
        ("C2", f"{number:08}"),
        ("AN", f"SCOPUS:{number:011}"),
        ("SN", "1234-5679"),
        ("VL", "11"),
        ("SP", "215"),
        ("EP", "233"),
        ("JO", "Journal of Invented Coasts"),
        ("JF", "Journal of Invented Coasts"),
        ("IS", "3"),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines) + "ER  - \n\n"


def export(records: int) -> str:
    """Return a made-up export, always the same."""
    chance = random.Random(20)
    return "".join(_record(chance, number) for number in range(records))


def _split_only(text: str) -> None:
    for line in text.split("\n"):
        _tag, _value = line[:2], line[6:]


def _cpu(read: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        begin = time.process_time()
        read()
        best = min(best, time.process_time() - begin)
    return best


def _speed(records: int) -> None:
    text = export(records)
    content = text.encode()
    one_blank = text.replace("  - ", " - ").encode()
    lone_cr = text.replace("\n", "\r\n").encode()
    ways: dict[str, Callable[[], object]] = {
        "split lines only": lambda: _split_only(text),
        "reader": lambda: [None for _ in Reader(io.BytesIO(content))],
        "reader, one blank": lambda: [None for _ in Reader(io.BytesIO(one_blank))],
        "reader, CRLF": lambda: [None for _ in Reader(io.BytesIO(lone_cr))],
        "rispy": lambda: rispy.loads(text),
    }
    seconds = {name: _cpu(way) for name, way in ways.items()}
    print(f"{records} records of {len(content) // records} bytes")
    for name, taken in seconds.items():
        faster = seconds["rispy"] / taken
        slower = taken / seconds["split lines only"]
        each = taken / records * 1e6
        print(f"  {name:18} {each:7.1f} µs a record {faster:6.2f} x rispy {slower:6.2f} x split")


class _Repeated(io.BytesIO):
    """A stream that gives one piece again and again without ever holding it all."""

    def __init__(self, head: bytes, piece: bytes, times: int) -> None:
        super().__init__()
        self._pieces = self._all(head, piece, times)
        self._rest = b""

    @staticmethod
    def _all(head: bytes, piece: bytes, times: int) -> Iterator[bytes]:
        yield head or piece
        for _ in range(times):
            yield piece

    def read(self, size: int | None = -1) -> bytes:
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def _memory(name: str, stream: BinaryIO) -> None:
    tracemalloc.start()
    entries = sum(1 for _ in Reader(stream))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"  {name:34} {entries:7} entries, peak {peak / 1e6:6.1f} MB")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", nargs="?", type=int, default=10_000)
    records = parser.parse_args().records
    _speed(records)
    hundred = export(100).encode()
    begin = b"TY  - JOUR\nTI  - Long\nAB  - "
    print("memory")
    _memory(f"{records} records", _Repeated(b"", hundred, records // 100))
    _memory(f"{records // 10} records", _Repeated(b"", hundred, records // 1000))
    _memory("one line of 6 MB", _Repeated(begin, b"tide " * 12_000, 100))
    _memory("one line of 50 MB", _Repeated(begin, b"tide " * 100_000, 100))


if __name__ == "__main__":
    main()
