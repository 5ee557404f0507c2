"""Where things lie in a library's directory."""

from __future__ import annotations

from pathlib import Path

_STATE = ".syncd"


class Layout:
    """The names of everything in a library's directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.items = directory / "items"
        self.files = directory / "files"
        self.collections = directory / "collections.json"
        self.identity = directory / "identity.json"
        self.removed = directory / "removed.json"
        self.csl = directory / "library.json"
        self.ris = directory / "library.ris"
        self.bib = directory / "library.bib"
        self.citation_keys = directory / "citation-keys.tsv"
        self.state = directory / _STATE
        self.index = self.state / "index.sqlite"
        self.lock = self.state / "library.lock"
        self.export_marks = self.state / "exports.marks"
        self.export_lock = self.state / "export.lock"

    @property
    def exports(self) -> tuple[Path, ...]:
        """The files that other programs read, written anew from the items."""
        return (self.csl, self.ris, self.bib)

    def file_of(self, key: str, name: str) -> Path:
        """Where the file lies that an attachment holds."""
        return self.files / key / name
