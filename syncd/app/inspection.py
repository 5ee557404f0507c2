"""What syncd understood of an export: the items it would send, what is odd, what it could not use.

Records are handed on one by one, so that an export of any size needs the same memory. What is
known only at the end of a file (its encoding, its alarms) stands in `files` by then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from syncd import formats
from syncd.errors import InputError, Problem
from syncd.formats import Member, ReadEntry
from syncd.record import Identity, Record
from syncd.sync.making import MadeItem, Tools, take_in
from syncd.system.drives import SILENT_FILE, SilentDriveError

if TYPE_CHECKING:
    from syncd.plan import Cut

EXPORT_LIMITS = (2_000, 20_000)
"""Databases stop an export at exactly so many records (Scopus: 2,000 in full, 20,000 in part)."""
MOST_DUPLICATES = 0.05
"""The share of records with an identifier already seen in the same file that calls for a look."""
FEWEST_FOR_A_SHARE = 20
"""In a smaller file, a single repeated record would be more than that share."""
_MOST_PROBLEMS = 1_000
_LONG = 1 << 16  # characters of an entry

_MOJIBAKE = re.compile(
    "\ufffd|Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\x80-\xbf˜™œ¢“”¦]|Â[\xa0-\xbf]"
)
_OF_MOJIBAKE = ("\ufffd", "Ã", "â€", "Â")  # one of which it always holds, and which are found fast

Open = Callable[[Path], BinaryIO]


class Inspected(NamedTuple):
    """One record and the item it would become, in whatever collections."""

    record: Record
    item: dict[str, Any]
    notes: list[str]
    attachments: list[dict[str, Any]]
    warnings: list[str]
    is_long: bool = False
    """Whether there is so much of it that a copy of all of it would be dear."""


@dataclass(slots=True)
class InspectedFile:
    """What there is to say of a file as a whole; final once its last record was handed on.

    `unused` counts by tag the records that hold values of which nothing was made, `notes_left_out`
    the notes by kind that stay in the ledger.
    """

    file: str
    encoding: str | None = None
    encoding_certain: bool = False
    source: str | None = None
    records_found: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    problems_left_out: int = 0
    alarms: list[str] = field(default_factory=list)
    unused: Counter[str] = field(default_factory=Counter)
    notes_left_out: Counter[str] = field(default_factory=Counter)


class Inspection:
    """Reads exports in order; `files` grows as `records` gets to them."""

    def __init__(self, paths: Sequence[Path], tools: Tools, open_file: Open) -> None:
        self._paths = paths
        self._tools = tools
        self._open_file = open_file
        self.files: list[InspectedFile] = []

    @property
    def all_used(self) -> bool:
        """Whether every file could be read and every entry became a record, so far."""
        return all(file.encoding is not None and not file.rejected for file in self.files)

    def records(self) -> Iterator[Inspected]:
        """Yield what became of every usable entry of every file; each file is read once."""
        for path in self._paths:
            try:
                with self._open_file(path) as stream:
                    for member in formats.members_of(stream):
                        report = self._begin(formats.shown_in(path, member.name))
                        yield from self._read_member(member, report)
            except (InputError, OSError, SilentDriveError) as exc:
                _give_up(self._begin(path), exc)

    def _begin(self, path: Path) -> InspectedFile:
        report = InspectedFile(str(path))
        self.files.append(report)
        return report

    def _read_member(self, member: Member, report: InspectedFile) -> Iterator[Inspected]:
        try:
            with member.open() as stream:
                yield from self._read(stream, report)
        except (InputError, OSError, SilentDriveError) as exc:
            _give_up(report, exc)

    def _read(self, stream: BinaryIO, report: InspectedFile) -> Iterator[Inspected]:
        reading = formats.read(stream, report.file)
        observations = _Observations()
        # A loop would hold on to an entry, which may be large, while it is shown and the next read.
        look_at = partial(self._look_at, report, observations)
        yield from filter(None, starmap(look_at, take_in(reading, self._tools)))
        _add_problems(report, reading.problems)
        report.encoding = reading.encoding
        report.encoding_certain = reading.encoding_certain
        report.source = observations.source
        report.alarms = list(observations.alarms(report.records_found, reading.alarms))

    def _look_at(
        self,
        report: InspectedFile,
        observations: _Observations,
        entry: ReadEntry,
        made: MadeItem | InputError,
    ) -> Inspected | None:
        """Count an entry for its file; return what is shown of it, None if it became no record."""
        report.records_found += 1
        if entry.problems:
            _add_problems(report, entry.problems)
        if isinstance(made, InputError):
            report.rejected += 1
            _add_problems(report, [Problem(made.message, made.line or entry.line)])
            return None
        is_long = sum(map(len, entry.values)) > _LONG
        observations.see(entry, made.record, is_long=is_long)
        self._count_losses(made.record, report)
        return _show(made, is_long=is_long)

    def _count_losses(self, record: Record, report: InspectedFile) -> None:
        for tag in record.unused:
            report.unused[tag] += 1
        for note in record.notes:
            if note.kind not in self._tools.keep_notes:
                report.notes_left_out[note.kind] += 1


def _give_up(report: InspectedFile, error: InputError | OSError | SilentDriveError) -> None:
    """Say why nothing more of a file can be read; what was read of it does not count."""
    if isinstance(error, InputError):
        problem = Problem(error.message, error.line)
    elif isinstance(error, SilentDriveError):
        problem = Problem(SILENT_FILE)
    elif isinstance(error, IsADirectoryError):
        problem = Problem("this directory holds no .ris or .txt file")
    else:
        problem = Problem(f"cannot be read: {error.strerror}")
    report.problems.append(problem)
    report.encoding = None


def _show(made: MadeItem, *, is_long: bool) -> Inspected:
    # The same wherever it is filed; nobody else is given this item.
    item = made.data
    item.pop("collections", None)
    return Inspected(
        made.record,
        item,
        made.notes,
        made.attachments,
        [*made.record.warnings, *made.warnings, *map(_say, made.cuts)],
        is_long,
    )


def _say(cut: Cut) -> str:
    end = "it would be untrue if it were cut, so it is held" if cut.falsifies else "it is cut"
    return f"{cut.where} is longer than the library takes: {end}"


def _is_garbled(text: str) -> bool:
    return any(map(text.__contains__, _OF_MOJIBAKE)) and _MOJIBAKE.search(text) is not None


def _add_problems(report: InspectedFile, problems: Sequence[Problem]) -> None:
    room = max(0, _MOST_PROBLEMS - len(report.problems))
    report.problems += problems[:room]
    report.problems_left_out += len(problems) - len(problems[:room])


class _Observations:
    """What only the whole of a file shows: its source, and whether the export went wrong."""

    def __init__(self) -> None:
        self._sources: Counter[str] = Counter()
        self._seen: set[int] = set()
        self._duplicates = 0
        self._garbled = 0
        self._first_garbled = 0

    @property
    def source(self) -> str | None:
        """Name the source of most records."""
        return next((source for source, _ in self._sources.most_common(1)), None)

    def see(self, entry: ReadEntry, record: Record, *, is_long: bool) -> None:
        self._sources[record.origin.source] += 1
        self._duplicates += self._is_seen(record.identity)
        if not entry.is_ascii:
            texts = entry.values if is_long else ["\n".join(entry.values)]
            if any(map(_is_garbled, texts)):
                self._first_garbled = self._first_garbled or entry.line
                self._garbled += 1

    def _is_seen(self, identity: Identity) -> bool:
        # Hashes instead of texts: a million identifiers fit, and an alarm need not be exact.
        # A DOI or ISBN may name a whole supplement or book, so the first identifier decides.
        strongest = next(identity.pairs(), None)
        if strongest is None:
            return False
        number, known = hash(strongest), len(self._seen)
        self._seen.add(number)
        return len(self._seen) == known

    def alarms(self, records: int, of_format: Sequence[str]) -> Iterator[str]:
        if records in EXPORT_LIMITS:
            yield (
                f"exactly {records:,} records: databases stop an export at this number, so some "
                "are probably missing; export the rest of the search in parts"
            )
        if records >= FEWEST_FOR_A_SHARE and self._duplicates / records > MOST_DUPLICATES:
            yield (
                f"{self._duplicates:,} of {records:,} records repeat an identifier of an earlier "
                "one in this file; the export may have been joined or repeated"
            )
        yield from of_format
        if self._garbled:
            yield (
                f"{self._garbled:,} of {records:,} records hold characters that were lost or "
                f"encoded twice (as in Ã©), first at line {self._first_garbled}; they came so"
            )
