"""Commands as tests call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Ended(NamedTuple):
    """How a command ended, and what it said where."""

    code: int
    out: str
    err: str


Syncd = Callable[..., Ended]
