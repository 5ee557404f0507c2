"""What a push to Zotero's web library takes: requests, time, and several daemons at once.

Run it by hand: `python -m tests.benchmarks.web [requests|speed|crowd|kills] …`. It starts the
test server, which takes 300 ms for each batch where time matters, and prints a line for each.

    requests  how many requests so many new records take
    speed     `syncd once` beside a loop that only POSTs the same prepared batches
    crowd     four processes that share half their records, while a fifth writes at random
    kills     the daemon, killed at random moments until everything is there
"""

from __future__ import annotations

import http.client
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.fakes.zotero_server.raw import article
from tests.support.web_process import SyncdProcess

_ROOT = Path(__file__).resolve().parents[2]

_ENTRY = """TY  - JOUR
TI  - {title}
AU  - Abel, A. {number}
AU  - Baker, B.
T2  - Journal of Benchmarks
PY  - {year}
VL  - {volume}
SP  - {number}
DO  - 10.5555/web.{number}
AN  - 2-s2.0-{eid}
AB  - {abstract}
KW  - benchmark
KW  - measurement
N1  - Funding details: Foundation {number}
ER  - 
"""  # noqa: W291 - the blank belongs to the tag

_BATCH_SECONDS = 0.3
_SPEED_RECORDS = 5_000
_CROWD_RECORDS = 1_000
_KILL_RECORDS = 2_000
_KILL_BATCH_SECONDS = 1.0
_LIFETIME = (0.8, 2.8)
"""Seconds: from before the daemon has read anything to a batch or two after it began to push."""


def entry(number: int) -> str:
    """Return one record; the same number is the same work."""
    words = random.Random(number)
    return _ENTRY.format(
        number=number,
        title=" ".join(words.choices(_WORDS, k=9)),
        year=1990 + number % 35,
        volume=number % 80,
        eid=84_000_000_000 + number,
        abstract=" ".join(words.choices(_WORDS, k=180)),
    )


_WORDS = (
    "analysis therapy effects clinical outcome cohort response expression protein receptor model "
    "patients randomised controlled trial evidence review surface energy method growth resistance "
    "signal pathway tumour cell imaging learning network data estimate population risk factor"
).split()


def write_export(path: Path, numbers: Sequence[int]) -> Path:
    """Write an export of these records."""
    path.write_text("\n".join(entry(number) for number in numbers), encoding="utf-8")
    return path


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for `once` and return its counts; what it says on the way is shown when it fails."""
    out, err = process.communicate()
    if process.returncode not in (0, 75):
        raise SystemExit(f"once ended with {process.returncode}: {err}")
    counts: dict[str, Any] = json.loads(out)["counts"]
    return counts | {"exit": process.returncode}


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bare_loop(server: ZoteroServer, account: Account, batches: Sequence[bytes]) -> float:
    """POST prepared batches on one connection and return how long that takes."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    headers = {"Zotero-API-Key": account.key, "Content-Type": "application/json"}
    start = time.monotonic()
    for batch in batches:
        connection.request("POST", f"/{account.library}/items", batch, headers)
        report = json.loads(connection.getresponse().read())
        if report["failed"]:
            raise SystemExit(f"the bare loop was refused: {report['failed']}")
    connection.close()
    return time.monotonic() - start


def prepared(server: ZoteroServer, account: Account) -> Iterator[bytes]:
    """Return what `once` sent, as batches for another account's library."""
    items = server.state(account.library)["items"]
    left_out = ("version", "dateAdded", "dateModified")
    objects = [
        {name: value for name, value in item.items() if name not in left_out} | {"version": 0}
        for item in sorted(items.values(), key=lambda item: int(item["version"]))
    ]
    for start in range(0, len(objects), 50):
        yield json.dumps(objects[start : start + 50]).encode()


def measure_requests(base: Path, server: ZoteroServer) -> None:
    for number in (1, 50, 230, 1000):
        server.reset()
        account = server.add_user()
        export = write_export(base / f"{number}.ris", range(number))
        finish(SyncdProcess(base / f"requests-{number}", server, account).once(export))
        count = Counter(one["method"] for one in server.requests())
        objects = len(server.state(account.library)["items"])
        print(
            f"requests: {number} records, {objects} items and notes: {count['POST']} writes "
            f"(at least {-(-objects // 50)}), {count['GET']} reads"
        )


def measure_speed(base: Path, server: ZoteroServer) -> None:
    server.reset()
    server.configure(delay_per_batch=_BATCH_SECONDS)
    account, twin = server.add_user(), server.add_user()
    export = write_export(base / "speed.ris", range(_SPEED_RECORDS))
    before, start = cpu_of_children(), time.monotonic()
    process = SyncdProcess(base / "speed", server, account).once(export)
    counts = finish(process)
    seconds, cpu = time.monotonic() - start, cpu_of_children() - before
    batches = list(prepared(server, account))
    bare = bare_loop(server, twin, batches)
    print(
        f"speed: {counts['records']} records: once {seconds:.1f} s, bare loop {bare:.1f} s for "
        f"{len(batches)} batches: {seconds / bare:.2f} x; "
        f"{cpu / counts['records'] * 1000:.2f} ms CPU per record, start included"
    )


def measure_crowd(base: Path, server: ZoteroServer) -> None:
    server.reset()
    server.configure(delay_per_batch=_BATCH_SECONDS)
    account = server.add_user()
    shared = _CROWD_RECORDS // 2
    stranger = _begin_to_write(server, account)
    start = time.monotonic()
    running = []
    for place in range(4):
        own = range(10_000 * (place + 1), 10_000 * (place + 1) + _CROWD_RECORDS - shared)
        numbers = [*range(shared), *own]
        random.Random(place).shuffle(numbers)
        export = write_export(base / f"crowd-{place}.ris", numbers)
        running.append(SyncdProcess(base / f"crowd-{place}", server, account).once(export))
    ends = [finish(process)["exit"] for process in running]
    seconds = time.monotonic() - start
    stranger.terminate()
    stranger.wait()
    dois = Counter(
        item["DOI"]
        for item in server.state(account.library)["items"].values()
        if str(item.get("DOI", "")).startswith("10.5555/web.")
    )
    wanted = shared + 4 * (_CROWD_RECORDS - shared)
    print(
        f"crowd: 4 processes ended with {ends} after {seconds:.0f} s; {len(dois)} works of "
        f"{wanted}, {sum(dois.values()) - len(dois)} of them doubled"
    )


def measure_kills(base: Path, server: ZoteroServer) -> None:
    server.reset()
    server.configure(delay_per_batch=_KILL_BATCH_SECONDS)
    account = server.add_user()
    daemon = SyncdProcess(base / "kills", server, account)
    write_export(daemon.drop / "export.ris", range(_KILL_RECORDS))
    chance = random.Random(11)
    kills, while_pushing = 0, 0
    while len(server.state(account.library)["items"]) < 2 * _KILL_RECORDS:
        process = daemon.run()
        time.sleep(chance.uniform(*_LIFETIME))
        begun = bool(server.state(account.library)["items"])
        process.kill()
        process.communicate()
        kills += 1
        while_pushing += begun
    process = daemon.run()
    time.sleep(10)
    process.terminate()
    process.communicate()
    items = server.state(account.library)["items"].values()
    dois = Counter(item["DOI"] for item in items if item["itemType"] != "note")
    notes = Counter(item["parentItem"] for item in items if item["itemType"] == "note")
    print(
        f"kills: {kills}, {while_pushing} of them after the first batch; {len(dois)} works of "
        f"{_KILL_RECORDS}, {sum(dois.values()) - len(dois)} doubled; notes of {len(notes)} of "
        f"them, {sum(notes.values()) - len(notes)} doubled"
    )


def _begin_to_write(server: ZoteroServer, account: Account) -> subprocess.Popen[bytes]:
    """Start a process that makes and edits items of its own at random moments."""
    command = [sys.executable, "-m", "tests.benchmarks.web", "stranger"]
    return subprocess.Popen(
        [*command, str(server.port), str(account.number), account.key], cwd=_ROOT
    )


def be_a_stranger(port: str, number: str, key: str) -> None:
    """Write at random until killed."""
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
    chance = random.Random(7)
    while True:
        objects = [article(title=f"by a stranger {chance.random()}")] * chance.randint(1, 3)
        headers = {"Zotero-API-Key": key}
        connection.request("POST", f"/users/{number}/items", json.dumps(objects), headers)
        connection.getresponse().read()
        time.sleep(chance.uniform(0.05, 1.0))


MEASUREMENTS: dict[str, Callable[[Path, ZoteroServer], None]] = {
    "requests": measure_requests,
    "speed": measure_speed,
    "crowd": measure_crowd,
    "kills": measure_kills,
}


def main() -> None:
    if sys.argv[1:2] == ["stranger"]:
        be_a_stranger(*sys.argv[2:5])
    for name in sys.argv[1:] or MEASUREMENTS:
        with tempfile.TemporaryDirectory() as base, ZoteroServer.start() as server:
            MEASUREMENTS[name](Path(base), server)


if __name__ == "__main__":
    main()
