"""TOML becomes frozen `Settings`, or one `ConfigError` listing every problem at once."""

from syncd.config.file_library import file_library_settings
from syncd.config.load import CheckOptions, accept_options, load_settings, parse_settings
from syncd.settings import (
    After,
    ByMetadata,
    Cron,
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
from syncd.system.paths import find_config, state_directory

__all__ = [
    "After",
    "ByMetadata",
    "CheckOptions",
    "Cron",
    "DuplicateSettings",
    "FolderSettings",
    "LedgerSettings",
    "LibrarySettings",
    "LimitSettings",
    "LookAlikes",
    "NoteSettings",
    "ScheduleSettings",
    "Settings",
    "When",
    "WhenFound",
    "accept_options",
    "file_library_settings",
    "find_config",
    "load_settings",
    "parse_settings",
    "state_directory",
]
