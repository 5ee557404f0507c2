"""Exports become records on their way, and what cannot be one becomes a reason why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from syncd import formats
from syncd.errors import InputError, Problem
from syncd.formats import ReadEntry
from syncd.inbox.attached import find_attached
from syncd.inbox.exports import ChangedError, Export, open_export
from syncd.inbox.sending import outline
from syncd.item.carried import find_carried_key
from syncd.item.making import file_link, is_address, stored_file
from syncd.item.reading import citation_of, identity_of
from syncd.item.status import GRAVE, statuses_of
from syncd.matching import Features, dump_features, features_of, fingerprint_of
from syncd.plan import Decision, Incoming, Intent, Place, PlannedRecord, with_file
from syncd.record import Citation, Origin, Record
from syncd.settings import NO_UPDATES, Attachments, UpdateSettings
from syncd.sync.making import MadeItem, Tools, note_data, take_in
from syncd.system.heartbeat import checkpoint
from syncd.system.packing import pack, unpack

_NO_DATA: Mapping[str, Any] = MappingProxyType({})
MOST_PROBLEMS = 100
"""How many problems of one export are told; `syncd inspect` lists them all. So many files that
cannot be sent are told of a plan."""


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
    features: list[Features] = field(default_factory=list)
    """What each of them is told apart by: taken once, for all who ask."""
    rejected: list[Rejection] = field(default_factory=list)
    unusable: dict[int, InputError] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    problems: list[InputError] = field(default_factory=list)
    """What is odd about exports that could be used all the same; bounded per export."""

    def leave_out(self, exports: Collection[int]) -> None:
        """Take everything out that is of these exports: they are not what the inbox had seen."""
        if not exports:
            return
        both = zip(self.incoming, self.features, strict=True)
        kept = [each for each in both if each[0].export not in exports]
        self.incoming = [record for record, _ in kept]
        self.features = [features for _, features in kept]
        self.rejected = [each for each in self.rejected if each.export not in exports]
        self.changed.update(exports)


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
    if any(record.is_unfinished for record in intake.incoming):
        _put_unfinished_last(intake)
    return intake


def _put_unfinished_last(intake: Intake) -> None:
    """Let a whole record stand for its work before one that was cut off, wherever that was met."""
    both = zip(intake.incoming, intake.features, strict=True)
    ordered = sorted(both, key=lambda each: each[0].is_unfinished)
    intake.incoming = [record for record, _ in ordered]
    intake.features = [features for _, features in ordered]


def _read_one(number: int, delivery: Delivery, tools: Tools, intake: Intake) -> None:
    # What was read before the export turned out to be unusable does not count.
    incoming: list[Incoming] = []
    features: list[Features] = []
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
                # What is compared is what the export says, not what a library has room for.
                citation = citation_of(made.whole, made.record.identity)
                features.append(features_of(citation))
                if tools.lean:
                    incoming.append(_receive_lean(made.record, citation, number, delivery.place))
                    continue
                attachments = _attachments(made, delivery, tools, odd)
                received = _Received(made, attachments, entry, citation, features[-1])
                incoming.append(_receive(received, number, delivery, tools.updates or NO_UPDATES))
    intake.problems += [
        InputError(problem.message, path=path, line=problem.line)
        for problem in [*reading.problems[:MOST_PROBLEMS], *cut_off, *odd[:MOST_PROBLEMS]]
    ]
    intake.incoming += incoming
    intake.features += features
    intake.rejected += rejected


def links_wanted(made: MadeItem, place: Place) -> list[dict[str, Any]]:
    """Return the web addresses that are attached, as the record's folder wants it."""
    return [] if place.attachments is Attachments.NONE else made.attachments


def _attachments(
    made: MadeItem, delivery: Delivery, tools: Tools, odd: list[Problem]
) -> list[dict[str, Any]]:
    """Return what hangs below an item beside its notes; files that cannot be found are `odd`."""
    attachments = [*links_wanted(made, delivery.place)]
    if delivery.place.attachments not in (Attachments.FILE, Attachments.UPLOAD):
        return attachments
    for target in (link.target for link in made.record.links if not is_address(link.target)):
        try:
            attachments.append(_attached_file(target, delivery, tools))
        except ChangedError:
            raise  # The export is read again when the file beside it rests, or its drive answers.
        except InputError as error:
            told = f"{target} is not attached: {error.message}"
            odd.append(Problem(told, made.record.origin.line))
    return attachments


def _attached_file(target: str, delivery: Delivery, tools: Tools) -> dict[str, Any]:
    """Return the attachment for a file. Raises `InputError` saying why there is none."""
    export, place = delivery
    path, reason = find_attached(target, export)
    if path is None:
        raise InputError(reason)
    if place.attachments is Attachments.UPLOAD:
        if not tools.stored_files:
            raise InputError("the library stores no files")
        # It is read when it is known that it will be sent; see `attaching`.
        return dict(with_file(stored_file(path), outline(path, export, place.max_upload)))
    if not tools.linked_files:
        raise InputError("the library takes no links to files")
    return file_link(path)


class _Received(NamedTuple):
    """A record with all that was found out about it on the way."""

    made: MadeItem
    attachments: Sequence[Mapping[str, Any]]
    entry: ReadEntry
    citation: Citation
    features: Features


def _receive(
    received: _Received, number: int, delivery: Delivery, updates: UpdateSettings
) -> Incoming:
    made, attachments, entry, citation, features = received
    export, place = delivery
    record = made.record
    fate = statuses_of(made.whole, [note.html for note in record.notes])
    is_grave = not fate.isdisjoint(GRAVE)
    return Incoming(
        origin=record.origin._replace(title=citation.title or None),
        citation=citation,
        fingerprint=fingerprint_of(features),
        data=made.data,
        children=(*map(note_data, made.notes), *attachments),
        place=place,
        export=number,
        entry=_keep(entry),
        cuts=made.cuts,
        is_unfinished=made.record.is_unfinished,
        exported_at=record.exported_on or _written_at(export.stamp.mtime_ns),
        fate=fate,
        tags=made.tags,
        fate_tag=updates.retracted_tag if is_grave else "",
        carried=find_carried_key(record),
        features=dump_features(features) if _says_the_same(made, citation) else None,
    )


def _says_the_same(made: MadeItem, citation: Citation) -> bool:
    """Say whether the item would be compared by what its record is compared by."""
    is_whole = made.data is made.whole or made.data == made.whole
    return is_whole and identity_of(made.data) == citation.identity


@lru_cache(maxsize=16)
def _written_at(mtime_ns: int) -> str:
    """Return when the file of an export was last written."""
    seconds, rest = divmod(mtime_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"


def _receive_lean(record: Record, citation: Citation, number: int, place: Place) -> Incoming:
    """Return a record without entry, notes, item and names: nothing will be made of it."""
    return Incoming(
        origin=record.origin._replace(title=citation.title or None),
        citation=Citation(item_type=citation.item_type, title="", identity=citation.identity),
        fingerprint="",
        data=_NO_DATA,
        children=(),
        place=place,
        export=number,
        is_unfinished=record.is_unfinished,
    )


def _reject(entry: ReadEntry, file: str, number: int, error: InputError) -> Rejection:
    planned = PlannedRecord(
        origin=Origin(file, entry.index, error.line or entry.line),
        decision=Decision.REJECT,
        reason=error.message,
    )
    return Rejection(planned, number, _keep(entry))


def _keep(entry: ReadEntry) -> bytes:
    return pack(entry.written.encode("utf-8", "surrogatepass"))


def written_in(kept: bytes) -> str:
    """Return an entry as written, from the form in which the ledger keeps it."""
    return unpack(kept).decode("utf-8", "surrogatepass")


def with_rejections(intents: Sequence[Intent], reading: Intake) -> list[Intent]:
    """Put entries that could not be used where they stood among the others."""
    rejected = [Intent(r.planned, r.export, r.entry) for r in reading.rejected]
    return sorted(
        [*intents, *rejected], key=lambda intent: (intent.export, intent.planned.origin.index)
    )
