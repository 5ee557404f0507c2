"""Runs with their files and counts, for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from syncd.ledger.runs import RunRow
from syncd.report.counting import counted
from syncd.report.tables import Column, PrintedPage, fit_columns

RUNS_SCHEMA = "syncd.runs/1"

_RUNS = (
    Column("run", 0, align_right=True),
    Column("library", 0),
    Column("begun", 0),
    Column("why", 0, least=12),
    Column("counts", 0),
    Column("files", 0, least=16),
)
_MOST_FILES = 3
"""So many files of a run are named in the table."""


def runs_document(
    runs: Sequence[RunRow], files: Mapping[int, Sequence[str]], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return the `syncd.runs/1` document; `names` are libraries' names by identity."""
    return {
        "schema": RUNS_SCHEMA,
        "runs": [_run(each, files.get(each.run_id, ()), names) for each in runs],
    }


def _run(run: RunRow, files: Sequence[str], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "run": run.run_id,
        "library": names.get(run.identity, run.title),
        "reason": run.reason,
        "undoes": run.undoes,
        "started_at": run.started_at.isoformat(timespec="seconds"),
        "ended_at": run.ended_at.isoformat(timespec="seconds") if run.ended_at else None,
        "files": list(files),
        "counts": dict(run.counts),
    }


def print_runs(document: Mapping[str, Any], stream: TextIO, *, has_more: bool) -> None:
    """Write the runs as a table, newest first."""
    page = PrintedPage(stream)
    runs: Sequence[Mapping[str, Any]] = document["runs"]
    if not runs:
        page.line("there are no runs yet")
        return
    rows = [_cells(run) for run in runs]
    columns = fit_columns(_RUNS, rows, page.width)
    page.heading(columns)
    for run, cells in zip(runs, rows, strict=True):
        page.row(columns, cells, [None] * 4 + [None if run["ended_at"] else "yellow"])
    if has_more:
        page.line(f"older ones: `syncd runs --before {runs[-1]['run']}`")


def _cells(run: Mapping[str, Any]) -> list[str]:
    why = f"{run['reason']} of {run['undoes']}" if run["undoes"] else run["reason"]
    counts = counted(run["counts"])
    begun = f"{datetime.fromisoformat(run['started_at']).astimezone():%Y-%m-%d %H:%M %Z}"
    waits = "" if run["ended_at"] else "unfinished"
    return [str(run["run"]), run["library"], begun, why, counts or waits, _files(run["files"])]


def _files(files: Sequence[str]) -> str:
    named = ", ".join(files[:_MOST_FILES])
    more = len(files) - _MOST_FILES
    return f"{named} and {more} more" if more > 0 else named
