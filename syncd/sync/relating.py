"""Preprints and what was published of them are works of their own, related where that is wanted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b

from syncd.ledger.works import LedgerWorks
from syncd.library import Create
from syncd.matching import Features, blocking_keys
from syncd.matching.comparison import compare
from syncd.matching.rules import is_preprint_and_publication
from syncd.plan import Decision, Intent, PlannedOperation

_PREDICATE = "dc:relation"
_PATH = re.compile(r"(?:users|groups)/\d+")


def relate_preprints(
    intents: Sequence[Intent], features: Sequence[Features], works: LedgerWorks, library: str
) -> list[Intent]:
    """Return the intents, where what is made names the other version of the same work.

    `library` is the ledger's word for it; items are named by their address at zotero.org.
    """
    made = [n for n, intent in enumerate(intents) if intent.planned.decision is Decision.CREATE]
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for number in made:
        for key in blocking_keys(features[number]):
            blocks[key].append(number)
    known = works.by_blocks(list(blocks))
    related = list(intents)
    for number in made:
        mine = features[number]
        others = {
            item.ref: item.features
            for key in blocking_keys(mine)
            for item in known.get(key, ())
            if item.removed is None
        }
        others |= _others_of_plan(intents, features, blocks, number)
        keys = [key for key, each in others.items() if _are_versions(mine, each)]
        if keys:
            related[number] = _with_relations(intents[number], [_uri(library, k) for k in keys])
    return related


def _others_of_plan(
    intents: Sequence[Intent],
    features: Sequence[Features],
    blocks: Mapping[int, Sequence[int]],
    number: int,
) -> dict[str, Features]:
    return {
        str(intents[other].planned.item_key): features[other]
        for key in blocking_keys(features[number])
        for other in blocks[key]
        if other != number
    }


def _are_versions(one: Features, other: Features) -> bool:
    it = compare(one, other, frozenset())
    agree = it.exact and it.author_in_common and not it.markers
    return agree and is_preprint_and_publication(it)


def _with_relations(intent: Intent, uris: Sequence[str]) -> Intent:
    return replace(intent, operations=tuple(_related(intent, uris)))


def _related(intent: Intent, uris: Sequence[str]) -> Iterator[PlannedOperation]:
    for planned in intent.operations:
        making = planned.operation
        if isinstance(making, Create) and not making.parent:
            data = {**making.data, "relations": {_PREDICATE: list(uris)}}
            yield planned._replace(operation=making._replace(data=data))
        else:
            yield planned


def _uri(library: str, key: str) -> str:
    """Return the address by which Zotero's relations name an item."""
    found = _PATH.search(library)
    local = blake2b(library.encode(), digest_size=4).hexdigest()
    path = found[0] if found else f"users/local/{local}"
    return f"http://zotero.org/{path}/items/{key}"
