"""Settings as `config` would make them, with what a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from syncd.settings import (
    After,
    DuplicateSettings,
    FolderSettings,
    LedgerSettings,
    LibrarySettings,
    LimitSettings,
    LookAlikes,
    NoteSettings,
    ScheduleSettings,
    Settings,
    When,
    WhenFound,
)

DUPLICATES = DuplicateSettings(WhenFound.SYNC, LookAlikes.HOLD)


def make_folder(
    path: Path,
    *libraries: str,
    settle: float = 0.1,
    after: After = After.LEAVE,
    recursive: bool = False,
) -> FolderSettings:
    """Return a drop folder's settings; `settle` in seconds."""
    return FolderSettings(
        path=path,
        libraries=libraries or ("mine",),
        collection=(),
        tags=(),
        recursive=recursive,
        settle=timedelta(seconds=settle),
        after=after,
        readd=False,
        duplicates=DUPLICATES,
    )


def make_settings(
    folders: Sequence[FolderSettings],
    libraries: Sequence[str] = ("mine",),
    reconcile: When = timedelta(hours=6),
) -> Settings:
    """Return settings for these folders and libraries in memory."""
    return Settings(
        libraries=tuple(LibrarySettings(name, "memory", {}, None) for name in libraries),
        folders=tuple(folders),
        duplicates=DUPLICATES,
        notes=NoteSettings(frozenset()),
        schedule=ScheduleSettings(reconcile, timedelta(minutes=10), "local"),
        limits=LimitSettings(64_000_000, 20_000, 200, 0.33),
        ledger=LedgerSettings(""),
        path=None,
    )
