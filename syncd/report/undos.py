"""What an undo or a restore came to, for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

from syncd.report.tables import Column, PrintedPage
from syncd.sync.restoring import RestoreReport
from syncd.sync.undo import UndoReport

UNDO_SCHEMA = "syncd.undo/1"
RESTORE_SCHEMA = "syncd.restore/1"

_WHOLE = (Column("", 0),)
_LEFT = (Column("", 10), Column("", 0))


def undo_document(report: UndoReport) -> dict[str, Any]:
    """Return the `syncd.undo/1` document. `run` is null where there was nothing to do."""
    return {
        "schema": UNDO_SCHEMA,
        "library": report.library,
        "run": report.run,
        "undone": report.undone,
        "trashed": list(report.trashed),
        "restored": list(report.restored),
        "put_back": [
            {
                "item_key": each.item_key,
                "fields": list(each.fields),
                "tags": list(each.tags),
                "collections": list(each.collections),
            }
            for each in report.put_back
        ],
        "collections": {
            "trashed": list(report.trashed_collections),
            "restored": list(report.restored_collections),
            "left": _reasons("collection_key", report.left_collections),
        },
        "left": _reasons("item_key", report.left),
        "questions": {"withdrawn": report.withdrawn, "asked_again": report.asked_again},
        "waiting": str(report.waiting) if report.waiting else None,
    }


def _reasons(name: str, left: Mapping[str, str]) -> list[dict[str, str]]:
    return [{name: key, "reason": reason} for key, reason in left.items()]


def restore_document(report: RestoreReport) -> dict[str, Any]:
    """Return the `syncd.restore/1` document."""
    return {
        "schema": RESTORE_SCHEMA,
        "library": report.library,
        "run": report.run,
        "item_key": report.item_key,
        "was": report.was,
        "is_now": report.is_now,
        "waiting": str(report.waiting) if report.waiting else None,
    }


def print_undo(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write what an undo came to: a line, and what is left with the reason."""
    page = PrintedPage(stream)
    page.row(_WHOLE, [_undo_words(document)], ["bold"])
    left = [*document["left"], *document["collections"]["left"]]
    if left:
        page.line("left as it is:")
    for each in left:
        key = each.get("item_key") or each["collection_key"]
        page.row(_LEFT, [f"  {key}", each["reason"]], [None, "yellow"])
    if document["run"] is not None:
        page.line(f"`syncd undo {document['run']}` does it again")


def _undo_words(document: Mapping[str, Any]) -> str:
    if document["run"] is None:
        return f"run {document['undone']}: nothing of it is left to be taken back"
    collections = document["collections"]
    counts = (
        (len(document["trashed"]), "{} put into the trash"),
        (len(document["restored"]), "{} taken out of the trash"),
        (len(document["put_back"]), "{} put back as before"),
        (len(collections["trashed"]), "{} empty collection{s} put into the trash"),
        (len(collections["restored"]), "{} collection{s} taken out of the trash"),
        (document["questions"]["withdrawn"], "{} question{s} withdrawn"),
        (document["questions"]["asked_again"], "{} question{s} asked again"),
    )
    told = ", ".join(words.format(n, s="" if n == 1 else "s") for n, words in counts if n)
    run, undone = document["run"], document["undone"]
    return f"{document['library']}: run {run} takes back run {undone}: {told or 'nothing yet'}"


def print_restore(document: Mapping[str, Any], stream: TextIO) -> None:
    """Write what came back."""
    key, now = document["item_key"], document["is_now"]
    words = "is out of the trash" if document["was"] == "trashed" else "was made again"
    told = f"{document['library']}: {key} {words}" + (f" as {now}" if now != key else "")
    page = PrintedPage(stream)
    page.row(_WHOLE, [told], ["bold"])
    page.line(f"this is run {document['run']}; `syncd undo {document['run']}` takes it back")
