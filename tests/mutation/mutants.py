"""Small changes to a module's code, each of which some test ought to notice.

MUTANT  one change, named by where it stands and what it is, because lines move

The types of values stay as they are, so that a mutant is a wrong program and not a broken one.
Values at the top of a module and functions with decorators are changed like all others: there
stand thresholds, tables and facts. Of what is mere data, such as a list of words, one piece is
left out.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Mutant(NamedTuple):
    """One change: `text` takes the place of the bytes from `start` to `end`.

    One of `lines` runs whenever the changed code does; there are none where that is when the
    module is imported.
    """

    path: str
    name: str
    start: int
    end: int
    text: str
    lines: range

    def source(self) -> bytes:
        """Return the whole changed module."""
        before = Path(self.path).read_bytes()
        return before[: self.start] + self.text.encode() + before[self.end :]

    def diff(self) -> str:
        """Return the change as a unified diff."""
        versions = Path(self.path).read_bytes(), self.source()
        one, other = (version.decode().splitlines(keepends=True) for version in versions)
        return "".join(difflib.unified_diff(one, other, self.path, self.path, n=2))


_COMPARED: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(), ast.NotEq: ast.Eq(), ast.Is: ast.IsNot(), ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(), ast.NotIn: ast.In(),
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(), ast.Sub: ast.Add(), ast.Mult: ast.FloorDiv(), ast.FloorDiv: ast.Mult(),
    ast.BitOr: ast.BitAnd(), ast.BitAnd: ast.BitOr(), ast.BitXor: ast.BitOr(),
}  # fmt: skip
_CALLED = {
    "any": "all", "min": "max", "startswith": "endswith", "lstrip": "rstrip",
    "removeprefix": "removesuffix", "partition": "rpartition",
}  # fmt: skip
_CALLED |= {other: name for name, other in _CALLED.items()}
_TOLD = re.compile(r"log\.\w+|Rule")
"""Calls that take sentences for people: tests look for the facts in them, not for the letters."""

_NO_PROMISE = ("reason", "strict")
"""Wording, and what only sees a mistake in the code itself."""

_SHIFT = 0.02
_FEW = 4
_LONGEST_NAME = 110


def mutants_of(path: str) -> list[Mutant]:
    """Return all mutants of a module in order, each under a name of its own."""
    finder = _Finder(path, Path(path).read_bytes())
    times: Counter[str] = Counter()
    found = []
    for mutant in finder.found:
        times[mutant.name] += 1
        again = f" ({times[mutant.name]})" if times[mutant.name] > 1 else ""
        found.append(mutant._replace(name=mutant.name + again))
    return found


class _Finder(ast.NodeVisitor):
    """Visits what has a mutant; whatever is not named here is passed through."""

    def __init__(self, path: str, source: bytes) -> None:
        self.found: list[Mutant] = []
        self._path = path
        self._line_starts = [0]
        for line in source.splitlines(keepends=True):
            self._line_starts.append(self._line_starts[-1] + len(line))
        self._scopes: list[str] = []
        self._in_function = False
        self._lines = range(0)
        self.visit(ast.parse(source))

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr):
            return  # Python 3.11 does not say where the parts of one stand.
        if isinstance(node, ast.expr):
            with self._within(node):
                super().visit(node)
        else:
            super().visit(node)

    # --- statements

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in filter(None, (*node.args.defaults, *node.args.kw_defaults)):
            self.visit(default)
        outer, self._in_function = self._in_function, True
        self._visit_body(node)
        self._in_function = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_body(node)

    def _visit_body(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self._scopes.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self._scopes.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if ast.unparse(node.targets[0]) != "__all__":
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Whether it is raised is asked where it is decided; what it says is wording."""

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant) or _is_told(node.value):
            return
        if isinstance(node.value, ast.Call):
            with self._within(node):
                self._add(node, "pass", f"without {ast.unparse(node)}")
        self.visit(node.value)

    def visit_If(self, node: ast.If | ast.IfExp) -> None:
        with self._within(node.test):
            for answer in ("True", "False"):
                self._add(node.test, answer, f"if {ast.unparse(node.test)} → {answer}")
        self.generic_visit(node)

    visit_IfExp = visit_If  # noqa: N815

    # --- expressions

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._add(test, "True", f"without if {ast.unparse(test)}")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        self._exchange(node, ast.BoolOp(other, node.values))
        for value in node.values:
            rest = _without(node.values, value)
            fewer = ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0]
            self._add(node, f"({ast.unparse(fewer)})", f"without {ast.unparse(value)}")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for number, operator in enumerate(node.ops):
            ops = [*node.ops]
            ops[number] = _COMPARED[type(operator)]
            self._exchange(node, ast.Compare(node.left, ops, node.comparators))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = _COMPUTED.get(type(node.op))
        if other and not isinstance(node.left, ast.JoinedStr):
            self._exchange(node, ast.BinOp(node.left, other, node.right))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.Invert):
            self._exchange(node, node.operand)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr in _CALLED:
            func: ast.expr = ast.Attribute(node.func.value, _CALLED[node.func.attr], ast.Load())
            self._exchange(node, ast.Call(func, node.args, node.keywords))
        elif isinstance(node.func, ast.Name) and node.func.id in _CALLED:
            func = ast.Name(_CALLED[node.func.id], ast.Load())
            self._exchange(node, ast.Call(func, node.args, node.keywords))
        if not _is_told(node):
            self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg not in _NO_PROMISE:
            self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._exchange(node, ast.Constant(not value))
        elif isinstance(value, int):
            for number in sorted({value + 1, abs(value - 1)}):
                self._exchange(node, ast.Constant(number))
        elif isinstance(value, float):
            for step in (_SHIFT, -_SHIFT):
                self._exchange(node, ast.Constant(round(value + step, 4)))
        elif isinstance(value, str):
            self._change_text(node, value)

    def _change_text(self, node: ast.Constant, text: str) -> None:
        words = text.split()
        if len(words) < _FEW:
            self._exchange(node, ast.Constant(f"XX{text}XX"))
            return
        word = words[len(words) // 2]
        fewer = re.sub(rf"(?<!\S){re.escape(word)}(?!\S)", "", text, count=1)
        self._add(node, repr(fewer), f"without a word of {' '.join(words[:_FEW])} …")

    def _visit_parts(self, node: ast.Tuple | ast.List | ast.Set) -> None:
        """Leave out each row of a table, but of data one piece."""
        rows = node.elts
        is_data = all(isinstance(row, ast.Constant) for row in rows) and len(rows) >= _FEW
        if not self._in_function and len(rows) > 1:
            for row in [rows[len(rows) // 2]] if is_data else rows:
                rest = _without(rows, row)
                fewer = ast.Set(rest) if isinstance(node, ast.Set) else type(node)(rest, ast.Load())
                self._add(node, ast.unparse(fewer), f"without {ast.unparse(row)}")
        if not is_data:
            self.generic_visit(node)

    visit_Tuple = visit_List = visit_Set = _visit_parts  # noqa: N815

    def visit_Dict(self, node: ast.Dict) -> None:
        is_data = all(isinstance(part, ast.Constant) for part in (*node.keys, *node.values))
        if is_data and len(node.keys) >= _FEW:
            key = node.keys[len(node.keys) // 2]
            value = node.values[len(node.keys) // 2]
            fewer = ast.Dict(_without(node.keys, key), _without(node.values, value))
            self._add(node, ast.unparse(fewer), f"without {ast.unparse(value)}")
        else:
            self.generic_visit(node)

    # --- writing down

    @contextmanager
    def _within(self, node: ast.expr | ast.stmt) -> Iterator[None]:
        """Say by which lines it is seen that a node's code runs: those of the outermost one."""
        outer = self._lines
        if self._in_function and not outer:
            self._lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        yield
        self._lines = outer

    def _exchange(self, node: ast.expr, new: ast.expr) -> None:
        text = ast.unparse(new)
        bracketed = text if isinstance(new, ast.Constant) else f"({text})"
        self._add(node, bracketed, f"{ast.unparse(node)} → {text}")

    def _add(self, node: ast.expr | ast.stmt, text: str, change: str) -> None:
        start = self._line_starts[node.lineno - 1] + node.col_offset
        end = self._line_starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        place = ".".join(self._scopes) or "top"
        name = f"{self._path} {place}: {_shortened(change)}"
        self.found.append(Mutant(self._path, name, start, end, text, self._lines))


def _is_told(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and bool(_TOLD.fullmatch(ast.unparse(node.func)))


def _without(parts: Sequence[_T], left_out: _T) -> list[_T]:
    return [part for part in parts if part is not left_out]


def _shortened(text: str) -> str:
    text = " ".join(text.replace("`", "'").split())
    if len(text) <= _LONGEST_NAME:
        return text
    return f"{text[: _LONGEST_NAME - 40].rstrip()} … {text[-38:].lstrip()}"
