"""Dropped exports become records on their way, and what cannot be one becomes a reason why not."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from syncd.errors import InputError, Problem
from syncd.formats.ris import Ending, Entry, Reader
from syncd.formats.sources import read_records
from syncd.inbox.exports import ChangedError, Export, open_export
from syncd.item import citation_of, item_data, links_for, notes_for
from syncd.item.limits import fit
from syncd.library import TextLimits
from syncd.plan import Decision, Incoming, Intent, Place, PlannedRecord
from syncd.record import Origin, Record
from syncd.schema import Schema
from syncd.system.heartbeat import checkpoint

_MOST_PROBLEMS = 100
"""How many problems of one export are told; `syncd inspect` lists them all."""


class Delivery(NamedTuple):
    """An export together with what its folder asks for."""

    export: Export
    place: Place


@dataclass(slots=True)
class Rejection:
    """An entry that could not be used; it is reported like a record and kept like one."""

    planned: PlannedRecord
    export: int
    entry: bytes


@dataclass(slots=True)
class Intake:
    """What several exports hold; they are numbered from 0.

    `unusable` are those of which nothing could be used, and why. `changed` are those that were
    not what the inbox had seen: nothing of them is in here, and they are not delivered.
    """

    incoming: list[Incoming] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    unusable: dict[int, InputError] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    problems: list[InputError] = field(default_factory=list)
    """What is odd about exports that could be used all the same; bounded per export."""


class Tools(NamedTuple):
    """What turns entries into item data: the library's schema and the kinds of notes to keep."""

    schema: Schema
    keep_notes: Collection[str]
    text_limits: TextLimits | None = None


def read_deliveries(deliveries: Sequence[Delivery], tools: Tools) -> Intake:
    """Read every export from start to end, once."""
    reading = Intake()
    for number, delivery in enumerate(deliveries):
        checkpoint()
        try:
            _read_one(number, delivery, tools, reading)
        except ChangedError:
            reading.changed.add(number)
        except InputError as exc:
            reading.unusable[number] = exc
    return reading


def _read_one(number: int, delivery: Delivery, tools: Tools, reading: Intake) -> None:
    # What was read before the export turned out to be unusable does not count.
    incoming: list[Incoming] = []
    rejected: list[Rejection] = []
    file = str(delivery.export.dropped_as)
    cut_off: list[Problem] = []
    with open_export(delivery.export) as stream:
        reader = Reader(stream)
        for entries in reader.batches():
            for entry, read in zip(entries, read_records(entries, file), strict=True):
                if entry.ending is Ending.END_OF_FILE:
                    cut_off = entry.problems
                if isinstance(read, InputError):
                    rejected.append(_reject(entry, file, number, read))
                else:
                    incoming.append(_receive(read, entry, number, delivery.place, tools))
    path = delivery.export.dropped_as
    reading.problems += [
        InputError(problem.message, path=path, line=problem.line)
        for problem in [*reader.problems[:_MOST_PROBLEMS], *cut_off]
    ]
    reading.incoming += incoming
    reading.rejected += rejected


def _receive(record: Record, entry: Entry, number: int, place: Place, tools: Tools) -> Incoming:
    data = item_data(record, tools.schema)
    # What is compared is what the export says, not what a library has room for.
    citation = citation_of(data, record.identity)
    whole = [data, *_children(record, tools)]
    fitted = [fit(each, tools.text_limits) if tools.text_limits else (each, ()) for each in whole]
    return Incoming(
        origin=record.origin,
        citation=citation,
        data=fitted[0][0],
        children=tuple(child for child, _ in fitted[1:]),
        place=place,
        export=number,
        entry=_keep(entry),
        cuts=tuple(cut for _, cuts in fitted for cut in cuts),
    )


def _children(record: Record, tools: Tools) -> Iterator[dict[str, Any]]:
    for html in notes_for(record, tools.keep_notes):
        yield {"itemType": "note", "note": html, "tags": []}
    yield from links_for(record).attachments


def _reject(entry: Entry, file: str, number: int, error: InputError) -> Rejection:
    planned = PlannedRecord(
        origin=Origin(file, entry.index, error.line or entry.line),
        decision=Decision.REJECT,
        reason=error.message,
    )
    return Rejection(planned, number, _keep(entry))


def _keep(entry: Entry) -> bytes:
    text = "\n".join(map("{}  - {}".format, entry.tags, entry.values))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def with_rejections(intents: Sequence[Intent], reading: Intake) -> list[Intent]:
    """Put entries that could not be used where they stood among the others."""
    rejected = [Intent(r.planned, r.export, r.entry) for r in reading.rejected]
    return sorted(
        [*intents, *rejected], key=lambda intent: (intent.export, intent.planned.origin.index)
    )
