"""Write the documents about the configuration: `python -m syncd.app.documents [ROOT]`.

They are made from the model, and from what the adapters that come with syncd say of their keys.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from syncd.app.wiring import options_of, our_adapters
from syncd.config.documents import configuration, json_schema, reference

OURS = options_of(our_adapters())

DOCUMENTS = {
    "config/syncd.toml": partial(configuration, OURS),
    "config/syncd.schema.json": partial(json_schema, OURS),
    "docs/reference/configuration.md": partial(reference, OURS),
}


def main(root: Path) -> None:
    """Write each document to its place below `root`."""
    for place, make in DOCUMENTS.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
