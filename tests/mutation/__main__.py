"""`python -m tests.mutation ROOM ...`: which small changes of a room's code no test notices.

`dev.py mutate` runs this in a copy of the project; docs/mutation.md says how to read it.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trying import Reach, end, import_beforehand, measure, start

_TESTS = {
    "matching": ("tests/unit/matching", "tests/unit/sync/test_policy.py"),
    "ledger": ("tests/unit/ledger", "tests/unit/sync"),
    "sync": ("tests/unit/sync", "tests/unit/ledger"),
}
_LEFT_ALONE = ("syncd/ledger/migrations/", "syncd/ledger/tables.py")
_EXPLAINED = re.compile(r"^\* `(.+?)`: ", re.MULTILINE)
_EVERY = 25
_OUTCOMES = {0: "lives", 1: "noticed", 2: "noticed", 3: "noticed", 4: "noticed", 5: "untested"}
"""By the exit codes of pytest: at an import, a mutant breaks more than a test."""

_LIVES = ("lives", "untested")


def main() -> int:
    """Try the mutants that were asked for; return 1 if one lives that nobody has explained."""
    parser = argparse.ArgumentParser(prog="python3 dev.py mutate", description=__doc__)
    parser.add_argument("rooms", nargs="+", help="such as matching, or ledger/outbox")
    parser.add_argument("--sample", type=int, metavar="N", help="so many, chosen at random")
    parser.add_argument("--seed", type=int, default=1, help="what the choice follows from")
    parser.add_argument("--again", action="store_true", help="those that lived the last time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", type=Path, default=Path("survivors.diff"))
    asked = parser.parse_args()
    found = [mutant for path in _modules(asked.rooms) for mutant in mutants_of(path)]
    chosen = _choose(found, asked)
    if not chosen:
        parser.error("there is nothing to try")
    print(f"{len(chosen)} of {len(found)} mutants, seed {asked.seed}", flush=True)
    explained = set(_EXPLAINED.findall(Path("docs/mutation.md").read_text("utf-8")))
    tests = dict.fromkeys(test for room in asked.rooms for test in _TESTS[room.partition("/")[0]])
    reach = measure([*tests], sorted({mutant.path for mutant in chosen}))
    import_beforehand(reach.modules)
    _see_that_the_code_itself_lives(chosen[0], reach)
    survivors = list(_survivors(chosen, reach, asked.jobs))
    return _report(chosen, survivors, explained, asked.report)


def _modules(rooms: Iterable[str]) -> list[str]:
    """Return the paths of the modules that are meant by such as `matching` or `sync/push`."""
    found: list[str] = []
    for room in rooms:
        place = Path("syncd", room)
        found += map(str, sorted(place.rglob("*.py")) or [place.with_suffix(".py")])
    return [path for path in found if not path.startswith(_LEFT_ALONE)]


def _choose(found: Sequence[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    if asked.again:
        lived = asked.report.read_text("utf-8").splitlines()
        return [mutant for mutant in found if f"# {mutant.name}" in lived]
    if asked.sample is None or asked.sample >= len(found):
        return list(found)
    return random.Random(asked.seed).sample(found, asked.sample)


def _see_that_the_code_itself_lives(mutant: Mutant, reach: Reach) -> None:
    """Raise SystemExit if what is tried fails without any change: then each would be noticed."""
    unchanged = mutant._replace(text="", end=mutant.start, lines=range(0))
    if os.waitpid(start(unchanged, reach), 0)[1] != 0:
        raise SystemExit("the tests fail without any change, forked and in another order")


def _survivors(mutants: Sequence[Mutant], reach: Reach, jobs: int) -> Iterator[Mutant]:
    """Yield the mutants that no test notices, as they are found."""
    waiting, running = list(reversed(mutants)), dict[int, Mutant]()
    ended: Counter[str] = Counter()
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                running[start(mutant, reach)] = mutant
            process, status = os.wait()
            end(process)
            mutant = running.pop(process)
            outcome = _OUTCOMES.get(os.waitstatus_to_exitcode(status), "never ended")
            ended[outcome] += 1
            if outcome in _LIVES:
                print(f"{outcome}: {mutant.name}", flush=True)
                yield mutant
            if ended.total() % _EVERY == 0:
                print(f"{ended.total()} tried: {dict(ended)}", flush=True)
    finally:
        for process in running:
            end(process)


def _report(
    tried: Sequence[Mutant], survivors: Sequence[Mutant], explained: set[str], report: Path
) -> int:
    unexplained = [mutant for mutant in survivors if mutant.name not in explained]
    report.write_text("".join(f"# {it.name}\n{it.diff()}\n" for it in unexplained), "utf-8")
    lived = {mutant.name for mutant in survivors}
    for name in sorted(explained & {mutant.name for mutant in tried} - lived):
        print(f"explained, but a test notices it: {name}")
    print(
        f"tried {len(tried)}, noticed {len(tried) - len(survivors)}, lived {len(survivors)},"
        f" of these explained {len(survivors) - len(unexplained)}, unexplained {len(unexplained)}"
    )
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
