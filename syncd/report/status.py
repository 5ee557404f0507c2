"""The status of a syncd, for people: what is well, what waits, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from syncd.report.tables import Column, PrintedPage
from syncd.system.printable import printable

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
_RUNS = (
    Column("run", 6, align_right=True),
    Column("library", 16),
    Column("ended", 20),
    Column("files", 6, align_right=True),
    Column("", 0),
)
_WELL = ("ok", "starting")
_RUNS_SHOWN = 5


def print_status(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write a `syncd.status/1` document as tables."""
    page = PrintedPage(stream)
    page.line(_opening(document, page))
    for columns, rows in (
        (_LIBRARIES, [_library_cells(library) for library in document["libraries"]]),
        (_FOLDERS, [_folder_cells(folder) for folder in document["folders"]]),
    ):
        if rows:
            page.line()
            page.heading(columns)
        for cells in rows:
            page.row(columns, cells, (None, "green" if cells[1] in _WELL else "yellow"))
    _print_runs(document["runs"][:_RUNS_SHOWN], page)
    for job, at in document.get("schedule", {}).items():
        page.line(f"next {job}: {_at(at)}")


def _opening(document: Mapping[str, Any], page: PrintedPage) -> str:
    message = document.get("message") or ""
    if document["running"]:
        words = page.paint(f"syncd is running since {_at(document['since'])}", "green")
        return f"{words}; {printable(message)}" if message else words
    advice = printable(message) or "start it with `syncd run`"
    return page.paint("syncd is not running", "red") + f"; {advice}"


def _print_runs(runs: Sequence[Mapping[str, Any]], page: PrintedPage) -> None:
    if not runs:
        return
    page.line()
    page.heading(_RUNS)
    for run in runs:
        page.row(_RUNS, _run_cells(run), [None] * 4 + ["red" if run["error"] else None])


def _run_cells(run: Mapping[str, Any]) -> list[str]:
    decided = ", ".join(f"{number} {name}" for name, number in run["counts"].items() if number)
    return [
        str(run["run"] or ""),
        run["library"],
        _at(run["ended_at"]),
        str(run["files"]),
        run["error"] or decided,
    ]


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


def _at(instant: str | None) -> str:
    return instant[:19].replace("T", " ") + "Z" if instant else "never"
