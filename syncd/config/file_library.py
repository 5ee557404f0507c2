"""What `--file-library` stands for: settings that nobody wrote, and that nobody has to check."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from syncd.config.load import parse_settings
from syncd.record import KEPT_NOTES
from syncd.settings import (
    DuplicateSettings,
    LedgerSettings,
    LibrarySettings,
    LimitSettings,
    LookAlikes,
    NoteSettings,
    ScheduleSettings,
    Settings,
    WhenFound,
)

_NAME = "library"
_ADAPTER = "file"


def file_library_settings(directory: Path, folder: Path | None = None) -> Settings:
    """Return what `--file-library` and `--folder` stand for: one library, at most one folder.

    Raises `ConfigError` for a folder that cannot be watched.
    """
    path = str(directory.absolute())
    if folder is None:
        return _defaults(LibrarySettings(_NAME, _ADAPTER, {"path": path}, None))
    library = {"name": _NAME, "adapter": _ADAPTER, "path": path}
    drop = {"path": str(folder.absolute()), "library": _NAME}
    return parse_settings({"library": [library], "folder": [drop]})


def _defaults(library: LibrarySettings) -> Settings:
    """Return what `config.model` says where nothing but the library is given.

    Its defaults stand here once more, as it takes longer to load than a small export to read.
    """
    return Settings(
        libraries=(library,),
        folders=(),
        duplicates=DuplicateSettings(WhenFound.SYNC, LookAlikes.HOLD),
        notes=NoteSettings(frozenset(KEPT_NOTES)),
        schedule=ScheduleSettings(timedelta(hours=6), timedelta(minutes=10), "local"),
        limits=LimitSettings(64_000_000, 20_000, 200, 0.33),
        ledger=LedgerSettings(""),
        path=None,
    )
