"""Find the files that are shipped with syncd, in a wheel or in a source tree."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from syncd.schema import Schema, schema_from_json


def shipped(*parts: str) -> Traversable:
    """Return a shipped file by its path in the source tree, such as `config/syncd.toml`."""
    # An editable install has no `_data`: there the tree itself stands beside the package.
    base: Traversable = files("syncd") / "_data"
    if not base.is_dir():
        base = Path(__file__).resolve().parents[2]
    return base.joinpath(*parts)


@cache
def shipped_schema() -> Schema:
    """Return the newest item schema known when this syncd was made; it serves offline."""
    text = (files("syncd") / "data" / "schema-41.json").read_text(encoding="utf-8")
    return schema_from_json(json.loads(text))
