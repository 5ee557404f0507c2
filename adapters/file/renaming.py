"""A file gets a name that nothing has, and is never put over what somebody else has written.

Linux does both in one step (`renameat2`); elsewhere, or on a file system that does not offer it,
whoever asks has to look first.
"""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from typing import Any

_FROM_HERE = -100
_NOT_OVER_ANOTHER = 1


def has_renamed(source: str, target: str) -> bool:
    """Rename a file where nothing has the other name; say whether that was done.

    It was not where something has that name, or this system does not know how, or for any other
    reason: then nothing has changed, and plain renaming will say why.
    """
    rename = _find_call()
    if rename is None:
        return False
    # As Python does at each renaming of its own, for whoever listens; -1: no folder is open.
    sys.audit("os.rename", source, target, -1, -1)
    names = os.fsencode(source), os.fsencode(target)
    return bool(rename(_FROM_HERE, names[0], _FROM_HERE, names[1], _NOT_OVER_ANOTHER) == 0)


@cache
def _find_call() -> Any:
    call = getattr(ctypes.CDLL(None), "renameat2", None)
    if call is not None:
        number, name = ctypes.c_int, ctypes.c_char_p
        call.argtypes = (number, name, number, name, ctypes.c_uint)
    return call
