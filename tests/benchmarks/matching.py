"""How well and how fast works are told apart: `python tests/benchmarks/matching.py --help`.

`sets` plans the shared labelled sets with the reader, the mapping and `resolve`, and scores the
plans with the sets' own scorer. `scale` rules on batches of records against a large number of
known works, kept in SQLite the way the ledger keeps them.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from syncd.formats.ris import Reader
from syncd.formats.sources import read_record
from syncd.item.making import item_data
from syncd.item.reading import citation_of
from syncd.matching import (
    Answers,
    Features,
    Known,
    Ruling,
    RulingKind,
    blocking_keys,
    dump_features,
    features_of,
    load_features,
    resolve,
)
from syncd.record import Citation, Doi, Eid, Identity
from syncd.system.resources import shipped_schema
from tests.shared.places import SHARED

_Name = TypeVar("_Name")

SETS = SHARED / "bench" / "dedup"
NAMES = ("digital_work", "diabetes", "cytology_screening", "stroke")
DECISIONS = {RulingKind.NEW: "create", RulingKind.SAME: "skip", RulingKind.HOLD: "hold"}
BATCH = 500
BLOCK_CUT = 200


class SqliteWorks:
    """Known works in one SQLite file; with no file, none are known."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(
            "PRAGMA synchronous=OFF;"
            "CREATE TABLE IF NOT EXISTS name (kind, value, ref, PRIMARY KEY (kind, value, ref))"
            " WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS block (block INTEGER, ref, PRIMARY KEY (block, ref))"
            " WITHOUT ROWID;"
            "CREATE TABLE IF NOT EXISTS work (ref PRIMARY KEY, features) WITHOUT ROWID;"
        )

    def add(self, works: Sequence[tuple[str, Features]]) -> None:
        """Put works in, each under its key."""
        self._db.executemany(
            "INSERT INTO work VALUES (?, ?)", [(ref, dump_features(it)) for ref, it in works]
        )
        self._db.executemany(
            "INSERT INTO name VALUES (?, ?, ?)",
            [(*pair, ref) for ref, it in works for pair in it.identity.pairs()],
        )
        self._db.executemany(
            "INSERT INTO block VALUES (?, ?)",
            [(key, ref) for ref, it in works for key in blocking_keys(it)],
        )
        self._db.commit()

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], list[Known]]:
        kinds: defaultdict[str, list[str]] = defaultdict(list)
        for kind, value in pairs:
            kinds[kind].append(value)
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for kind, values in kinds.items():
            rows = self._select("value, ref FROM name WHERE kind = ? AND value IN", values, kind)
            for value, ref in rows:
                found[kind, value].append(ref)
        return self._known(found)

    def by_blocks(self, keys: Collection[int]) -> dict[int, list[Known]]:
        found: defaultdict[int, list[str]] = defaultdict(list)
        for block, ref in self._select("block, ref FROM block WHERE block IN", list(keys)):
            if len(found[block]) < BLOCK_CUT:
                found[block].append(ref)
        return self._known(found)

    def shared_dois(self, dois: Collection[str]) -> set[str]:
        return set()

    def by_refs(self, refs: Collection[str]) -> dict[str, Sequence[Known]]:
        return {}

    def as_written(self, keys: Collection[str]) -> dict[str, Features]:
        return {}

    def answers(self) -> Answers:
        return Answers()

    def _select(self, query: str, values: Sequence[object], *before: str) -> Iterator[Any]:
        for start in range(0, len(values), BATCH):
            part = values[start : start + BATCH]
            marks = ",".join("?" * len(part))
            yield from self._db.execute(f"SELECT {query} ({marks})", (*before, *part))

    def _known(self, found: dict[_Name, list[str]]) -> dict[_Name, list[Known]]:
        refs = sorted({ref for each in found.values() for ref in each})
        rows = self._select("ref, features FROM work WHERE ref IN", refs)
        works = {ref: Known(ref, load_features(features)) for ref, features in rows}
        return {name: [works[ref] for ref in each] for name, each in found.items()}


# --- the labelled sets


def read_set(name: str, *, hide: bool) -> list[tuple[str, Citation]]:
    """Return (record id, citation) of a set; `hide` leaves the DOIs out."""
    text = (SETS / f"{name}.ris").read_bytes()
    if hide:
        text = re.sub(rb"(?m)^DO  - .*\n", b"", text)
    schema = shipped_schema()
    records = [read_record(entry, name) for entry in Reader(io.BytesIO(text))]
    return [
        (record.origin.source_id or "", citation_of(item_data(record, schema), record.identity))
        for record in records
    ]


def as_plan(names: Sequence[str], rulings: Sequence[Ruling]) -> dict[str, object]:
    """Return rulings in the shape of `syncd plan --json`, as far as the scorer reads it."""
    return {
        "records": [
            {
                "source_id": name,
                "decision": DECISIONS[ruling.kind],
                "duplicate_of": None
                if ruling.within is None
                else {"source_id": names[ruling.within]},
                "candidates": [
                    {"source_id": names[c]} for c in ruling.candidates if isinstance(c, int)
                ],
                "reason": ruling.reason,
                "evidence": ruling.evidence,
            }
            for name, ruling in zip(names, rulings, strict=True)
        ]
    }


def score_sets(folder: Path, *, hide: bool) -> int:
    """Plan and score the labelled sets; return the scorer's exit code."""
    arguments: list[str] = []
    for name in NAMES:
        records = read_set(name, hide=hide)
        began = time.process_time()
        rulings = resolve([citation for _, citation in records], SqliteWorks())
        spent = time.process_time() - began
        plan = folder / f"{name}.json"
        plan.write_text(json.dumps(as_plan([name for name, _ in records], rulings)))
        arguments += [str(plan), str(SETS / f"{name}.clusters.tsv")]
        print(f"{name}: {len(records)} records ruled on in {spent:.2f} s of CPU")
    bars = ["--max-fp", "2" if hide else "0", "--min-f1", "0.995" if hide else "0.998"]
    bars += ["--max-held-share", "0.01"]
    return subprocess.run([sys.executable, SETS / "score.py", *bars, *arguments]).returncode


# --- scale

_WORDS = [f"{a}{b}" for a in "bdfgklmnprstvz" for b in ("alen", "orid", "usta", "emin", "ivor")]


def invent(number: int) -> Citation:
    """Return the synthetic work of that number; one in seventy has a title many works bear."""
    rng = random.Random(number)
    title = "Editorial" if rng.random() < 0.015 else " ".join(rng.choices(_WORDS, k=9))
    first = rng.randrange(1, 3000)
    identity = Identity(
        scopus=Eid(f"2-s2.0-85{number:09}"), doi=Doi(f"10.5555/invented.{number}.{first}")
    )
    return Citation(
        "journalArticle",
        title,
        tuple(f"{rng.choice(_WORDS)}, {rng.choice('ABCDEF')}." for _ in range(3)),
        rng.randrange(1990, 2026),
        f"Journal of {rng.choice(_WORDS)} {rng.choice(_WORDS)}",
        str(rng.randrange(1, 120)),
        str(rng.randrange(1, 12)),
        f"{first}-{first + 12}",
        identity,
    )


def measure_scale(folder: Path, known: int) -> None:
    """Rule on records against that many known works, by identifier and by look."""
    path = folder / "works.sqlite"
    works = SqliteWorks(str(path))
    began = time.process_time()
    for start in range(0, known, 20_000):
        numbers = range(start, min(start + 20_000, known))
        works.add([(f"K{number:07}", features_of(invent(number))) for number in numbers])
    size = path.stat().st_size
    print(
        f"{known} known works: {size / known:.0f} bytes each, {time.process_time() - began:.0f} s"
    )
    rng = random.Random(7)
    batches = [[invent(rng.randrange(known)) for _ in range(BATCH)] for _ in range(6)]
    _time("by identifier, lookup alone", batches, lambda batch: _look_up(works, batch))
    _time("by identifier and look", batches, lambda batch: resolve(batch, works))
    bare = [[it._replace(identity=Identity()) for it in batch] for batch in batches]
    _time("by look alone", bare, lambda batch: resolve(batch, works))


def _look_up(works: SqliteWorks, batch: Sequence[Citation]) -> object:
    return works.by_identifiers([pair for it in batch for pair in it.identity.pairs()])


def _time(what: str, batches: Sequence[Sequence[Citation]], act: object) -> None:
    assert callable(act)
    act(batches[0])
    began = time.process_time()
    for batch in batches[1:]:
        act(batch)
    spent = time.process_time() - began
    print(f"{what}: {spent / BATCH / (len(batches) - 1) * 1e6:.0f} µs of CPU per record")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("sets", "scale"))
    parser.add_argument("--hide-identifiers", action="store_true")
    parser.add_argument("--known", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "sets":
            return score_sets(Path(folder), hide=options.hide_identifiers)
        measure_scale(Path(folder), options.known)
    return 0


if __name__ == "__main__":
    sys.exit(main())
