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
from syncd.matching import Answers, Known, features_of, resolve
from syncd.plan import Plan, PlannedRecord
from syncd.schema import Schema
from syncd.settings import Settings
from syncd.sync.drafting import policy_of
from syncd.sync.intake import Delivery, Intake, read_deliveries, with_rejections
from syncd.sync.lookup import OfflineLookup, fingerprints_of
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

    A `lean` reading keeps no more of the records than it takes to tell them apart.
    """
    reading = read_deliveries(deliveries, Tools(schema, keep_notes, lean=lean))
    features = [features_of(record.citation) for record in reading.incoming]
    policies = [policy_of(record.place) for record in reading.incoming]
    rulings = resolve(features, _NothingKnown(), policies)
    lookup = OfflineLookup(fingerprints_of(reading.incoming, features))
    intents = with_rejections(make_intents(reading.incoming, rulings, lookup), reading)
    return Plan([without_keys(intent.planned) for intent in intents]), reading


def without_keys(planned: PlannedRecord) -> PlannedRecord:
    """Return the decision without the keys that stood for works within the plan."""
    return replace(
        planned,
        item_key=None,
        duplicate_of=planned.duplicate_of and replace(planned.duplicate_of, item_key=None),
        candidates=tuple(replace(pointer, item_key=None) for pointer in planned.candidates),
    )
