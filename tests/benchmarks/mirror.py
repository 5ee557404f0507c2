"""What a large library on a server takes: to be read at first contact, and to be looked at again.

Run by hand: `python -m tests.benchmarks.mirror [ITEMS]` (100,000 by default: some minutes). It
fills the test server and prints a line for each command: requests beyond those that open the
library, CPU seconds beyond those of the same command on a library of ten, and the most memory.

    first      the whole library, to be killed and taken up at will
    unchanged  nobody was there since
    changed    a thousand items edited by others
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.fakes.zotero_server.admin import seeded_key
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.web_process import SyncdProcess

_ITEMS = 100_000
_FEW = 10
_CHANGED = 1_000
_AT_ONCE = 5_000
_OPENING = frozenset({"/keys/current", "/schema"})


class Cost(NamedTuple):
    """What a command took."""

    requests: int
    cpu: float
    megabytes: float


def cost_of(process: subprocess.Popen[str], server: ZoteroServer) -> Cost:
    """Wait for a command; return what it took."""
    server.forget_requests()
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read()
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"it ended with {process.returncode}: {said}")
    asked = [each for each in server.requests() if each["path"] not in _OPENING]
    return Cost(len(asked), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def seed(server: ZoteroServer, account: Account, count: int) -> None:
    """Fill a library."""
    for first in range(0, count, _AT_ONCE):
        server.act(account.library, "seed", first=first, count=min(_AT_ONCE, count - first))


def measure(base: Path, server: ZoteroServer, items: int) -> dict[str, Cost]:
    """Return what each command takes for a library of so many items."""
    account = server.add_user()
    seed(server, account, items)
    syncd = SyncdProcess(base, server, account)
    costs = {"first": cost_of(syncd.reconcile(), server)}
    costs["unchanged"] = min(
        (cost_of(syncd.reconcile(), server) for _ in range(3)), key=lambda cost: cost.cpu
    )
    edited = [seeded_key(number) for number in range(min(items, _CHANGED))]
    server.act(account.library, "edit many", keys=edited)
    costs["changed"] = cost_of(syncd.reconcile(), server)
    return costs


def main() -> None:
    items = int(sys.argv[1]) if sys.argv[1:] else _ITEMS
    with tempfile.TemporaryDirectory() as base, ZoteroServer.start() as server:
        few = measure(Path(base) / "few", server, _FEW)
        many = measure(Path(base) / "many", server, items)
    start = few["unchanged"].cpu
    for name, cost in many.items():
        print(
            f"{name}: {items} items: {cost.requests} requests, {cost.cpu - start:.2f} CPU seconds "
            f"beyond the {start:.2f} of the start, {cost.megabytes:.0f} MB at the most"
        )


if __name__ == "__main__":
    main()
