"""Mutants are wrong programs with names, and meet the tests that may notice them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

from tests.mutation.mutants import mutants_of
from tests.mutation.trying import ChangedModule, Reach

CODE = '''\
from functools import cache

_LEAST = 0.85
_WORDS = frozenset("a an the of in".split())


@cache
def is_old(age: int, name: str) -> bool:
    """Tell whether somebody is old."""
    if age > 60 and not name:
        return True
    return name == "Æsop" or name in _WORDS
'''


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("syncd").mkdir()
    Path("syncd/age.py").write_text(CODE, "utf-8")
    return "syncd/age.py"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("top: 0.85 → 0.87", "_LEAST = 0.87"),
        ("top: without a word of a an the of …", "_WORDS = frozenset('a an  of in'.split())"),
        ("is_old: if age > 60 and (not name) → False", "if False:"),
        ("is_old: age > 60 → age >= 60", "if (age >= 60) and not name:"),
        ("is_old: without not name", "if (age > 60):"),
        ("is_old: 60 → 61", "if age > 61 and not name:"),
        ("is_old: name in _WORDS → name not in _WORDS",
         'return name == "Æsop" or (name not in _WORDS)'),
    ],
)  # fmt: skip
def test_a_change_is_made_where_it_is_named(path: str, change: str, line: str) -> None:
    [mutant] = [it for it in mutants_of(path) if it.name == f"{path} {change}"]

    assert line in [each.strip() for each in mutant.source().decode().splitlines()]
    assert f"\n+{line}" in mutant.diff().replace("+    ", "+")


def test_every_mutant_has_a_name_of_its_own_and_is_a_program(path: str) -> None:
    found = mutants_of(path)

    assert len({mutant.name for mutant in found}) == len(found)
    for mutant in found:
        assert ast.dump(ast.parse(mutant.source())) != ast.dump(ast.parse(CODE))


def test_a_test_that_runs_the_changed_line_is_chosen_and_the_quickest_comes_first(
    path: str,
) -> None:
    seconds = {"slow": 2.0, "quick": 0.1, "elsewhere": 0.01}
    reach = Reach(seconds, {path: {10: ["slow", "quick"], 12: ["elsewhere"]}}, ())
    by_change = {mutant.name.partition(": ")[2]: mutant for mutant in mutants_of(path)}

    assert reach.tests_of(by_change["60 → 61"]) == ["quick", "slow"]
    assert reach.tests_of(by_change["0.85 → 0.87"]) == ["elsewhere", "quick", "slow"]


def test_only_the_mutant_s_module_is_changed(path: str) -> None:
    [mutant] = [it for it in mutants_of(path) if it.name.endswith("0.85 → 0.87")]
    finder = ChangedModule(mutant)

    spec = finder.find_spec("syncd.age", None)

    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert vars(module)["_LEAST"] == 0.87
    assert finder.find_spec("syncd.year", None) is None
