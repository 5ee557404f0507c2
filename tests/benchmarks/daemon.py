"""How much the daemon takes: at rest, from drop to item, and when thousands of files come at once.

Run it by hand: `python tests/benchmarks/daemon.py [idle|latency|many] …`. It starts `syncd run`
with a file library in a temporary folder and prints one line of figures for each.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

ENTRY = """TY  - JOUR
TI  - A study of subject number {number} in its own right
AU  - Author, Some {number}.
PY  - 2020
DO  - 10.5555/daemon.{number}
JO  - Journal of Benchmarks
ER  - 
"""  # noqa: W291 - the blank belongs to the tag

IDLE_SECONDS = 30
FILES = 10_000


class Syncd:
    """`syncd run` on a folder of its own."""

    def __init__(self, base: Path) -> None:
        self.drop = base / "drop"
        self.items = base / "library" / "items"
        self.drop.mkdir()
        command = [sys.executable, "-m", "syncd.cli", "run"]
        command += ["--file-library", str(base / "library"), "--folder", str(self.drop)]
        self._log = (base / "log").open("wb")
        self.process = psutil.Popen(command, stderr=self._log)
        self.peak = 0

    def put(self, number: int) -> None:
        fresh = self.drop / f"{number}.part"
        fresh.write_text(ENTRY.format(number=number))
        fresh.rename(fresh.with_suffix(".ris"))

    def wait_for(self, count: int, pause: float = 0.02) -> None:
        while not self.items.is_dir() or sum(1 for _ in self.items.iterdir()) < count:
            self.peak = max(self.peak, self.process.memory_info().rss)
            time.sleep(pause)

    def switches(self) -> int:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/status")
        lines = [line for task in tasks for line in task.read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_"))

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self._log.close()


def idle(syncd: Syncd) -> str:
    """CPU, memory and wake-ups with nothing to do, after one file."""
    syncd.put(0)
    syncd.wait_for(1)
    started = syncd.cpu()
    time.sleep(3)
    cpu, switches = syncd.cpu(), syncd.switches()
    time.sleep(IDLE_SECONDS)
    cpu = syncd.cpu() - cpu
    switches = syncd.switches() - switches
    memory = syncd.process.memory_info().rss
    return (
        f"start and first file {started:.2f} s CPU, then {cpu / IDLE_SECONDS:.3%} CPU, "
        f"{switches / IDLE_SECONDS:.1f} switches/s, {memory / 1e6:.0f} MB"
    )


def latency(syncd: Syncd) -> str:
    """From the close of a one-record file to its item; settle is two seconds."""
    waits = []
    for number in range(12):
        syncd.put(number)
        begun = time.monotonic()
        syncd.wait_for(number + 1)
        waits.append(time.monotonic() - begun)
    return f"median {statistics.median(waits[1:]):.2f} s, longest {max(waits[1:]):.2f} s"


def many(syncd: Syncd) -> str:
    """Thousands of one-record files at once."""
    for number in range(FILES):
        syncd.put(number)
    begun = time.monotonic()
    syncd.wait_for(FILES, pause=0.5)
    wall, cpu = time.monotonic() - begun, syncd.cpu()
    return (
        f"{FILES} files in {wall:.0f} s, {FILES / cpu:.0f} files per CPU second, "
        f"peak {syncd.peak / 1e6:.0f} MB"
    )


BENCHMARKS: dict[str, Callable[[Syncd], str]] = {"idle": idle, "latency": latency, "many": many}


def main() -> None:
    for name in sys.argv[1:] or BENCHMARKS:
        with tempfile.TemporaryDirectory() as base:
            syncd = Syncd(Path(base))
            try:
                print(f"{name}: {BENCHMARKS[name](syncd)}", flush=True)
            finally:
                syncd.stop()


if __name__ == "__main__":
    main()
