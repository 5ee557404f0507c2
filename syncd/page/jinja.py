"""Jinja2 loaded as far as it takes: to run templates that are compiled, its compiler is not needed.

The compiler with its parser and its tree is most of Jinja2, and almost a megabyte in a process that
lives for months and compiles nothing (`compiling` has another one do that). Jinja2 itself knows no
way to be loaded without.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from types import ModuleType
from typing import Any

_TRIED_WITH = "3.1."
"""Of other versions everything is loaded: they may need what this one does not."""
_COMPILING = ("bccache", "compiler", "lexer", "nodes", "parser")


class _Absent(ModuleType):
    """Stands where a module would be; whatever is imported from it is a class without anything."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {})
        setattr(self, name, made)
        return made


class _EvalContext:
    """The one thing of the tree that running needs: whether texts are escaped. They always are."""

    autoescape = True
    volatile = False

    def __init__(self, environment: Any, _template_name: str | None = None) -> None:
        self.environment = environment


@contextmanager
def only_to_run() -> Iterator[None]:
    """Have Jinja2 imported without its compiler, unless somebody has all of it already.

    What was imported stays with whoever holds it and is forgotten otherwise: others in this
    process, an adapter perhaps, get all of Jinja2 when they import it.
    """
    if "jinja2" in sys.modules or not version("jinja2").startswith(_TRIED_WITH):
        yield
        return
    absent = {f"jinja2.{name}": _Absent(f"jinja2.{name}") for name in _COMPILING}
    vars(absent["jinja2.nodes"])["EvalContext"] = _EvalContext
    sys.modules.update(absent)
    try:
        yield
    finally:
        for name in [each for each in sys.modules if each.partition(".")[0] == "jinja2"]:
            del sys.modules[name]
