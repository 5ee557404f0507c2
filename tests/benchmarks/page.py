"""What the page takes: for each kind of page, with a large ledger, and beside an idle daemon.

Run it by hand: `python -m tests.benchmarks.page [pages|rest|idle|streams|start] …`. Each starts
`syncd run` with a file library in a temporary folder and prints a line for each figure. How long
each takes on two idle cores stands beside it; on a busy machine it takes as much longer.

    pages    CPU of the daemon for one page, with 100,000 records and 5,000 open questions, and
             beside that with a tenth of both (3 minutes)
    rest     memory of a daemon with the page, beside one without, the more is looked at
             (2 minutes)
    idle     CPU of a daemon with the page, beside one without, while nothing happens (4 minutes)
    streams  how long a stop takes with 20 streams open (1 minute)
    start    how long after the daemon the page answers (some seconds)
"""

from __future__ import annotations

import http.client
import os
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]

from tests.support.page_daemon import PageDaemon, Visitor

RECORDS = 100_000
QUESTIONS = 5_000
_SEED_RECORDS = 200
_SEED_DOUBTFUL = 72
_ALIKE = 3
"""Of so many that look alike, the first is taken and the others are asked about."""
_SEED_QUESTIONS = _SEED_DOUBTFUL * (_ALIKE - 1) // _ALIKE
_FILES_OF = 500
"""So many records stand in one export."""
_TIMES = 20
_REST = 2.0
_IDLE = 180.0
_OPEN = 20
_STARTS = 3
_ON = "127.0.0.1:0"
_MANY = 100
_LOOKED_AT = (
    "/",
    "/files",
    "/file?id=1",
    "/record?id=1",
    "/questions",
    "/question?id=1",
    "/numbers",
    "/numbers/flow.svg?file=1",
    "/numbers/growth.svg",
    "/files?q=amber",
)
_WORDS = (
    "amber basalt cedar delta ember fjord glacier harbour indigo juniper kelp lagoon meadow "
    "nectar orchard pebble quartz river saffron tundra"
).split()
_ENTRY = """TY  - JOUR
TI  - {title}
AU  - Author, Some {number}.
AU  - Other, Else
PY  - {year}
T2  - Journal of Benchmarks
VL  - {volume}
IS  - {issue}
SP  - {page}
{doi}AB  - {abstract}
DB  - Scopus
ER  - 

"""  # noqa: W291 - the blank belongs to the tag


def _title(number: int) -> str:
    return " ".join(_WORDS[(number // 20**place + place * 3) % 20] for place in range(9))


def _entry(number: int, *, doubtful: bool) -> str:
    group = number // _ALIKE
    title = f"{_title(number)} {number}"
    if doubtful:
        title = f"Letters from the {_WORDS[group % 20]} of {_WORDS[group // 2 % 20]} lichens"
    return _ENTRY.format(
        number=group if doubtful else number,
        title=title,
        year=2014 if doubtful else 1990 + number % 30,
        volume=12 if doubtful else number % 40,
        issue=3 if doubtful else number % 12,
        page=100 + 7 * number,
        doi="" if doubtful else f"DO  - 10.5555/page.{number}\n",
        abstract=" ".join(_WORDS[(number * 7 + place * place) % 20] for place in range(200)),
    )


@contextmanager
def _daemon(base: Path, listen: str = "127.0.0.1:0") -> Iterator[PageDaemon]:
    environ = {"HOME": str(base), "PATH": "/usr/bin:/bin"}
    with PageDaemon(base, environ, listen=listen) as daemon:
        yield daemon


def _wait_until(is_so: Callable[[], bool], longest: float = 120) -> None:
    until = time.monotonic() + longest
    while not is_so():
        if time.monotonic() > until:
            raise SystemExit("it took too long")
        time.sleep(0.05)


def _visitor(daemon: PageDaemon) -> Visitor:
    visitor = Visitor(daemon.link())
    visitor.enter()
    return visitor


def _cpu(daemon: PageDaemon) -> float:
    times = psutil.Process(daemon.pid).cpu_times()
    return float(times.user + times.system)


# --- pages


def _seed(daemon: PageDaemon, base: Path) -> None:
    """Have it read real exports, so that what is multiplied is as syncd writes it."""
    entries = [_entry(n, doubtful=n < _SEED_DOUBTFUL) for n in range(_SEED_RECORDS)]
    (daemon.drop / "seed.ris").write_text("".join(entries))
    visitor = _visitor(daemon)
    _wait_until(lambda: f"{_SEED_QUESTIONS} questions wait" in visitor.get("/questions").text)
    daemon.stop()


def _columns(ledger: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in ledger.execute(f"PRAGMA table_info({table})")]


def _multiply(path: Path, records: int, questions: int) -> None:
    """Repeat the records and questions of a ledger, each with words and numbers of its own."""
    with closing(sqlite3.connect(path)) as ledger:
        ledger.row_factory = sqlite3.Row
        names = _columns(ledger, "record")
        seed = [dict(row) for row in ledger.execute("SELECT * FROM record")]
        export = dict(ledger.execute("SELECT * FROM export").fetchone())
        texts = dict(ledger.execute("SELECT record_id, text FROM search_text").fetchall())
        rows, sought = [], []
        first = max(row["record_id"] for row in seed) + 1
        exports = -(-records // _FILES_OF)
        for number in range(exports):
            ledger.execute(
                "INSERT INTO export VALUES (?, ?, ?, ?, ?)",
                (
                    export["export_id"] + 1 + number,
                    f"{number:064d}",
                    export["size"],
                    f"/drop/export-{number:04d}.ris".encode(),
                    export["first_seen_at"],
                ),
            )
        for number in range(records):
            row = seed[number % len(seed)]
            fresh = f"{_title(number * 31)} nr{number}"
            export_id = export["export_id"] + 1 + number // _FILES_OF
            rows.append(
                row
                | {
                    "record_id": first + number,
                    "export_id": export_id,
                    "title": fresh,
                    "file": f"/drop/export-{number // _FILES_OF:04d}.ris",
                    "position": number % _FILES_OF + 1,
                    "identity": f'{{"doi": "10.5555/many.{number}"}}',
                }
            )
            sought.append(
                (first + number, f"{fresh}\n10.5555/many.{number}\n2-s2.0-85{number:09d}")
            )
        marks = ", ".join(f":{name}" for name in names)
        ledger.executemany(f"INSERT INTO record ({', '.join(names)}) VALUES ({marks})", rows)
        assert texts
        ledger.executemany("INSERT INTO search_text VALUES (?, 1, ?)", sought)
        _multiply_questions(ledger, questions, first)
        ledger.commit()


def _multiply_questions(ledger: sqlite3.Connection, questions: int, first: int) -> None:
    names = _columns(ledger, "hold")
    seed = [dict(row) for row in ledger.execute("SELECT * FROM hold")]
    last = max(row["hold_id"] for row in seed)
    rows = []
    for number in range(questions):
        row = seed[number % len(seed)]
        rows.append(
            row
            | {
                "hold_id": last + 1 + number,
                "record_id": first + number * 3,
                "question": f"many {number}",
                "reason": f"{row['reason']} ({number % 7})",
            }
        )
    marks = ", ".join(f":{name}" for name in names)
    ledger.executemany(f"INSERT INTO hold ({', '.join(names)}) VALUES ({marks})", rows)


def _pages() -> Mapping[str, str]:
    return {
        "now": "/",
        "files": "/files",
        "files, far back": "/files?before=60",
        "one file": "/file?id=3",
        "one record": "/record?id=999",
        "search, everywhere": "/files?q=amber",
        "search, one title": "/files?q=nr4321",
        "search, nowhere": "/files?q=nothing+of+the+kind",
        "search, DOI": "/files?q=10.5555%2Fmany.77",
        "search, Scopus id": "/files?q=2-s2.0-85000000077",
        "questions": "/questions",
        "questions, far on": "/questions?after=400",
        "questions of a file": f"/questions?file={quote('/drop/export-0010.ris', safe='')}",
        "one question": "/question?id=99",
        "numbers": "/numbers",
        "growth": "/numbers/growth.svg",
        "flow of a file": "/numbers/flow.svg?file=3",
        "all runs": "/numbers/runs.csv",
    }


def _milliseconds(daemon: PageDaemon, visitor: Visitor, path: str) -> tuple[float, int, int]:
    first = visitor.get(path)
    before = _cpu(daemon)
    for _ in range(_TIMES):
        visitor.get(path)
    return (_cpu(daemon) - before) / _TIMES * 1000, first.status, len(first.text)


def _answering(daemon: PageDaemon, visitor: Visitor) -> float:
    """Answer one question after the other as a person does."""
    token = visitor.form_token()
    page = visitor.get("/question?id=60").text
    before = _cpu(daemon)
    for _ in range(_TIMES):
        found = re.search(r'name="question" value="([^"]+)"', page)
        assert found, page
        answer = {"form_token": token, "question": found[1], "answer": "skip", "then": "next"}
        page = visitor.get(visitor.post("/answer", answer).headers["location"]).text
    return (_cpu(daemon) - before) / _TIMES * 1000


def pages() -> None:
    """CPU of each page, in milliseconds."""
    figures: dict[str, list[str]] = {}
    for records, questions in ((RECORDS // 10, QUESTIONS // 10), (RECORDS, QUESTIONS)):
        with tempfile.TemporaryDirectory() as name, _daemon(Path(name)) as daemon:
            _seed(daemon, Path(name))
            _multiply(Path(name) / "state" / "ledger.sqlite", records, questions)
            daemon.begin_again()
            visitor = _visitor(daemon)
            # It looks at its library and writes its exports first.
            time.sleep(5)
            for page, path in _pages().items():
                cost, status, size = _milliseconds(daemon, visitor, path)
                told = f"{cost:6.1f}" + ("" if status == 200 else f" ({status})")
                figures.setdefault(page, []).append(f"{told} ms, {size / 1000:.0f} kB")
            cost = _answering(daemon, visitor)
            figures.setdefault("answer, and the next one", []).append(f"{cost:6.1f} ms")
            print(f"({records:,} records measured)", file=sys.stderr)
    print(f"CPU for a page: {RECORDS // 10:,} records | {RECORDS:,}")
    for page, costs in figures.items():
        print(f"  {page:26} {'  |  '.join(costs)}")


# --- beside a daemon without


class Taken(NamedTuple):
    """Megabytes of a process: what is in memory, its share of that, and what it alone wrote."""

    rss: float
    pss: float
    own: float

    def beside(self, other: Taken) -> str:
        """Return it with what it is more than another one."""
        return "  ".join(
            f"{name} {mine:5.1f} ({mine - theirs:+.2f})"
            for name, mine, theirs in zip(self._fields, self, other, strict=True)
        )


def _memory(daemon: PageDaemon) -> Taken:
    lines = Path(f"/proc/{daemon.pid}/smaps_rollup").read_text().splitlines()[1:]
    found = {line.split(":")[0]: int(line.split()[1]) * 1024 / 1e6 for line in lines}
    # Whether pages of files are shared depends on which other programs happen to run.
    return Taken(found["Rss"], found["Pss"], found["Private_Dirty"])


def _middle(taken: Sequence[Taken]) -> Taken:
    return Taken(*map(median, zip(*taken, strict=True)))


def _settle(daemon: PageDaemon) -> None:
    """Wait until it has nothing left to do of its start."""
    before = -1.0
    while before != (before := _cpu(daemon)):
        time.sleep(_REST)


def _begin(daemon: PageDaemon, base: Path, listen: str) -> None:
    """Start a daemon that was stopped, with a page or without."""
    config = base / "syncd.toml"
    config.write_text(re.sub(r'listen = ".*"', f'listen = "{listen}"', config.read_text()))
    daemon.begin_again()
    _wait_until(lambda: daemon.command("status", "--json").returncode == 0)
    _settle(daemon)


def rest() -> None:
    """Memory of a daemon with the page, beside one without, the more is looked at.

    Each daemon begins with a ledger that is there: what it reads at first costs more or less by
    chance. Middle values of several daemons.
    """
    figures: dict[str, list[Taken]] = {}
    with tempfile.TemporaryDirectory() as name, _daemon(Path(name)) as daemon:
        _seed(daemon, Path(name))
        for listen in ("", _ON) * _STARTS:
            _begin(daemon, Path(name), listen)
            figures.setdefault("with the page" if listen else "without", []).append(_memory(daemon))
            if listen:
                _look_more_and_more(daemon, figures)
            daemon.stop()
    off = _middle(figures["without"])
    print(f"MB (more than without), middle of {_STARTS}")
    for what, found in figures.items():
        print(f"  {what:28} {_middle(found).beside(off)}")


def idle() -> None:
    """CPU of a daemon with the page, beside one without, while nothing happens."""
    with ExitStack() as both:
        daemons: dict[str, PageDaemon] = {}
        for listen in ("", _ON):
            base = Path(both.enter_context(tempfile.TemporaryDirectory()))
            daemon = both.enter_context(_daemon(base))
            _seed(daemon, base)
            _begin(daemon, base, listen)
            daemons["with the page" if listen else "without"] = daemon
        for path in _LOOKED_AT:
            _visitor(daemons["with the page"]).get(path)
        _settle(daemons["with the page"])
        before = {name: _cpu(daemon) for name, daemon in daemons.items()}
        time.sleep(_IDLE)
        for name, daemon in daemons.items():
            share = (_cpu(daemon) - before[name]) / _IDLE
            print(f"{name:28} {share:.3%} CPU in {_IDLE:.0f} s, {_memory(daemon).rss:.1f} MB RSS")


def _look_more_and_more(daemon: PageDaemon, figures: dict[str, list[Taken]]) -> None:
    visitor = _visitor(daemon)
    for what, times in (("each page looked at once", 1), (f"and {_MANY} times more", _MANY)):
        for path in _LOOKED_AT * times:
            assert visitor.get(path).status == 200
        _settle(daemon)
        figures.setdefault(what, []).append(_memory(daemon))
    opened = [_stream(visitor) for _ in range(_OPEN)]
    time.sleep(_REST)
    figures.setdefault(f"and {_OPEN} streams open", []).append(_memory(daemon))
    for stream in opened:
        stream.close()


def _stream(visitor: Visitor) -> http.client.HTTPConnection:
    stream = http.client.HTTPConnection(visitor.host, timeout=20)
    stream.request("GET", "/events", headers={"Cookie": visitor.cookie})
    stream.getresponse()
    return stream


def _cpu_of_the_dead() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def streams() -> None:
    """How long a stop takes with twenty streams open, and without."""
    for count in (0, _OPEN):
        with tempfile.TemporaryDirectory() as name, _daemon(Path(name)) as daemon:
            visitor = _visitor(daemon)
            opened = [_stream(visitor) for _ in range(count)]
            _settle(daemon)
            cpu = _cpu(daemon)
            time.sleep(_REST * 3)
            share = (_cpu(daemon) - cpu) / (_REST * 3)
            begun, cpu, others = time.monotonic(), _cpu(daemon), _cpu_of_the_dead()
            code = daemon.stop()
            took, cpu = time.monotonic() - begun, _cpu_of_the_dead() - others - cpu
            print(
                f"{count:2} streams: {share:.2%} CPU, a stop takes {took:.2f} s, "
                f"{cpu:.2f} s of CPU (exit {code})"
            )
            for stream in opened:
                stream.close()


_OPENING = """
import resource, sys, tempfile, time, urllib.request
from pathlib import Path
import syncd.cli.run, syncd.daemon.service, syncd.notify.opening
from syncd.cli.session import file_library_settings
from syncd.ledger.store import Ledger
from syncd.notify.metrics import Metrics
from syncd.settings import PageSettings
from syncd.system.clock import SystemClock
from dataclasses import replace

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

loaded = [m for m in sys.modules if m.startswith(("jinja2", "syncd.page", "http.server"))]
with tempfile.TemporaryDirectory() as name:
    state = Path(name)
    ledger = Ledger.open("", state, SystemClock())
    settings = file_library_settings(state / "library", None)
    settings = replace(settings, page=PageSettings(address=("127.0.0.1", 0)))
    document = lambda: {"libraries": [], "folders": [], "runs": [], "schedule": {}, "since": None,
                        "message": "", "running": True}
    memory, wall, cpu = resident(), time.monotonic(), time.process_time()
    from syncd.page.opening import Page
    metrics = Metrics(list, lambda _: None, SystemClock())
    page = Page(settings, ledger, state, document, metrics, SystemClock())
    listens, wall = time.process_time() - cpu, time.monotonic() - wall
    link = page.answer({}, print)["link"]
    urllib.request.build_opener(urllib.request.HTTPCookieProcessor()).open(link).read()
    shown = time.process_time() - cpu
    print(f"listens after {listens * 1000:.0f} ms of CPU, has shown a page after "
          f"{shown * 1000:.0f} ms (with the browser that asks); {resident() - memory:+.1f} MB; "
          f"of it was loaded before: {loaded}")
    page.close(lambda *_: None)
"""


def start() -> None:
    """How long it takes until the page listens and has shown a page, and what it takes."""
    for _ in range(_STARTS):
        subprocess.run([sys.executable, "-c", _OPENING], check=True)


BENCHMARKS: Mapping[str, Callable[[], None]] = {
    "pages": pages,
    "rest": rest,
    "idle": idle,
    "streams": streams,
    "start": start,
}


def main() -> None:
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()


if __name__ == "__main__":
    os.umask(0o077)
    main()
