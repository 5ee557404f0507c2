"""Whether every regular expression of the package takes time that grows with the text alone.

Run by hand: `python tests/benchmarks/patterns.py [NAME]`. It finds each compiled pattern of
`syncd` and `adapters`, and those that are written where they are used, and makes texts that could
be the worst for it from its own parts: what each repetition repeats, many times, behind what may
stand before it and before what cannot follow. Each method that the code calls is timed in CPU
seconds for a text and for one twice as long. A ratio of 2 is linear, one of 4 quadratic; what lies
above 3 is reported, and the exit code is 1. NAME limits the run to patterns whose name holds it.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import math
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import EnumMeta
from functools import cache
from itertools import product
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any, NamedTuple, get_origin, get_type_hints

import adapters
import syncd

_METHODS = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
_LENGTHS = (200, 8_000)
_SUSPICIOUS = 0.002
"""CPU seconds that few patterns need for so many signs unless they go over them again."""
_LONGEST = 0.1
_LIMIT = 0.6
"""CPU seconds after which a call is given up."""
_BAD_RATIO = 3.0
_ENOUGH = 5
"""Bad texts for one pattern after which no more are looked for."""
_SIGNS = " a0-(,.:[<\n/)]>;{}\"'%&=@_+*#!?|\\ZéL\t\xa0–"
_ENDINGS = ("", "\x00", " !", "(a")
_FEW = 6
"""Signs of a class, or branches of a choice, that are tried one by one."""


class Found(NamedTuple):
    """A pattern, where it stands, and the methods by which it is used."""

    name: str
    pattern: re.Pattern[Any]
    methods: tuple[str, ...]


# Finding them.


def modules() -> Iterator[ModuleType]:
    """Import every module of the package."""
    for package in (syncd, adapters):
        yield package
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not found.name.endswith(("__main__", "env")) and ".versions." not in found.name:
                yield importlib.import_module(found.name)


def find_patterns() -> Iterator[Found]:
    """Find the patterns in modules' names, in what those hold, and in calls of `re` itself."""
    trees = {module: ast.parse(Path(str(module.__file__)).read_text()) for module in modules()}
    everywhere = _uses(trees.values())
    seen: set[int] = set()
    for module, tree in trees.items():
        used = _uses([tree])
        known = {name for name, value in vars(module).items() if isinstance(value, re.Pattern)}
        # What stands in a container is used under some other name.
        others = {method for name in used.keys() - known for method in used[name]}
        for name, value in vars(module).items():
            for pattern, bound in _patterns_in(value, 0):
                if id(pattern) not in seen:
                    seen.add(id(pattern))
                    uses = used if name.startswith("_") else everywhere
                    methods = {bound} if bound else uses.get(name)
                    methods = methods or others & set(_METHODS) or set(_METHODS[:3])
                    yield Found(f"{module.__name__}.{name}", pattern, tuple(sorted(methods)))
        yield from _written_in_calls(module, tree)


def _patterns_in(value: object, depth: int) -> Iterator[tuple[re.Pattern[Any], str]]:
    """Yield the patterns in a value, each with the one method of it that is kept, if it is."""
    if isinstance(value, re.Pattern):
        yield value, ""
    elif depth > 4 or isinstance(value, str | bytes | type):
        return
    elif isinstance(value, Mapping):
        for each in [*value, *value.values()]:
            yield from _patterns_in(each, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _patterns_in(each, depth + 1)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _patterns_in(getattr(value, field.name), depth + 1)
    elif isinstance(closure := getattr(value, "__closure__", None), tuple):
        for cell in closure:
            yield from _patterns_in(cell.cell_contents, depth + 1)
    else:
        yield from _bound_in(value, depth)


_KEPT = type(cache(len))
_GIVEN = {"_glued_of": ((("  - ", "  - ", " - "),), ((" - ", "  - ", " - "),), (("  - ",),))}
"""What is given to functions that make patterns of more than a choice of a few."""


def _made_by(function: Any) -> Iterator[re.Pattern[Any]]:
    """Yield what a function makes that keeps patterns until they are needed, if it is one."""
    hints = get_type_hints(function.__wrapped__)
    if get_origin(hints.pop("return", None)) is not re.Pattern:
        return
    if given := _GIVEN.get(function.__name__):
        yield from (function(*each) for each in given)
        return
    if not all(kind is bool or isinstance(kind, EnumMeta) for kind in hints.values()):
        print(f"not looked at: {function.__module__}.{function.__name__}, made of what it is given")
        return
    choices = [(True, False) if kind is bool else list(kind) for kind in hints.values()]
    for chosen in product(*choices):
        with suppress(KeyError):  # Not every marker has a pattern of its own.
            yield function(**dict(zip(hints, chosen, strict=True)))


def _bound_in(value: object, depth: int) -> Iterator[tuple[re.Pattern[Any], str]]:
    owner = getattr(value, "__self__", None)
    if isinstance(value, _KEPT):
        yield from ((pattern, "") for pattern in _made_by(value))
    elif isinstance(owner, re.Pattern):
        yield owner, str(getattr(value, "__name__", ""))
    elif owner is not None:
        yield from _patterns_in(owner, depth + 1)


def _uses(trees: Iterable[ast.AST]) -> dict[str, set[str]]:
    """Return, for each name, by which methods of a pattern it is used."""
    used: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in _METHODS:
                name = node.value
                if isinstance(name, ast.Name):
                    used.setdefault(name.id, set()).add(node.attr)
                elif isinstance(name, ast.Attribute):
                    used.setdefault(name.attr, set()).add(node.attr)
                elif isinstance(name, ast.Call) and isinstance(name.func, ast.Name):
                    used.setdefault(name.func.id, set()).add(node.attr)
                else:
                    used.setdefault("", set()).add(node.attr)
    return used


def _written_in_calls(module: ModuleType, tree: ast.AST) -> Iterator[Found]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
            continue
        if node.func.attr not in _METHODS:
            continue
        expression = ast.Expression(node.args[0])
        try:
            text = eval(compile(expression, "pattern", "eval"), dict(vars(module)))
        except NameError:
            print(f"not looked at: {module.__name__}:{node.lineno}, made where it is used")
            continue
        name = f"{module.__name__}:{node.lineno}"
        yield Found(name, re.compile(text), (node.func.attr,))


# Making texts.


class Maker(NamedTuple):
    """Makes a text of any length: something, again and again, between a beginning and an end."""

    start: str
    again: str
    end: str

    def text(self, length: int) -> str:
        """Return a text of about this length."""
        return self.start + self.again * (length // len(self.again)) + self.end

    def __str__(self) -> str:
        return f"{self.start!r} + {self.again!r} * n + {self.end!r}"


def ways(pattern: re.Pattern[Any]) -> Iterator[Maker]:
    """Yield the ways to make a text that could be bad for a pattern."""
    made = dict.fromkeys(
        Maker(start, again, end)
        for before, unit in [*_pumps(pattern), *(("", sign) for sign in _SIGNS)]
        for start, again in ((before, unit), ("", before + unit))
        for end in _ENDINGS
        if again
    )
    yield from made


def _pumps(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str]]:
    """Yield, for each repetition, what may stand before it and what it repeats."""
    source = pattern.pattern
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    flags = pattern.flags & ~re.UNICODE if isinstance(source, bytes) else pattern.flags
    seen: set[tuple[str, str]] = set()
    for pump in _pumps_in(_parser.parse(text, flags), [""], flags):
        if pump not in seen and len(seen) < 150:
            seen.add(pump)
            yield pump


def _pumps_in(nodes: Any, befores: list[str], flags: int) -> Iterator[tuple[str, str]]:
    for node in nodes:
        operator, argument = str(node[0]), node[1]
        if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _least, most, body = argument
            yield from _pumps_in(body, befores, flags)
            if most > 20:
                for before in befores:
                    yield from ((before, unit) for unit in _samples(body, flags) if unit)
        for inner in _inside(operator, argument):
            yield from _pumps_in(inner, befores, flags)
        befores = _joined(befores, _samples([node], flags))


def _inside(operator: str, argument: Any) -> list[Any]:
    if operator == "SUBPATTERN":
        return [argument[-1]]
    if operator == "BRANCH":
        return list(argument[1])
    if operator == "ATOMIC_GROUP":
        return [argument]
    if operator in ("ASSERT", "ASSERT_NOT"):
        return [argument[1]]
    return []


def _samples(nodes: Any, flags: int) -> list[str]:
    """Return some texts that these nodes match, or nearly."""
    some = [""]
    for node in nodes:
        some = _joined(some, _samples_of(str(node[0]), node[1], node, flags))
    return some


def _samples_of(operator: str, argument: Any, node: Any, flags: int) -> list[str]:
    if operator == "LITERAL":
        return [chr(argument)]
    if operator in ("IN", "NOT_LITERAL", "ANY", "CATEGORY"):
        return _members(node)
    if operator in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, _, body = argument
        once = _samples(body, flags)
        return [*(each * max(least, 1) for each in once), *([""] if not least else [])][:_FEW]
    if operator == "ATOMIC_GROUP":
        return _samples(argument, flags)
    if operator == "SUBPATTERN":
        return _samples(argument[-1], flags)
    if operator == "BRANCH":
        return [each for branch in argument[1] for each in _samples(branch, flags)[:2]][: 3 * _FEW]
    return [""]  # what takes no room: positions, looks around, references


def _members(node: Any) -> list[str]:
    state = _parser.State()
    state.str = ""
    matches = re._compiler.compile  # type: ignore[attr-defined]
    one = matches(_parser.SubPattern(state, [node]), re.DOTALL)
    return [sign for sign in _SIGNS if one.fullmatch(sign)][:_FEW] or _rare_members(one)


def _rare_members(one: re.Pattern[str]) -> list[str]:
    return [chr(code) for code in range(0x2FFF) if one.fullmatch(chr(code))][:2] or [""]


def _joined(firsts: list[str], seconds: list[str]) -> list[str]:
    return list(dict.fromkeys(a + b for a in firsts[:_FEW] for b in seconds[:_FEW]))[: 3 * _FEW]


# Timing.


def _seconds(found: Found, method: str, text: str) -> float:
    given: Any = text
    if isinstance(found.pattern.pattern, bytes):
        given = text.encode("latin-1", "replace")
    call = getattr(found.pattern, method)
    empty = given[:0]
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, _LIMIT)
    try:
        if method in ("sub", "subn"):
            call(lambda _: empty, given)
        elif method == "finditer":
            for _ in call(given):
                pass
        else:
            call(given)
    except _TooLongError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begin


class _TooLongError(Exception):
    """A pattern has had its time."""


def _give_up(_signal: int, _frame: object) -> None:
    raise _TooLongError


def worst(found: Found) -> tuple[float, float, str] | None:
    """Return the ratio of the worst text, its seconds at the last length, and how it is made."""
    makers = list(ways(found.pattern))
    results = []
    for method in found.methods:
        for maker in makers:
            if (result := _ratio(found, method, maker)) is not None:
                results.append(result)
            if sum(ratio > _BAD_RATIO for ratio, _, _ in results) >= _ENOUGH:
                return max(results)
    return max(results, default=None)


def _ratio(found: Found, method: str, maker: Maker) -> tuple[float, float, str] | None:
    """Compare two lengths, the shorter long enough to be timed; None if the text is no trouble."""
    for length in _LENGTHS:
        short = maker.text(length)
        if _seconds(found, method, short) < _SUSPICIOUS:
            continue
        once = min(_seconds(found, method, short) for _ in range(3))
        if once < _SUSPICIOUS:
            continue
        if math.isinf(once):
            return math.inf, _LIMIT, f"{method}, {length} signs: {maker}"
        long = maker.text(2 * length)
        twice = min(_seconds(found, method, long) for _ in range(3 if once < _LONGEST else 1))
        # What a pattern bounds may well grow so far, but does not take long.
        if twice > _BAD_RATIO * once and (twice > _LONGEST or length == _LENGTHS[-1]):
            # Once more, since a busy machine makes single figures too high.
            longest = _seconds(found, method, maker.text(4 * length))
            # Of two that were given up nothing can be said; one alone is a ratio without end.
            further = math.inf if math.isinf(longest) else longest / twice
            ratio = min(twice / once, further)
            return ratio, min(twice, _LIMIT), f"{method}, {2 * length} signs: {maker}"
    return None


def main() -> None:
    """Print the patterns that are not linear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", default="")
    wanted = parser.parse_args().name
    signal.signal(signal.SIGVTALRM, _give_up)
    bad = looked_at = 0
    for found in find_patterns():
        if wanted in found.name:
            looked_at += 1
            result = worst(found)
            if result is not None and result[0] > _BAD_RATIO:
                bad += 1
                ratio, seconds, how = result
                print(f"{found.name}: x {ratio:.1f}, {seconds * 1000:.0f} ms: {how}", flush=True)
    print(f"{looked_at} patterns, {bad} not linear")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
