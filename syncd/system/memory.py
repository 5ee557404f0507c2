"""What the C library keeps of the memory that it was given back.

Both are hints: a C library that knows neither goes on as it does.
"""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
"""As `malloc.h` of the GNU C library numbers it."""


def share_arenas() -> None:
    """Have all threads take memory from one place; to be called before there are many of them.

    Otherwise each of up to eight threads for a core gets a place of its own, which keeps what that
    thread no longer needs. That pays where threads work at the same time; ours take turns.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give the system what was freed and not taken again."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
