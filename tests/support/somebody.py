"""Being somebody else for a moment: what root alone can try out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NOBODY = 65534


@contextmanager
def somebody_else() -> Iterator[None]:
    """Be a user with no rights on anything of ours; skips the test where that cannot be."""
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else for a moment")
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
