"""Runs the tests that a mutant can fail, each mutant in a process of its own.

These are forked from one that has imported everything but syncd and the tests, so that a mutant
costs little more than its tests. A mutant is never written anywhere: the import of its module
finds the changed text instead of the file.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from math import ceil
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from tests.mutation.mutants import Mutant

_OURS = ("syncd", "adapters", "tests")
_OPTIONS = (
    "-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-p", "no:xdist",
    # What pytest would rewrite of its plugins is imported beforehand.
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
_MEMORY = 4 << 30
_LEAST_SECONDS = 10
_PATIENCE = 10
"""A mutant that takes so many times as long as the code itself does not come to an end."""


class Reach(NamedTuple):
    """How long each test takes, and which tests run which lines of which module.

    `modules` are those of others that the tests import.
    """

    seconds: Mapping[str, float]
    lines: Mapping[str, Mapping[int, Sequence[str]]]
    modules: Sequence[str]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that may notice a mutant, the quickest first."""
        lines = self.lines.get(mutant.path, {})
        tests = {test for line in mutant.lines for test in lines.get(line, ())}
        # What runs at the import of a module, in whose tests nobody can tell.
        found = self.seconds if not mutant.lines or "" in tests else tests
        return sorted(found, key=lambda test: (self.seconds[test], test))


def measure(tests: Sequence[str], paths: Sequence[str]) -> Reach:
    """Run the unchanged code's tests once; raise SystemExit if one fails."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as told:
        child = os.fork()
        if child == 0:
            _leave(lambda: _run_measured(tests, paths, Path(told.name)))
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit("the tests fail without any change")
        reach = Reach(**json.load(told))
    lines = {
        path: {int(line): of for line, of in found.items()} for path, found in reach.lines.items()
    }
    return reach._replace(lines=lines)


def _run_measured(tests: Sequence[str], paths: Sequence[str], told: Path) -> int:
    from coverage import Coverage

    coverage = Coverage(data_file=None, include=[str(Path(path).resolve()) for path in paths])
    watcher = _Watcher(coverage.switch_context)
    coverage.start()
    code = pytest.main([*_OPTIONS, *tests], plugins=[watcher])
    coverage.stop()
    data = coverage.get_data()
    lines = {path: data.contexts_by_lineno(str(Path(path).resolve())) for path in paths}
    modules = [name for name in sys.modules if name.partition(".")[0] not in _OURS]
    told.write_text(json.dumps({"seconds": watcher.seconds, "lines": lines, "modules": modules}))
    return int(code)


class _Watcher:
    """Takes each test's time, and names it to whoever records which lines run."""

    def __init__(self, switch: Callable[[str], object]) -> None:
        self.seconds: dict[str, float] = {}
        self._switch = switch

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        # What an earlier test has left in a cache would hide which lines this one needs.
        for cached in _caches():
            cached.cache_clear()
        self._switch(item.nodeid)
        result = yield
        self._switch("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration


def _caches() -> Iterator[Any]:
    ours = [it for name, it in sys.modules.items() if name.partition(".")[0] == "syncd"]
    return (it for module in ours for it in vars(module).values() if hasattr(it, "cache_clear"))


def import_beforehand(modules: Sequence[str]) -> None:
    """Import what tests import of others, once for all mutants."""
    for name in modules:
        with suppress(ImportError):
            importlib.import_module(name)


def start(mutant: Mutant, reach: Reach) -> int:
    """Begin to run against a mutant the tests that may notice it; return the process's number.

    Its exit code is pytest's; a signal ends it if it takes far longer than the code itself.
    """
    tests = reach.tests_of(mutant)
    seconds = sum(reach.seconds[test] for test in tests)
    child = os.fork()
    if child == 0:
        _leave(lambda: _run(mutant, tests, seconds))
    return child


def _run(mutant: Mutant, tests: Sequence[str], seconds: float) -> int:
    if not tests:
        return int(pytest.ExitCode.NO_TESTS_COLLECTED)
    limit = ceil(_LEAST_SECONDS + _PATIENCE * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    sys.meta_path.insert(0, ChangedModule(mutant))
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    return int(pytest.main([*_OPTIONS, *files], plugins=[_Chosen(tests)]))


def _leave(work: Callable[[], int]) -> None:
    """Do the work of a forked process and end it, whatever happens, with all that it started."""
    os.setpgid(0, 0)
    code = 1
    try:
        code = work()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        os._exit(code)


def end(process: int) -> None:
    """Kill a process that was started here, and what it has left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)


class _Chosen:
    """Leaves of all tests those that are wanted, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._places = {test: number for number, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._places),
            key=lambda item: self._places[item.nodeid],
        )


class ChangedModule(MetaPathFinder):
    """Finds the changed text where the mutant's module is imported."""

    def __init__(self, mutant: Mutant) -> None:
        self._name = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._loader = _ChangedText(str(Path(mutant.path).resolve()), mutant.source())

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(
            name, self._loader.get_filename(name), loader=self._loader
        )


class _ChangedText(SourceLoader):
    def __init__(self, path: str, source: bytes) -> None:
        self._path = path
        self._source = source

    def get_filename(self, fullname: str) -> str:
        return self._path

    def get_data(self, path: str | bytes) -> bytes:
        return self._source
