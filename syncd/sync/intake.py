"""Exports become records on their way, and what cannot be one becomes a reason why not."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from syncd import formats
from syncd.errors import InputError, Problem
from syncd.formats import ReadEntry
from syncd.inbox.attached import find_attached
from syncd.inbox.exports import ChangedError, Export, open_export
from syncd.item import citation_of
from syncd.item.carried import find_carried_key
from syncd.item.making import file_link, is_address
from syncd.item.status import GRAVE, statuses_of
from syncd.plan import Decision, Incoming, Intent, Place, PlannedRecord
from syncd.record import Origin
from syncd.settings import Attachments, UpdateSettings
from syncd.sync.making import MadeItem, Tools, take_in
from syncd.system.heartbeat import checkpoint

_SHOWN = ("itemType", "title")
"""What is kept of an item that will not be made, for people."""

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


def read_deliveries(deliveries: Sequence[Delivery], tools: Tools) -> Intake:
    """Read every export from start to end, once."""
    intake = Intake()
    for number, delivery in enumerate(deliveries):
        checkpoint()
        try:
            _read_one(number, delivery, tools, intake)
        except ChangedError:
            intake.changed.add(number)
        except InputError as exc:
            # Readers of a format know no more than what they were given to read.
            path = exc.path or delivery.export.dropped_as
            intake.unusable[number] = InputError(exc.message, path=path, line=exc.line)
    # A whole record stands for its work before one that was cut off, wherever that was met.
    intake.incoming.sort(key=_is_unfinished)

    return intake


def _is_unfinished(record: Incoming) -> bool:
    return record.is_unfinished


def _read_one(number: int, delivery: Delivery, tools: Tools, intake: Intake) -> None:
    # What was read before the export turned out to be unusable does not count.
    incoming: list[Incoming] = []
    rejected: list[Rejection] = []
    odd: list[Problem] = []
    path = delivery.export.dropped_as
    cut_off: Sequence[Problem] = ()
    with open_export(delivery.export) as stream:
        reading = formats.read(stream, str(path))
        for entry, made in take_in(reading, tools):
            if entry.is_cut_off:
                cut_off = entry.problems
            if isinstance(made, InputError):
                rejected.append(_reject(entry, str(path), number, made))
            else:
                attachments = [] if tools.lean else _attachments(made, delivery, tools, odd)
                received = _receive(made, attachments, entry, number, delivery, tools.updates)
                incoming.append(_without_texts(received) if tools.lean else received)
    intake.problems += [
        InputError(problem.message, path=path, line=problem.line)
        for problem in [*reading.problems[:_MOST_PROBLEMS], *cut_off, *odd[:_MOST_PROBLEMS]]
    ]
    intake.incoming += incoming
    intake.rejected += rejected


def links_wanted(made: MadeItem, place: Place) -> list[dict[str, Any]]:
    """Return the web addresses that are attached, as the record's folder wants it."""
    return [] if place.attachments is Attachments.NONE else made.attachments


def _attachments(
    made: MadeItem, delivery: Delivery, tools: Tools, odd: list[Problem]
) -> list[dict[str, Any]]:
    """Return what hangs below an item beside its notes; files that cannot be found are `odd`."""
    attachments = [*links_wanted(made, delivery.place)]
    if delivery.place.attachments is not Attachments.FILE:
        return attachments
    for target in (link.target for link in made.record.links if not is_address(link.target)):
        path, reason = find_attached(target, delivery.export)
        if path is not None and tools.linked_files:
            attachments.append(file_link(path))
        else:
            reason = reason or "the library takes no links to files"
            odd.append(Problem(f"{target} is not attached: {reason}", made.record.origin.line))
    return attachments


def _receive(
    made: MadeItem,
    attachments: Sequence[Mapping[str, Any]],
    entry: ReadEntry,
    number: int,
    delivery: Delivery,
    updates: UpdateSettings,
) -> Incoming:
    export, place = delivery
    record = made.record
    # What is compared is what the export says, not what a library has room for.
    citation = citation_of(made.whole, record.identity)
    fate = statuses_of(made.whole, [note.html for note in record.notes])
    is_grave = not fate.isdisjoint(GRAVE)
    return Incoming(
        origin=record.origin._replace(title=citation.title or None),
        citation=citation,
        data=made.data,
        children=(*made.notes, *attachments),
        place=place,
        export=number,
        entry=_keep(entry),
        cuts=made.cuts,
        is_unfinished=made.record.is_unfinished,
        exported_at=record.exported_on or _written_at(export),
        fate=fate,
        tags=made.tags,
        fate_tag=updates.retracted_tag if is_grave else "",
        carried=find_carried_key(record),
    )


def _written_at(export: Export) -> str:
    """Return when the file of an export was last written."""
    seconds, rest = divmod(export.stamp.mtime_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


def _without_texts(incoming: Incoming) -> Incoming:
    """Return a record without its entry, its notes and most of its item."""
    kept = {name: incoming.data[name] for name in _SHOWN if name in incoming.data}
    return replace(incoming, data=kept, children=(), entry=b"")


def _reject(entry: ReadEntry, file: str, number: int, error: InputError) -> Rejection:
    planned = PlannedRecord(
        origin=Origin(file, entry.index, error.line or entry.line),
        decision=Decision.REJECT,
        reason=error.message,
    )
    return Rejection(planned, number, _keep(entry))


def _keep(entry: ReadEntry) -> bytes:
    return zlib.compress(entry.written.encode("utf-8", "surrogatepass"), 1)


def written_in(kept: bytes) -> str:
    """Return an entry as written, from the form in which the ledger keeps it."""
    return zlib.decompress(kept).decode("utf-8", "surrogatepass")


def with_rejections(intents: Sequence[Intent], reading: Intake) -> list[Intent]:
    """Put entries that could not be used where they stood among the others."""
    rejected = [Intent(r.planned, r.export, r.entry) for r in reading.rejected]
    return sorted(
        [*intents, *rejected], key=lambda intent: (intent.export, intent.planned.origin.index)
    )
