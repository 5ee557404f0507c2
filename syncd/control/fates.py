"""What the ledger adds to the status document: the fates of files, what is held and what waits.

With a daemon the ledger is asked by it; without one, by the command itself, which only reads.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from syncd.app.remedies import remedy_for
from syncd.errors import PausedError
from syncd.ledger.glance import Glance, GlancedFile, GlancedLibrary

Document = dict[str, Any]

_FILES_SHOWN = 50
_RUNS_SHOWN = 20
_IDLE = {"state": "idle", "message": ""}
"""How a library is shown that nobody serves at the moment."""


class FileFate(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    IN_PART = "taken in part"
    UNUSABLE = "unusable"
    WAITING = "waiting"
    """Something of it is promised and has no outcome yet."""
    TAKEN_BACK = "taken back"
    """Its run was undone, and that stands."""


def add_fates(document: Document, glance: Glance, names: Mapping[str, str]) -> Document:
    """Return the document with what the ledger says; `names` by what a library says it is.

    What only a library itself can say, the daemon that has met it knows, and else the ledger:
    by which name it was last met.
    """
    met = {each["identity"]: each["name"] for each in document["libraries"] if each.get("identity")}
    named = _names(glance.libraries, {**met, **names})
    away = {Path(each["path"]) for each in document["folders"] if each["state"] == "waiting"}
    files = [_file(each, named, away, glance.taken_back) for each in glance.files]
    shown = [each for n, each in enumerate(files) if n < _FILES_SHOWN or each["fate"] == "unusable"]
    more: Document = {"files": shown[: 2 * _FILES_SHOWN]}
    runs = _runs(glance, named, files)
    if document["running"]:
        # The daemon knows its own; what was before it is in the ledger.
        own = {run["run"] for run in document["runs"]}
        told = [_as_in_ledger(run, runs) for run in document["runs"]]
        runs = [*told, *(run for run in runs if run["run"] not in own)]
        waiting = {named[each.library_id]: sorted(each.waiting) for each in glance.libraries}
        more["libraries"] = [
            {**each, "waiting_runs": waiting.get(each["name"], [])}
            for each in document["libraries"]
        ]
    else:
        more["libraries"] = _libraries(document["libraries"], glance, named)
    return {**document, **more, "runs": runs[:_RUNS_SHOWN]}


def unusable_files(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the files that lie there still and of which nothing could be used."""
    files: Iterable[Mapping[str, Any]] = document.get("files", ())
    last = {each["file"]: each for each in reversed(list(files))}
    return [each for each in last.values() if each["fate"] == "unusable" and each["still_there"]]


def _names(libraries: Iterable[GlancedLibrary], names: Mapping[str, str]) -> dict[int, str]:
    """Return what to call each library: as configured now, as when it was met, or its title."""
    taken = set(names.values())
    found = {}
    # A name that was given to another library since is that one's.
    for each in sorted(libraries, key=lambda one: one.mirrored_at or "", reverse=True):
        name = names.get(each.known_as or "")
        if name is None and each.called is not None and each.called not in taken:
            name = each.called
            taken.add(name)
        found[each.library_id] = each.title if name is None else name
    return found


def _file(
    file: GlancedFile,
    names: Mapping[int, str],
    away: Collection[Path],
    taken_back: Collection[int],
) -> Document:
    folder, place = (Path(os.fsdecode(each)) for each in (file.folder, file.place))
    shown = file.shown or str(place / os.fsdecode(file.name))
    decided = {word: n for word, n in file.counts.items() if word not in ("refused", "pending")}
    fate = _fate(file, is_taken_back=file.run in taken_back)
    # Only asked of what was of no use, and not of a drive that does not answer.
    is_asked = fate is FileFate.UNUSABLE and folder not in away
    lies_at = _find_where_it_lies(Path(shown), file.size) if is_asked else Path(shown)
    return {
        "file": shown,
        "library": names.get(file.library_id, ""),
        "run": file.run,
        "fate": fate.value,
        "records": sum(decided.values()),
        "counts": dict(file.counts),
        "line": file.rejected_line,
        "reason": file.unusable or file.rejected_reason,
        "still_there": lies_at is not None,
        "put_away": lies_at not in (None, Path(shown)),
    }


def _fate(file: GlancedFile, *, is_taken_back: bool) -> FileFate:
    rejected = file.counts.get("reject", 0)
    records = sum(n for word, n in file.counts.items() if word not in ("refused", "pending"))
    if file.unusable or (rejected and rejected == records):
        return FileFate.UNUSABLE
    if file.counts.get("pending"):
        return FileFate.WAITING
    if is_taken_back:
        return FileFate.TAKEN_BACK
    return FileFate.IN_PART if rejected or file.counts.get("refused") else FileFate.TAKEN


def _find_where_it_lies(file: Path, size: int) -> Path | None:
    """Return where a file is as it was: in its place, or put away as failed."""
    for place in (file, file.parent / "failed" / file.name):
        try:
            if place.lstat().st_size == size:
                return place
        except OSError:
            continue
    return None


def _libraries(
    known: Iterable[Mapping[str, Any]], glance: Glance, names: Mapping[int, str]
) -> list[Document]:
    """Return the libraries as the ledger knows them; what a dead daemon said last is past."""
    shown: dict[str, Document] = {each["name"]: {**each, **_IDLE} for each in known}
    for library in glance.libraries:
        name = names[library.library_id]
        shown[name] = {
            "queued_files": 0,
            "last_success_at": None,
            **shown.get(name, {}),
            "name": name,
            **(_paused(name, library.paused) if library.paused else _IDLE),
            "pending": sum(library.waiting.values()),
            "held": library.held,
            "notices": list(library.notices),
            "last_reconcile_at": library.reconciled_at,
            "waiting_runs": sorted(library.waiting),
            "next_try_at": None,
            "reading": None,
            "sending": None,
        }
    return list(shown.values())


def _paused(name: str, reason: str) -> Document:
    error = PausedError(f"paused: {reason}")
    return {"state": "paused", "message": f"{error}; {remedy_for(error, name)}"}


def _runs(
    glance: Glance, names: Mapping[int, str], files: Iterable[Mapping[str, Any]]
) -> list[Document]:
    by_run: dict[int, list[Mapping[str, Any]]] = {}
    for file in files:
        by_run.setdefault(file["run"], []).append(file)
    return [
        {
            "run": run.run,
            "library": names.get(run.library_id, ""),
            "reason": run.reason,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "files": len(by_run.get(run.run, ())),
            "counts": _sum(by_run.get(run.run, ())),
            "error": None,
        }
        for run in glance.runs
    ]


def _as_in_ledger(run: Document, known: Iterable[Mapping[str, Any]]) -> Document:
    """Return a run of the daemon's with its times: it is not over while something of it waits."""
    found = next((each for each in known if each["run"] == run["run"]), None)
    if found is None:
        return run
    return {**run, "started_at": found["started_at"], "ended_at": found["ended_at"]}


def _sum(files: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for file in files:
        for word, number in file["counts"].items():
            if word not in ("refused", "pending"):
                counts[word] = counts.get(word, 0) + number
    return counts
