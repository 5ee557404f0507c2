"""Write the documents that are made from the model: `python -m syncd.config [ROOT]`."""

import sys
from pathlib import Path

from syncd.config.documents import configuration, json_schema, reference

DOCUMENTS = {
    "config/syncd.toml": configuration,
    "config/syncd.schema.json": json_schema,
    "docs/reference/configuration.md": reference,
}


def main(root: Path) -> None:
    """Write each document to its place below `root`."""
    for place, make in DOCUMENTS.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
