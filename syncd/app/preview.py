"""What `once` would do, found out without changing anything.

The ledger is copied and the copy follows the library; the library itself is only read. Without a
library at all, files are compared with each other only.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from syncd.ledger.snapshot import copy_ledger
from syncd.matching import Answers, Features, Known, resolve
from syncd.plan import Plan
from syncd.schema import Schema
from syncd.settings import Settings
from syncd.sync.drafting import policy_of
from syncd.sync.intake import Delivery, Intake, read_deliveries, with_rejections
from syncd.sync.lookup import OfflineLookup
from syncd.sync.making import Tools
from syncd.sync.planner import make_intents


@contextmanager
def looking_only(settings: Settings, state: Path) -> Iterator[tuple[Settings, Path]]:
    """Provide settings and a state directory to work with in place of these, and then forget.

    They begin as copies of the ledger, wherever the settings say it is, and of what is cached.
    """
    with TemporaryDirectory(prefix="syncd-look-") as name:
        copy = Path(name)
        copy_ledger(settings.ledger.url, state, copy)
        cache = state / "cache"
        if cache.is_dir():
            shutil.copytree(cache, copy / "cache")
        yield replace(settings, ledger=replace(settings.ledger, url="")), copy


class _NothingKnown:
    """`matching.KnownWorks` of no library."""

    def by_identifiers(
        self, pairs: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], Sequence[Known]]:
        return {}

    def by_blocks(self, keys: Collection[int]) -> dict[int, Sequence[Known]]:
        return {}

    def shared_dois(self, dois: Collection[str]) -> set[str]:
        return set()

    def by_refs(self, refs: Collection[str]) -> dict[str, Sequence[Known]]:
        return {}

    def as_written(self, keys: Collection[str]) -> dict[str, Features]:
        return {}

    def answers(self) -> Answers:
        return Answers()


def plan_offline(
    deliveries: Sequence[Delivery],
    schema: Schema,
    keep_notes: Collection[str],
    *,
    lean: bool = False,
) -> tuple[Plan, Intake]:
    """Plan as for an empty library; no record gets an item key, because there is no library.

    A `lean` reading keeps no more of the records than it takes to tell them apart, and is left
    without any.
    """
    reading = read_deliveries(deliveries, Tools(schema, keep_notes, lean=lean, stored_files=True))
    policies = [policy_of(record.place) for record in reading.incoming]
    rulings = resolve(reading.features, _NothingKnown(), policies)
    reading.features.clear()
    intents = with_rejections(make_intents(reading.incoming, rulings, OfflineLookup()), reading)
    if lean:
        reading.incoming.clear()
    return Plan([intent.planned for intent in intents]), reading
