"""How libraries and ledger compare, for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from syncd.report.tables import Column, PrintedPage
from syncd.sync.reconcile import ReconcileReport

RECONCILE_SCHEMA = "syncd.reconcile/1"

_COLUMNS = (Column("", 10), Column("", 6, align_right=True), Column("", 36), Column("", 0))
_WORDS: Mapping[str, tuple[str, str | None]] = {
    "changed": ("added or edited by others", None),
    "trashed": ("put into the trash by others", "yellow"),
    "deleted": ("deleted by others", "yellow"),
    "restored": ("taken back by others", "green"),
    "missing": ("made by syncd, and no longer there", "yellow"),
    "merged": ("of these, replaced by another item", None),
    "duplicates": ("groups of items that are one work", "yellow"),
    "conflicts": ("fields that were changed on both sides", "yellow"),
}


def reconcile_document(libraries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the `syncd.reconcile/1` document about these libraries."""
    return {"schema": RECONCILE_SCHEMA, "libraries": list(libraries)}


def library_document(report: ReconcileReport) -> dict[str, Any]:
    """Return what the document says of one library."""
    return {
        "library": report.library,
        "from_version": report.from_version,
        "to_version": report.to_version,
        "changed": list(report.changed),
        "trashed": list(report.trashed),
        "deleted": list(report.deleted),
        "merged": [{"item_key": key, "replaced_by": survivor} for key, survivor in report.merged],
        "missing": list(report.missing),
        "restored": list(report.restored),
        "duplicates": [list(group) for group in report.duplicates],
        # No field of an item is written after it was made, so none can be in conflict.
        "conflicts": [],
    }


def print_reconciliations(libraries: Sequence[Mapping[str, Any]], stream: TextIO) -> None:
    """Write for each library what is to be said of it, item by item."""
    page = PrintedPage(stream)
    for library in libraries:
        versions = f"version {library['from_version']} to {library['to_version']}"
        page.row([Column("", 0)], [f"{library['library']}: {versions}"], ["bold"])
        told = [name for name in _WORDS if library[name]]
        for name in told:
            _print_finding(name, library[name], page)
        if not told:
            page.line("nothing was changed by others, nothing is missing")


def _print_finding(name: str, found: Sequence[Any], page: PrintedPage) -> None:
    words, colour = _WORDS[name]
    keys = ", ".join(_named(each) for each in found)
    page.row(_COLUMNS, [name, str(len(found)), words, keys], [colour])


def _named(found: Any) -> str:
    if isinstance(found, Mapping):
        return f"{found['item_key']} by {found['replaced_by']}"
    return found if isinstance(found, str) else " = ".join(found)
