"""The status of a syncd, for people: what is well, what waits, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

from syncd.report.tables import Column, Page

_LIBRARIES = (
    Column("library", 16),
    Column("state", 10),
    Column("pending", 7, align_right=True),
    Column("held", 5, align_right=True),
    Column("last reconciled", 20),
    Column("", 0),
)
_FOLDERS = (
    Column("folder", 36),
    Column("state", 10),
    Column("waiting", 7, align_right=True),
    Column("last scanned", 20),
    Column("", 0),
)
_WELL = ("ok", "watching", "polling")


def print_status(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write a `syncd.status/1` document as tables."""
    page = Page(stream)
    if document["running"]:
        page.line(page.paint(f"syncd is running since {_at(document['since'])}", "green"))
    else:
        page.line(page.paint("syncd is not running", "red") + "; start it with `syncd run`")
    if document["libraries"]:
        page.heading(_LIBRARIES)
    for library in document["libraries"]:
        page.row(_LIBRARIES, _library_cells(library), (None, _colour(library["state"])))
    if document["folders"]:
        page.heading(_FOLDERS)
    for folder in document["folders"]:
        page.row(_FOLDERS, _folder_cells(folder), (None, _colour(folder["state"])))


def _library_cells(library: Mapping[str, Any]) -> list[str]:
    return [
        library["name"],
        library["state"],
        str(library["pending"]),
        str(library["held"]),
        _at(library["last_reconcile_at"]),
        library["message"] or "",
    ]


def _folder_cells(folder: Mapping[str, Any]) -> list[str]:
    return [
        folder["path"],
        folder["state"],
        str(folder["waiting_files"]),
        _at(folder["last_scan_at"]),
        folder["message"] or "",
    ]


def _colour(state: str) -> str:
    return "green" if state in _WELL else "yellow"


def _at(instant: str | None) -> str:
    return instant[:19].replace("T", " ") + "Z" if instant else "never"
