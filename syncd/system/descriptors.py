"""How many files this process may have open, and how it shows when that is too few.

Whoever opens the next file gets the error, be it the configuration, the ledger or a connection.
So it is recognised by what lies below the error that was made of it.
"""

from __future__ import annotations

import resource
from contextlib import suppress

from syncd.errors import NO_DESCRIPTORS, DescriptorsError

_FEWEST = 64
"""What one pass over a few folders and libraries has open at once, twice over."""


def is_out_of_descriptors(error: BaseException) -> bool:
    """Say whether an error came about because no further file could be opened."""
    seen: set[int] = set()
    below: BaseException | None = error
    while below is not None and id(below) not in seen:
        if isinstance(below, OSError) and below.errno in NO_DESCRIPTORS:
            return True
        seen.add(id(below))
        below = below.__cause__ or below.__context__
    return False


def ensure_descriptors() -> None:
    """Raise `DescriptorsError` where so few files may be open that no work can be done.

    A limit that this process may lift is lifted.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if _is_enough(soft):
        return
    if _is_enough(hard):
        # A sandbox may forbid it.
        with suppress(OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (_FEWEST, hard))
            return
    raise DescriptorsError(
        f"this process may have {soft} files open, and syncd needs {_FEWEST} to work"
    )


def _is_enough(limit: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= _FEWEST
