"""The server's own item schema, read once and kept for the next start."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from syncd.errors import LibraryError
from syncd.schema import Schema, schema_from_json
from syncd.system.resources import shipped_schema

_FILE = "zotero-schema.json"
_KEPT = ("version", "itemTypes")
"""The rest of the document is translations, a hundred times as long."""


class SchemaCache:
    """The newest item schema that can be had. `directory` None keeps nothing on disk."""

    def __init__(self, directory: Path | None) -> None:
        self._path = None if directory is None else directory / _FILE
        self._schema: Schema | None = None

    def get(self, version: int | None, fetch: Callable[[], Mapping[str, Any]]) -> Schema:
        """Return the schema of this version, reading it from the server only where it is news.

        Where it cannot be had, the one kept from an earlier time serves, or the shipped one:
        an item with a field too few is better than none.
        """
        if self._schema is None:
            self._schema = self._read_file()
        if self._schema is None or version not in (None, self._schema.version):
            self._schema = self._fetch(fetch) or self._schema
        return self._schema or shipped_schema()

    def _fetch(self, fetch: Callable[[], Mapping[str, Any]]) -> Schema | None:
        try:
            document = fetch()
            schema = schema_from_json(document)
        except (LibraryError, ValueError):
            return None
        self._write_file({name: document[name] for name in _KEPT if name in document})
        return schema

    def _read_file(self) -> Schema | None:
        if self._path is None:
            return None
        try:
            return schema_from_json(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    def _write_file(self, document: Mapping[str, Any]) -> None:
        """Keep the document, whole or not at all; a cache that cannot be written is no fault."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(document, file)
            Path(name).replace(self._path)
