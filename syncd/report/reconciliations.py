"""How libraries and ledger compare, for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from syncd.ledger.holds import HoldRow
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
    "merged": ("merged into another item", None),
    "duplicates": ("groups of items that are one work", "yellow"),
    "conflicts": ("questions about fields changed on both sides", "yellow"),
    "pending": ("operations that have no outcome yet", None),
    "held": ("questions for a person: `syncd review`", None),
}

_SHOWN = 20
"""So many items of a kind are named to people; the document names all."""


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
        "duplicates": [list(group.item_keys) for group in report.duplicates],
        "duplicate_reasons": [list(group.reasons) for group in report.duplicates],
        "conflicts": [_conflict(hold) for hold in report.conflicts],
        "pending": report.pending,
        "held": report.held,
        "access": report.access,
    }


def _conflict(hold: HoldRow) -> dict[str, Any]:
    return {
        "hold": hold.hold_id,
        "item_key": next(iter(hold.payload["candidates"]), None),
        "reason": hold.reason,
        "held_at": hold.held_at,
    }


def print_reconciliations(libraries: Sequence[Mapping[str, Any]], stream: TextIO) -> None:
    """Write for each library what is to be said of it, item by item."""
    page = PrintedPage(stream)
    for library in libraries:
        versions = f"version {library['from_version']} to {library['to_version']}"
        page.row([Column("", 0)], [f"{library['library']}: {versions}"], ["bold"])
        if library["access"]:
            page.line(f"nothing can be sent: the key {library['access']}")
        told = [name for name in _WORDS if library[name]]
        for name in told:
            _print_finding(name, library, page)
        if not told:
            page.line("nothing was changed by others, nothing is missing")


def _print_finding(name: str, library: Mapping[str, Any], page: PrintedPage) -> None:
    words, colour = _WORDS[name]
    found = library[name]
    if isinstance(found, int):
        page.row(_COLUMNS, [name, str(found), words, ""], [colour])
        return
    shown = found[:_SHOWN]
    if name == "duplicates":
        page.row(_COLUMNS, [name, str(len(found)), words, ""], [colour])
        for keys, reasons in zip(shown, library["duplicate_reasons"], strict=False):
            page.line(f"    {' = '.join(keys)}: {'; '.join(reasons)}")
    elif name == "conflicts":
        page.row(_COLUMNS, [name, str(len(found)), words, "`syncd review`"], [colour])
        for each in shown:
            page.line(f"    {each['hold']}: {each['item_key'] or ''} {each['reason']}")
    else:
        keys = ", ".join(_named(each) for each in shown)
        left = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        page.row(_COLUMNS, [name, str(len(found)), words, keys + left], [colour])
        return
    if len(found) > _SHOWN:
        page.line(f"    and {len(found) - _SHOWN} more; --json names all")


def _named(found: Any) -> str:
    if isinstance(found, Mapping):
        return f"{found['item_key']} by {found['replaced_by']}"
    return str(found)
