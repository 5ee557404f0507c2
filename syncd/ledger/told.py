"""What a run made of one export, for programs that are told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from syncd.ledger.tables import delivery, export, hold, library, record


class ExportOutcome(NamedTuple):
    """What a run made of an export; `counts` are its records by decision.

    `pending` records are promised and have no outcome yet. `item_keys` are the items that records
    became or were found to be, each once.
    """

    run: int
    counts: Mapping[str, int]
    pending: int
    item_keys: Sequence[str]
    unusable: str | None

    @property
    def is_unusable(self) -> bool:
        """Whether nothing of it could be used."""
        return self.unusable is not None or set(self.counts) == {"reject"}


def find_outcome(
    connection: Connection, sha256: str, folder: bytes, library_is: int | str
) -> ExportOutcome | None:
    """Return what became of an export that was dropped there; None where it was not delivered.

    `library_is` is the number of the run that delivered it, or else what its library is known as.
    """
    of_library = (
        delivery.c.run_id == library_is
        if isinstance(library_is, int)
        else library.c.known_as == library_is
    )
    found = connection.execute(
        select(delivery.c.run_id, delivery.c.export_id, delivery.c.unusable)
        .join(export, export.c.export_id == delivery.c.export_id)
        .join(library, library.c.library_id == delivery.c.library_id)
        .where(export.c.sha256 == sha256, delivery.c.folder == folder, of_library)
        .order_by(delivery.c.run_id.desc())
    ).first()
    if found is None:
        return None
    its = (record.c.export_id == found.export_id, record.c.run_id == found.run_id)
    grouped = connection.execute(
        select(record.c.decision, record.c.outcome, func.count().label("times"))
        .where(*its)
        .group_by(record.c.decision, record.c.outcome)
    )
    counts: dict[str, int] = {}
    pending = 0
    for row in grouped:
        counts[row.decision] = counts.get(row.decision, 0) + row.times
        pending += row.times if row.outcome == "pending" else 0
    keys = connection.execute(
        select(record.c.item_key)
        .where(*its, record.c.item_key.is_not(None))
        .order_by(record.c.record_id)
    ).scalars()
    return ExportOutcome(found.run_id, counts, pending, list(dict.fromkeys(keys)), found.unusable)


_MOST_TITLES = 10


def titles_of_questions(connection: Connection, known_as: str) -> list[str]:
    """Return titles of what a library's open questions are about, the newest first."""
    query = (
        select(record.c.title)
        .join(hold, hold.c.record_id == record.c.record_id)
        .join(library, library.c.library_id == hold.c.library_id)
        .where(hold.c.answer.is_(None), library.c.known_as == known_as)
        .order_by(hold.c.hold_id.desc())
        .limit(_MOST_TITLES)
    )
    return [title for title in connection.execute(query).scalars() if title]
