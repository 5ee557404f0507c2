"""One RIS export from bytes to records: `ris` cuts it into entries, `sources` understands them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import BinaryIO

from syncd.errors import InputError, Problem
from syncd.formats.contract import ReadEntry
from syncd.formats.ris import Ending, Entry, Reader
from syncd.formats.sources import read_records
from syncd.record import Record

_END_OF_FILE = Ending.END_OF_FILE
_CUT_SHORT = "the last record has no ER: the export was cut short; export it again"


class RisReading:
    """`Reading` of RIS. Raises `InputError` at once when the file is no RIS."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._reader = Reader(stream)
        self._file = file
        self._has_ends = False
        self._last: Ending | None = None

    @property
    def encoding(self) -> str:
        """Name the encoding the bytes were read in."""
        return self._reader.encoding

    @property
    def encoding_certain(self) -> bool:
        """Tell whether the encoding is known rather than guessed."""
        return self._reader.encoding_certain

    @property
    def problems(self) -> Sequence[Problem]:
        """Return what is odd about the export as a whole."""
        return self._reader.problems

    @property
    def alarms(self) -> Sequence[str]:
        """Say so if the export breaks off in its last record; in one without any ER, who knows."""
        is_cut_short = self._has_ends and self._last is Ending.END_OF_FILE
        return [_CUT_SHORT] if is_cut_short else []

    def batches(self) -> Iterator[Sequence[ReadEntry]]:
        """Yield the entries as the reader cuts them, each with what became of it."""
        for entries in self._reader.batches():
            yield self._read(entries)
            del entries  # they may be large, and the next ones too

    def _read(self, entries: Sequence[Entry]) -> Sequence[ReadEntry]:
        results = read_records(entries, self._file)
        self._notice_ends(entries, results)
        return [*map(_hand_on, entries, results)]

    def _notice_ends(
        self, entries: Sequence[Entry], results: Sequence[Record | InputError]
    ) -> None:
        usable = [
            entry.ending
            for entry, result in zip(entries, results, strict=True)
            if not isinstance(result, InputError)
        ]
        if usable:
            self._last = usable[-1]
            self._has_ends = self._has_ends or Ending.ER in usable


def _hand_on(entry: Entry, result: Record | InputError) -> ReadEntry:
    return ReadEntry(
        entry.index,
        entry.line,
        entry.values,
        partial(_written, entry),
        result,
        entry.problems,
        entry.ending is _END_OF_FILE,
        entry.is_ascii,
    )


def _written(entry: Entry) -> str:
    return "\n".join(map("  - ".join, zip(entry.tags, entry.values, strict=True)))
