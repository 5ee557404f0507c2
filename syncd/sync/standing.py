"""What a run came to, and how a library stands: for whoever shows or waits for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from syncd.errors import InputError, UnsettledError
from syncd.sync.follow import Reading
from syncd.sync.pace import Sending


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to; its number is None where there was nothing new.

    `unusable` says by SHA-256 of which exports nothing could be used, and why; `changed` names
    those that changed under the reader and are looked at again later.
    """

    run: int | None
    counts: Mapping[str, int]
    unusable: Mapping[str, str]
    changed: Collection[str] = ()
    problems: Sequence[InputError] = ()
    """What is odd about exports that were used all the same."""
    waiting: UnsettledError | None = None
    """Why something that was promised, by this run or before, still waits for its outcome."""


class Figures(NamedTuple):
    """How a library stands: operations to be sent, questions for a person, last reconcile.

    `reading` is how far it has been read just now, if it is being read, `sending` how far what is
    promised has been sent, while it is. `sure_at` is when the first of what was sent without an
    answer can no longer arrive; None where all was answered.
    """

    pending: int = 0
    held: int = 0
    last_reconcile_at: datetime | None = None
    reading: Reading | None = None
    sending: Sending | None = None
    identity: str | None = None
    """What the library says it is; None while that is not known."""
    sure_at: datetime | None = None
    notices: tuple[str, ...] = ()
    """What the library has to tell people."""

    @classmethod
    def together(cls, each: Iterable[Figures]) -> Figures:
        """Add up what there is to do for several libraries."""
        all_of_them = list(each)
        readings = [figures.reading for figures in all_of_them if figures.reading]
        return cls(
            sum(figures.pending for figures in all_of_them),
            sum(figures.held for figures in all_of_them),
            reading=Reading(*map(sum, zip(*readings, strict=True))) if readings else None,
            sending=Sending.together([each.sending for each in all_of_them if each.sending]),
        )
