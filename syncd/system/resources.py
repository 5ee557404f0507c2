"""Find the files that are shipped with syncd, in a wheel or in a source tree."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from syncd.schema import Schema, schema_from_json

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(*parts: str) -> Path:
    """Return a shipped file by its path in the source tree, such as `config/syncd.toml`."""
    # An editable install has no `_data`: there the tree itself stands beside the package.
    base = _PACKAGE / "_data"
    return (base if base.is_dir() else _PACKAGE.parent).joinpath(*parts)


@cache
def shipped_schema() -> Schema:
    """Return the newest item schema known when this syncd was made; it serves offline."""
    text = (_PACKAGE / "data" / "schema-41.json").read_text(encoding="utf-8")
    return schema_from_json(json.loads(text))
