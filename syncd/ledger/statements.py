"""What every room of the ledger needs for its statements."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from sqlalchemy import BindParameter, bindparam

_CHUNK = 400
"""Values per IN list: far below any database's limit on parameters."""

THESE: BindParameter[Any] = bindparam("these", expanding=True)
"""Stands for the values of an IN list in a statement that is made once: it is executed with
`{THESE.key: values}`, and leaves nothing behind as `let_go` has to free."""

_T = TypeVar("_T")


def let_go() -> None:
    """Free the values of statements that are done with; to be called now and then in a long work,
    and after what is done over and over with little else in between.

    SQLAlchemy keeps the values of an IN list in a ring of few objects. Those are too few for
    Python to look for rings by itself, while the values pile up.
    """
    gc.collect(1)


def chunks(values: Collection[_T]) -> Iterator[list[_T]]:
    """Yield the values in lists short enough for one statement."""
    listed = list(values)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]
