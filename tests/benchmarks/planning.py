"""What `syncd plan --offline` takes for a record, in CPU time and in memory, at several sizes.

    python tests/benchmarks/planning.py [RECORDS...] [--rounds 3] [--title | --doi] [--show N]

The exports are made up, and varied as those of a systematic search are: some thousand journals,
papers of meetings, books and chapters, abstracts of a thousand letters, keywords; a DOI for nine of
ten and numbers of databases; every ninth record is another database's account of an earlier one
(capitals, initials, short journal names, no DOI), every seventieth has a title that many bear.
`--title` gives all records one title, `--doi` one DOI; `--show` prints some records and ends.

Each plan is a process of its own, as an operator would start it; the sizes take turns, and the best
of each counts. Memory is the most that the process ever had, without what a plan of ten records
has. Aims: 0.35 ms and 3 kB a record at 10,000, and at 200,000 no more than 1.3 times that time.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import cache
from gzip import decompress
from importlib.resources import files
from itertools import islice
from pathlib import Path

MOST_SECONDS, MOST_BYTES, MOST_GROWTH = 0.35e-3, 3_000, 1.3
SMALLEST = 10
MOST_IN_A_FILE = 20_000
SECOND_ACCOUNTS = 1 / 9
_GENERIC = ("Editorial", "Preface", "Book Reviews", "In this issue", "Letters to the editor")
_LITTLE = ("of", "in", "and", "for", "the", "with", "on", "a")
_SYLLABLES = (
    "an ber cor del es fal gor hal is jen kor lan mar nor ol per quin ros sen tor ul ver win zan"
).split()


class _Work:
    """A made-up work; each account of it is written from the same facts."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self.number = number
        words = rng.choices(_words(), k=rng.randrange(7, 14))
        for place in range(2, len(words), 3):
            words[place] = rng.choice(_LITTLE)
        generic = rng.random() < 1 / 70
        self.title = rng.choice(_GENERIC) if generic else " ".join(words).capitalize()
        self.people = [_person(rng) for _ in range(min(1 + int(rng.expovariate(0.25)), 20))]
        self.journal = rng.choice(_journals())
        self.year = rng.randrange(1985, 2026)
        # Most volumes are low, and most papers begin on the first thousand pages.
        self.volume, self.issue = 1 + int(rng.expovariate(1 / 35)), rng.randrange(1, 13)
        self.first = 1 + int(rng.expovariate(1 / 700))
        self.last = self.first + rng.randrange(3, 18)
        self.abstract = _sentences(rng, 12)
        self.keywords = [" ".join(rng.choices(_words(), k=2)) for _ in range(rng.randrange(3, 9))]
        self.doi = f"10.{5555 + rng.randrange(40)}/inv.{rng.getrandbits(32)}.{self.first}"
        self.has_doi = rng.random() < 0.9
        self.kind = rng.choices(("JOUR", "CONF", "BOOK", "CHAP"), (84, 11, 2, 3))[0]


def exported(records: int, *, title: str = "", doi: str = "") -> Iterator[str]:
    """Yield so many entries; all have this `title` or `doi`, if one is given."""
    rng = random.Random(20_261_129)
    met: list[int] = []
    for number in range(records):
        is_second = bool(met) and rng.random() < SECOND_ACCOUNTS
        if is_second:
            work = _Work(random.Random(rng.choice(met)), number)
        else:
            seed = rng.getrandbits(48)
            met.append(seed)
            work = _Work(random.Random(seed), number)
        work.title, work.doi = title or work.title, doi or work.doi
        write = _as_medline if is_second else rng.choice((_as_scopus, _as_web_of_science))
        yield "\n".join([*write(work), "ER  - ", "", ""])


def _as_scopus(work: _Work) -> Iterator[str]:
    yield f"TY  - {work.kind}"
    yield f"TI  - {work.title}"
    for family, given in work.people:
        yield f"AU  - {family}, {''.join(f'{name[0]}.' for name in given)}"
    yield f"PY  - {work.year}"
    yield f"T2  - {work.journal}"
    yield from (f"VL  - {work.volume}", f"IS  - {work.issue}")
    yield from (f"SP  - {work.first}", f"EP  - {work.last}")
    if work.has_doi:
        yield f"DO  - {work.doi}"
    eid = 85_000_000_000 + work.number
    yield f"UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-{eid}&partnerID=40"
    yield f"AB  - {work.abstract}"
    for keyword in work.keywords:
        yield f"KW  - {keyword}"
    yield f"N1  - Export Date: 1 March 2026; Cited By: {work.first % 40}"
    yield "DB  - Scopus"


def _as_web_of_science(work: _Work) -> Iterator[str]:
    yield f"TY  - {work.kind}"
    for family, given in work.people:
        yield f"AU  - {family}, {' '.join(given)}"
    yield f"TI  - {work.title.title()}"
    yield f"T2  - {work.journal.upper()}"
    yield from (f"SP  - {work.first}", f"EP  - {work.last}")
    yield from (f"VL  - {work.volume}", f"IS  - {work.issue}")
    yield f"PY  - {work.year}"
    yield f"AB  - {work.abstract}"
    if work.has_doi:
        yield f"DO  - {work.doi}"
    for keyword in work.keywords:
        yield f"KW  - {keyword}"
    yield f"AN  - WOS:{work.number:015}"


def _as_medline(work: _Work) -> Iterator[str]:
    yield f"TY  - {work.kind}"
    yield f"T1  - {work.title}."
    for family, given in work.people:
        yield f"A1  - {family} {''.join(name[0] for name in given)}"
    yield f"Y1  - {work.year}//"
    yield f"JF  - {work.journal}"
    yield f"JA  - {' '.join(word[:4] for word in work.journal.split())}"
    yield from (f"VL  - {work.volume}", f"SP  - {work.first}-{str(work.last)[-2:]}")
    yield f"N2  - {work.abstract}"
    yield f"AN  - {20_000_000 + work.number}"


def _person(rng: random.Random) -> tuple[str, list[str]]:
    family = "".join(rng.choices(_SYLLABLES, k=rng.randrange(2, 4))).title()
    given = ["".join(rng.choices(_SYLLABLES, k=2)).title() for _ in range(rng.randrange(1, 3))]
    return family, given


def _sentences(rng: random.Random, how_many: int) -> str:
    words = (" ".join(rng.choices(_words(), k=10)) for _ in range(how_many))
    return " ".join(f"{sentence.capitalize()}." for sentence in words)


@cache
def _words() -> Sequence[str]:
    listed = decompress((files("syncd") / "data" / "words-en.txt.gz").read_bytes()).decode().split()
    return [word for word in listed if 3 < len(word) < 12 and word.isalpha()][::5]


@cache
def _journals() -> Sequence[str]:
    rng = random.Random(1)
    kinds = ("Journal of {} {}", "{} and {}", "Annals of {} {}", "International {} {} Letters")
    return [rng.choice(kinds).format(*rng.choices(_words(), k=2)).title() for _ in range(4_000)]


# --- measuring


def _written(folder: Path, entries: Iterator[str]) -> Iterator[Path]:
    """Write entries into files of a size that syncd takes, and yield these."""
    # A child begins with the memory of this process, so none is filled here.
    folder.mkdir()
    for first in entries:
        file = folder / f"{len(list(folder.iterdir()))}.ris"
        with file.open("w") as stream:
            stream.write(first)
            stream.writelines(islice(entries, MOST_IN_A_FILE - 1))
        yield file


def plan(exports: Sequence[Path]) -> tuple[float, int]:
    """Plan exports in a process of its own; return its CPU seconds and the most memory it had."""
    syncd = Path(sys.executable).with_name("syncd")
    with Path(os.devnull).open("wb") as nowhere:
        child = subprocess.Popen([syncd, "plan", "--offline", "--json", *exports], stdout=nowhere)
        _, _, used = os.wait4(child.pid, 0)
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def main() -> int:
    """Print the figures; the exit code is 1 if one is too high."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", nargs="*", type=int, default=[10_000, 200_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--title", action="store_true", help="one title for all records")
    parser.add_argument("--doi", action="store_true", help="one DOI for all records")
    parser.add_argument("--show", type=int, metavar="N")
    options = parser.parse_args()
    alike = {
        "title": "Invented results on the drift of sands in harbours" if options.title else "",
        "doi": "10.5555/all.the.same" if options.doi else "",
    }
    if options.show:
        print("".join(exported(options.show, **alike)))
        return 0
    with tempfile.TemporaryDirectory(prefix="syncd-benchmark-") as folder:
        sizes = (SMALLEST, *options.records)
        exports = {n: list(_written(Path(folder, str(n)), exported(n, **alike))) for n in sizes}
        runs = [{n: plan(files) for n, files in exports.items()} for _ in range(options.rounds)]
        best = {n: tuple(min(run[n][what] for run in runs) for what in (0, 1)) for n in exports}
    return _judge(best, options.records)


def _judge(best: dict[int, tuple[float, ...]], sizes: Sequence[int]) -> int:
    least_seconds, least_bytes = best[SMALLEST]
    print(f"a plan of {SMALLEST}: {least_seconds:.2f} s, {least_bytes / 1e6:.0f} MB")
    seconds = {n: best[n][0] / n for n in sizes}
    high = 0
    for records in sizes:
        taken = (best[records][1] - least_bytes) / records
        growth = seconds[records] / seconds[sizes[0]]
        without_start = (best[records][0] - least_seconds) / records
        print(
            f"{records:9,} records: {seconds[records] * 1e3:.3f} ms each, {growth:.2f} times the"
            f" first; {without_start * 1e3:.3f} ms without the start; {taken:,.0f} bytes each"
        )
        high += growth > MOST_GROWTH or taken > MOST_BYTES
    return 1 if high or seconds[sizes[0]] > MOST_SECONDS else 0


if __name__ == "__main__":
    sys.exit(main())
