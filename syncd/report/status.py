"""The status of a syncd, for people: what is well, what happened, what waits, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from syncd.report.beside import describe_beside
from syncd.report.counting import counted
from syncd.report.moments import format_local
from syncd.report.tables import Column, PrintedPage, fit_columns
from syncd.system.printable import printable

_Part = Mapping[str, Any]

_LEAST_PATH = 20

_LIBRARIES = (
    Column("library", 0),
    Column("state", 0),
    Column("to send", 0, align_right=True),
    Column("held", 0, align_right=True),
    Column("last reconciled", 0),
)
_FOLDERS = (
    Column("folder", 0, cut_in_the_middle=True, least=_LEAST_PATH),
    Column("state", 0),
    Column("settling", 0, align_right=True),
    Column("last scanned", 0),
)
_FILES = (
    Column("file", 0, cut_in_the_middle=True, least=_LEAST_PATH),
    Column("became", 0),
    Column("library", 0),
    Column("run", 0, align_right=True),
    Column("records", 0),
)
_RUNS = (
    Column("run", 0, align_right=True),
    Column("library", 0),
    Column("ended", 0),
    Column("files", 0, align_right=True),
    Column("what", 0),
)
_WELL = ("ok", "starting", "idle")
_RUNS_SHOWN = 5
_FILES_SHOWN = 15
_SETTLING_SHOWN = 3
_FATE_COLOURS = dict.fromkeys(("taken in part", "taken back", "waiting"), "yellow") | {
    "unusable": "red"
}
_UNUSED = "remove it, or put a whole one in its place"
_PUT_AWAY = "it lies in failed/ now: drop a whole one, and remove this one there"


def print_status(document: _Part, stream: TextIO) -> None:
    """Write a `syncd.status/1` document as tables, then what waits and for whom."""
    page = PrintedPage(stream)
    page.line(_opening(document, page))
    if document.get("state_directory"):
        page.line(f"state: {printable(document['state_directory'])}")
    _print_libraries(document["libraries"], page)
    _print_folders(document["folders"], page)
    _print_files(document.get("files", ()), page)
    _print_runs(document["runs"][:_RUNS_SHOWN], page)
    for line in _waiting(document):
        page.text(line, "yellow")
    for job, at in document.get("schedule", {}).items():
        if document["running"]:
            page.line(f"next {job}: {format_local(at)}")


def _opening(document: _Part, page: PrintedPage) -> str:
    message = document.get("message") or ""
    if document["running"]:
        pid = f" (pid {document['pid']})" if document.get("pid") else ""
        words = page.paint(
            f"syncd is running since {format_local(document['since'])}{pid}", "green"
        )
        return f"{words}; {printable(message)}" if message else words
    advice = printable(message) or "start it with `syncd run`"
    return page.paint("syncd is not running", "red") + f"; {advice}"


def _print_libraries(libraries: Sequence[_Part], page: PrintedPage) -> None:
    rows = [
        [
            library["name"],
            library["state"],
            str(library["pending"]),
            str(library["held"]),
            format_local(library["last_reconcile_at"]),
        ]
        for library in libraries
    ]
    columns = _begin_table(_LIBRARIES, rows, page)
    for library, cells in zip(libraries, rows, strict=True):
        page.row(columns, cells, (None, _colour(library["state"])))
        page.text(library["message"] or "", indent=4)
        for notice in library.get("notices", ()):
            page.text(notice, "yellow", 4)


def _print_folders(folders: Sequence[_Part], page: PrintedPage) -> None:
    rows = [
        [
            folder["path"],
            folder["state"],
            str(folder["waiting_files"]),
            format_local(folder["last_scan_at"]),
        ]
        for folder in folders
    ]
    columns = _begin_table(_FOLDERS, rows, page)
    for folder, cells in zip(folders, rows, strict=True):
        page.row(columns, cells, (None, _colour(folder["state"])))
        page.text(folder["message"] or "", indent=4)
        _print_settling(folder, page)
        for skipped in folder.get("skipped", ()):
            page.text(f"skipped: {skipped['file']}: {skipped['reason']}", "yellow", 4)
        left_out = folder.get("skipped_files", 0) - len(folder.get("skipped", ()))
        if left_out > 0:
            page.line(f"    and {left_out:,} more are skipped")
        others = [(each["file"], each["reason"]) for each in folder.get("others", ())]
        page.text(describe_beside(others), "yellow", 4)


def _print_settling(folder: _Part, page: PrintedPage) -> None:
    """Name a few of the files that are waited for, each on no more than a line."""
    names = folder.get("settling", ())[:_SETTLING_SHOWN]
    for name in names:
        page.line(f"    settling: {page.shorten(name, taken=len('    settling: '))}")
    if names and (more := folder["waiting_files"] - len(names)) > 0:
        page.line(f"    and {more:,} more {'settles' if more == 1 else 'settle'}")


def _print_files(files: Sequence[_Part], page: PrintedPage) -> None:
    # Of a file that was seen by several runs, the last one tells how it stands.
    latest = {(each["file"], each["library"]): each for each in reversed(files)}
    files = [each for each in files if latest[each["file"], each["library"]] is each]
    shown = [
        each
        for number, each in enumerate(files)
        if number < _FILES_SHOWN or (each["fate"] == "unusable" and each["still_there"])
    ]
    rows = [
        [
            file["file"],
            file["fate"],
            file["library"],
            str(file["run"]),
            counted(file["counts"]),
        ]
        for file in shown
    ]
    columns = _begin_table(_FILES, rows, page)
    for file, cells in zip(shown, rows, strict=True):
        page.row(columns, cells, (None, _FATE_COLOURS.get(file["fate"], "green")))
        if file["reason"]:
            page.text(_why(file), indent=4)
    if len(files) > len(shown):
        page.line(f"and {len(files) - len(shown)} more: `syncd status --json`")


def _why(file: _Part) -> str:
    line = f"line {file['line']}: " if file["line"] else ""
    rejected = file["counts"].get("reject", 0)
    more = f" (the first of {rejected}; `syncd inspect FILE` shows all)" if rejected > 1 else ""
    if file["fate"] != "unusable" or not file["still_there"]:
        return f"{line}{file['reason']}{more}"
    return f"{line}{file['reason']}{more}; {_PUT_AWAY if file['put_away'] else _UNUSED}"


def _print_runs(runs: Sequence[_Part], page: PrintedPage) -> None:
    rows = [
        [
            str(run["run"] or ""),
            run["library"],
            format_local(run["ended_at"]) if run["ended_at"] else "not finished",
            str(run["files"]),
            # An undo, a restore or an answer decides about no record.
            counted(run["counts"]) or run["reason"],
        ]
        for run in runs
    ]
    columns = _begin_table(_RUNS, rows, page)
    for run, cells in zip(runs, rows, strict=True):
        page.row(columns, cells)
        page.text(run["error"] or "", "red", 4)


def _waiting(document: _Part) -> Iterable[str]:
    """Yield what waits, for whom, and how it goes on."""
    for library in document["libraries"]:
        name = library["name"]
        if pending := library["pending"]:
            runs = library.get("waiting_runs") or ()
            of = f" of run {', '.join(map(str, runs))}" if runs else ""
            goes_on = _how_it_goes_on(library, is_running=document["running"])
            many = "1 change waits" if pending == 1 else f"{pending:,} changes wait"
            yield f"{name}: {many} to be sent{of}; nothing is sent twice, {goes_on}"
    held = sum(library["held"] for library in document["libraries"])
    if held:
        asked = "1 question waits" if held == 1 else f"{held:,} questions wait"
        yield f"{asked} for you: `syncd review` shows {'it' if held == 1 else 'them'}"


def _how_it_goes_on(library: _Part, *, is_running: bool) -> str:
    if library["state"] == "paused":
        return f"`syncd resume {library['name']}` lets it go on"
    if library["state"] == "refused":
        return "it goes on when the library takes the key"
    return "goes on by itself" if is_running else "`syncd once` goes on"


def _begin_table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], page: PrintedPage
) -> Sequence[Column]:
    """Write the titles, where there is anything below them; return how wide the columns are."""
    if not rows:
        return columns
    fitted = fit_columns(columns, rows, page.width)
    page.line()
    page.heading(fitted)
    return fitted


def _colour(state: str) -> str:
    return "green" if state in _WELL else "yellow"
