"""A record that an item was made of is that item, whatever people have made of it since.

Matching compares a record with what the library holds now, and rightly doubts when a person has
given the item another title. The ledger remembers what the item looked like when the record was
last found to be its work; that it is the very same record needs no second opinion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from syncd.ledger import history, knowledge
from syncd.ledger.statements import chunks
from syncd.ledger.store import LibraryLedger
from syncd.matching import (
    Doubt,
    Features,
    Known,
    Ruling,
    RulingKind,
    Verdict,
    judge,
    load_features,
)
from syncd.matching.comparison import compare
from syncd.matching.kinds import Kind
from syncd.matching.people import Authors
from syncd.matching.rules import OF_RECORDS

_OF_CONTAINERS = frozenset({"isbn", "issn"})
"""Identifiers that may name what a work stands in; the ISBN of a book is its own."""


def recognise(
    features: Sequence[Features], rulings: Sequence[Ruling], ledger: LibraryLedger
) -> list[Ruling]:
    """Return the rulings, with doubts resolved about records that were seen just so before.

    A record that may be several items stays in doubt: that is about more than an edit.
    """
    doubted = {
        number: candidate
        for number, ruling in enumerate(rulings)
        if (candidate := _only_candidate(ruling)) is not None
    }
    seen: defaultdict[str, list[Features]] = defaultdict(list)
    with ledger.read() as tx:
        for part in chunks({known.ref for known in doubted.values()}):
            for key, stored in knowledge.find_remembered(tx, part):
                seen[key].append(load_features(stored))
        ours = history.find_bases(tx, {known.ref for known in doubted.values()}).keys()
    recognised = list(rulings)
    for number, known in doubted.items():
        seen_so = [known.features, *seen[known.ref]]
        reason = _reason(features[number], seen_so, rulings[number], is_ours=known.ref in ours)
        if reason is not None:
            recognised[number] = _same(rulings[number], known, reason)
    return recognised


def _reason(
    mine: Features, before: Sequence[Features], ruling: Ruling, *, is_ours: bool
) -> str | None:
    """Say why a record is the item that was seen so `before`, first as it is now; None: it is not.

    One that people have made another work of is only the very record that it was.
    """
    if mine in before[1:]:
        return _SEEN
    if ruling.doubt is Doubt.TURNED:
        return None
    if any(_was_seen(mine, each) for each in before[1:]):
        return _SEEN
    return _CORRECTED if is_ours and any(_is_corrected(mine, each) for each in before) else None


_SEEN = "this very record was found to be it before"
_CORRECTED = "the same entry of the same database, corrected"


def _is_corrected(features: Features, before: Features) -> bool:
    """Say whether a database corrects its own entry: other pages under all the same names.

    The title may be corrected as well where a DOI of the work's own is the same.
    """
    it = compare(features, before, frozenset())
    if OF_RECORDS.isdisjoint(it.same_ids) or it.other_ids or it.markers:
        return False
    is_retitled = "doi" in it.same_ids and it.alike and not it.title.other_part
    return (it.exact or is_retitled) and it.authors is Authors.SAME


def _was_seen(features: Features, before: Features) -> bool:
    """Say whether a record is one that was found to be the item before, and was corrected since.

    It bears the same identifier of the work and looks the same.
    """
    kinds = {kind for kind, _ in {*features.identity.pairs()} & {*before.identity.pairs()}}
    is_a_book = features.kind is before.kind is Kind.BOOK
    shares_a_name = kinds - _OF_CONTAINERS or (is_a_book and "isbn" in kinds)
    return bool(shares_a_name) and judge(features, before).verdict is Verdict.SAME


def _only_candidate(ruling: Ruling) -> Known | None:
    # Where metadata decides nothing, neither does what it decided before, in another folder.
    if ruling.kind is not RulingKind.HOLD or ruling.doubt is Doubt.METADATA:
        return None
    refs = {known.ref if isinstance(known, Known) else None for known in ruling.candidates}
    first = ruling.candidates[0] if ruling.candidates else None
    return first if len(refs) == 1 and isinstance(first, Known) else None


def _same(ruling: Ruling, known: Known, reason: str) -> Ruling:
    return ruling._replace(
        kind=RulingKind.SAME,
        known=known,
        candidates=(),
        reason=reason,
        doubt=None,
    )
