"""Find the files that are shipped with syncd, in a wheel or in a source tree."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def shipped(*parts: str) -> Traversable:
    """Return a shipped file by its path in the source tree, such as `config/syncd.toml`."""
    # An editable install has no `_data`: there the tree itself stands beside the package.
    base: Traversable = files("syncd") / "_data"
    if not base.is_dir():
        base = Path(__file__).resolve().parent.parent
    return base.joinpath(*parts)
