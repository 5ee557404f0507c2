"""The one way from an export to what a library would be sent for each of its records.

Runs and plans go it by `intake`; inspections go it by themselves, holding nothing. It brings along
neither inbox nor ledger, so that a look at an export begins at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from syncd.errors import InputError
from syncd.formats import ReadEntry, Reading
from syncd.item.making import item_data, links_for, notes_for
from syncd.item.screening import screened
from syncd.record import Record
from syncd.schema import Schema

if TYPE_CHECKING:
    from syncd.library import TextLimits
    from syncd.plan import Cut
    from syncd.settings import UpdateSettings


class Tools(NamedTuple):
    """What turns entries into item data: the library's schema and what the operator decided."""

    schema: Schema
    keep_notes: Collection[str]
    text_limits: TextLimits | None = None
    updates: UpdateSettings | None = None
    lean: bool = False
    """Whether nothing will be made of the records: then what tells them apart is all that is kept,
    and a citation says no more than the identifiers."""
    linked_files: bool = True
    """Whether the library takes attachments that point to files."""
    stored_files: bool = False
    """Whether the library stores files."""


class MadeItem(NamedTuple):
    """What a library would be sent for one record, and what had to be cut for it to fit.

    `whole` is the item before anything was cut. Of its notes there is the HTML, since an entry may
    have very many; `note_data` makes what is sent of each.
    """

    record: Record
    whole: Mapping[str, Any]
    data: dict[str, Any]
    notes: list[str]
    attachments: list[dict[str, Any]]
    cuts: tuple[Cut, ...]
    warnings: Sequence[str]
    tags: tuple[str, ...] = ()
    """What screening decisions of the record are to be tagged with."""


def take_in(reading: Reading, tools: Tools) -> Iterator[tuple[ReadEntry, MadeItem | InputError]]:
    """Yield every entry of an export with the item it would become, or why it becomes none."""
    # A loop would hold on to an entry, which may be large, while the next is read.
    return map(partial(_take, tools), chain.from_iterable(reading.batches()))


def _take(tools: Tools, entry: ReadEntry) -> tuple[ReadEntry, MadeItem | InputError]:
    result = entry.result
    return entry, result if isinstance(result, InputError) else _make(result, tools)


def _make(read: Record, tools: Tools) -> MadeItem:
    screening = tools.updates.screening if tools.updates else None
    record, tags = screened(read, screening) if screening else (read, ())
    whole = item_data(record, tools.schema)
    if tools.lean:
        return MadeItem(record, whole, whole, [], [], (), ())
    attachments, warnings = links_for(record) if record.links else ([], [])
    kept = notes_for(record, tools.keep_notes) if record.notes else ()
    notes = [*kept]
    limits = tools.text_limits
    if limits is None:
        return MadeItem(record, whole, whole, notes, attachments, (), warnings, tags)
    cuts: list[Cut] = []
    # In the order in which what was cut is told.
    data = _fit(whole, limits, cuts)
    notes = [_fit({"note": note}, limits, cuts)["note"] for note in notes]
    attachments = [_fit(attachment, limits, cuts) for attachment in attachments]
    return MadeItem(record, whole, data, notes, attachments, tuple(cuts), warnings, tags)


def note_data(html: str) -> dict[str, Any]:
    """Return the data of a note (without `parentItem`)."""
    return {"itemType": "note", "note": html, "tags": []}


def _fit(data: dict[str, Any], limits: TextLimits, cuts: list[Cut]) -> dict[str, Any]:
    # Where no library is asked there are no limits, and nothing of what speaks of plans is needed.
    from syncd.item.limits import fit

    fitted, cut = fit(data, limits)
    cuts += cut
    return fitted
