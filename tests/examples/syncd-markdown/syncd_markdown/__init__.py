"""The adapter `markdown`: a library as a folder of Markdown notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.kit import carry_out, expect_push, list_changes, shipped_schema
from syncd.errors import OutcomeUnknownError, UnavailableError
from syncd.library import (
    Capabilities,
    Changes,
    Description,
    KnownVersions,
    Operation,
    Option,
    Pushed,
    StoredCollection,
    StoredItem,
    Surroundings,
)
from syncd.record import ItemKey
from syncd_markdown.vault import Vault


class MarkdownLibrary:
    """A folder of notes; every call looks at it anew, with a lock on it."""

    def __init__(self, folder: Path) -> None:
        self.capabilities = Capabilities(batch_size=100)
        self._folder = folder
        # The folder is the library: its path says which one it is (`Recognisable`).
        self.location = str(folder.resolve())
        self.identity = f"markdown:{self.location}"

    def describe(self) -> Description:
        return Description(
            self.identity, self._folder.name, shipped_schema(), location=self.location
        )

    def changes_since(
        self, version: int, *, known: KnownVersions | None = None
    ) -> Iterator[Changes]:
        with _disk(), Vault.open(self._folder) as vault:
            pages = list_changes(
                version,
                vault.version,
                vault.versions,
                vault.listed,
                deleted=vault.deleted,
                known=known,
            )
            # All of it under one lock, so that it shows one moment.
            told = list(pages)
        yield from told

    def get(self, keys: Sequence[ItemKey]) -> list[StoredItem]:
        with _disk(), Vault.open(self._folder) as vault:
            return vault.get(keys)

    def collections(self) -> list[StoredCollection]:
        with _disk(), Vault.open(self._folder) as vault:
            return vault.collections()

    def push(self, operations: Sequence[Operation], *, expected: int | None) -> Pushed:
        with _disk(writing=True), Vault.open(self._folder, make=bool(operations)) as vault:
            expect_push(
                operations,
                batch_size=self.capabilities.batch_size,
                expected=expected,
                version=vault.version,
            )
            outcomes = carry_out(operations, vault, shipped_schema())
            return Pushed(outcomes, None if expected is None else vault.version)

    def finish(self) -> None:
        """Nothing is derived from the notes."""

    def close(self) -> None:
        """Nothing is held between two calls."""


@contextmanager
def _disk(*, writing: bool = False) -> Iterator[None]:
    """Say what is the matter with the disk in the words of the contract."""
    try:
        yield
    except OSError as error:
        kind = OutcomeUnknownError if writing else UnavailableError
        raise kind(f"{error.filename}: {error.strerror}") from error


class MarkdownAdapter:
    """The adapter. Its one key is `folder`."""

    options = (
        Option(
            "folder", "The folder that the notes are in.", "/home/me/vault/papers", required=True
        ),
    )

    def check_options(self, options: Mapping[str, object]) -> Mapping[str, str]:
        # That it is there and a text, syncd sees from what is declared above.
        folder = options.get("folder")
        if isinstance(folder, str) and not Path(folder).expanduser().is_absolute():
            return {"folder": "has to be an absolute path, or one that begins with ~"}
        return {}

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> MarkdownLibrary:
        return MarkdownLibrary(Path(str(options["folder"])).expanduser())


ADAPTER = MarkdownAdapter()
