"""Where the data is that lies beside the project, and how its tables are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("SYNCD_SHARED") or Path(__file__).parents[3] / "shared")
"""Extra data; without it the tests that use it are skipped."""
REAL_EXPORTS = SHARED / "corpus" / "ris"
VARIANTS = SHARED / "corpus" / "variants"
SEED = SHARED / "seed" / "scopus-pure.ris"


def skip_without(*places: Path) -> pytest.MarkDecorator:
    """Skip a module's tests where the data is not at hand, and say what is missing."""
    missing = [str(place) for place in places if not place.exists()]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} is not here")


def rows_of(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table by column; none where the table is not at hand.

    Columns are parted by tabs and nothing is quoted.
    """
    if not table.exists():
        return []
    names, *rows = (line.split("\t") for line in table.read_text("utf-8").split("\n") if line)
    return [dict(zip(names, row, strict=True)) for row in rows]
