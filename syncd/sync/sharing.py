"""Answers leave for other ledgers, and those of others are taken in.

WORK  how a shared answer names a work: by what it says (`citation`, identifiers included) and by
      its fingerprints. Keys mean nothing elsewhere; an older syncd named works by them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from syncd.item.minting import mint_key, name_of
from syncd.ledger import answered, holds, knowledge
from syncd.ledger.holds import HoldRow
from syncd.ledger.store import LibraryLedger
from syncd.ledger.survey import all_features
from syncd.ledger.transaction import Transaction
from syncd.ledger.works import LedgerWorks
from syncd.matching import (
    Answers,
    Features,
    Known,
    Verdict,
    blocking_keys,
    citation_in,
    exact_name,
    features_of,
    fingerprint_of,
    judge,
)
from syncd.record import Citation
from syncd.sync.answering import candidates_of
from syncd.sync.joining import LeftOut, citation_of_held, fingerprints_in
from syncd.sync.shared_answers import (
    ANSWERS_SCHEMA,
    OLD_ANSWERS_SCHEMA,
    SharedAnswer,
    Work,
    read_answers,
    read_left_out,
    work_document,
)


class Imported(NamedTuple):
    """What came of answers that others gave.

    `new` were not known; `here` of these are about a work that this library or its queue has,
    `foreign` name items of another library by keys that mean nothing here.
    """

    new: int = 0
    here: int = 0
    known: int = 0
    foreign: int = 0


class Sharing:
    """The answers about one library, on their way out and in."""

    def __init__(self, ledger: LibraryLedger) -> None:
        self._ledger = ledger

    # Out

    def export_answers(self) -> dict[str, Any]:
        """Return every answer about this library, with each work by what it is."""
        with self._ledger.read() as tx:
            given = knowledge.all_answers(tx)
            left_out = sorted(answered.left_out(tx))
            named = answered.all_works(tx)
        names = {name for one, other, _ in given for name in (one, other)}
        works = self._describe(names | set(left_out), named)
        return {
            "schema": ANSWERS_SCHEMA,
            "library": self._ledger.identity,
            "answers": [
                {
                    "one": work_document(works[one]),
                    "other": work_document(works[other]),
                    "verdict": verdict,
                }
                for one, other, verdict in given
            ],
            "left_out": [work_document(works[name]) for name in left_out],
        }

    def _describe(
        self, names: Collection[str], named: Mapping[str, Citation]
    ) -> Mapping[str, Work]:
        rest = set(names) - set(named)
        items = LedgerWorks(self._ledger).by_refs(rest)
        with self._ledger.read() as tx:
            asked = holds.all_named(tx, rest - set(items))
            held = {name: citation_of_held(tx, row) for name, row in asked.items()}
        works = {}
        for name in names:
            if name in items:
                members = [known.features for known in items[name]]
                fingerprints = dict.fromkeys(map(fingerprint_of, members))
                works[name] = Work(tuple(fingerprints), citation_in(members[0]))
            else:
                works[name] = Work((name,), named.get(name) or held.get(name))
        return works

    # In

    def import_answers(self, document: Mapping[str, Any]) -> Imported:
        """Take over answers; own ones stay. Raises `InputError` for what is none of answers."""
        answers, left_out = read_answers(document), read_left_out(document)
        finder = _Finder(self._ledger, document)
        found = [
            (finder.name(each.one, each.other), finder.name(each.other, each.one), each)
            for each in answers
        ]
        own = LedgerWorks(self._ledger).answers()
        # A work may have been named otherwise when it was answered about here.
        found = [
            answer
            for answer in found
            if own.find(
                _names_of(own, answer[2].one, answer[0]), _names_of(own, answer[2].other, answer[1])
            )
            is None
        ]
        with self._ledger.write() as tx:
            here = finder.keys | {name for row in _open(tx) for name in _names_in(row)}
            given = [_take_answer(tx, one, other, each) for one, other, each in found]
            out = [_take_left_out(tx, work) for work in left_out]
        met = [here.intersection(names) for names in (*given, *out) if names]
        foreign = sum(one is None or other is None for one, other, _ in found)
        total = len(answers) + len(left_out)
        return Imported(len(met), sum(map(bool, met)), total - len(met) - foreign, foreign)

    def find_settled(self) -> list[tuple[int, str, str | None]]:
        """Return the open questions that answers already known settle: (number, answer, word)."""
        works = LedgerWorks(self._ledger)
        with self._ledger.read() as tx:
            rows = _open(tx)
            features = [features_of(citation_of_held(tx, row)) for row in rows]
            left_out = LeftOut(tx)
        items = works.by_refs({key for row in rows for key in candidates_of(row)})
        settled: list[tuple[int, str, str | None]] = []
        for row, mine in zip(rows, features, strict=True):
            if left_out.has(mine, row.payload["fingerprint"]):
                settled.append((row.hold_id, "skip", None))
            elif found := _settle(row, works.answers(), mine, items):
                settled.append((row.hold_id, *found))
        return settled


def _settle(
    row: HoldRow, said: Answers, mine: Features, items: Mapping[str, Sequence[Known]]
) -> tuple[str, str | None] | None:
    """Return what was said about the candidates of a question, if that settles it."""
    names = said.names_of(mine)
    verdicts = {}
    for key in candidates_of(row):
        others = (name for known in items.get(key, ()) for name in said.names_of(known.features))
        verdicts[key] = said.find(names, [key, *others])
    same = [key for key, verdict in verdicts.items() if verdict is Verdict.SAME]
    if len(same) == 1 and same[0] in items:
        return "accept", same[0]
    if verdicts and all(verdict is Verdict.DIFFERENT for verdict in verdicts.values()):
        return "create", None
    return None


def _names_of(said: Answers, work: Work, name: str | None) -> list[str]:
    """Return what answers given here may call a work."""
    names = [name] if name is not None else []
    if work.citation is not None:
        names += said.names_of(features_of(work.citation))
    return list(dict.fromkeys([*names, *work.fingerprints]))


def _take_answer(
    tx: Transaction, one: str | None, other: str | None, each: SharedAnswer
) -> tuple[str, ...]:
    """Remember an answer unless it is known; return the names of the works that it is about."""
    if one is None or other is None or one == other:
        return ()
    if knowledge.find_answer(tx, one, other) is not None:
        return ()
    knowledge.add_answer(tx, (one, other), each.verdict)
    _keep(tx, one, each.one)
    _keep(tx, other, each.other)
    return one, other


def _take_left_out(tx: Transaction, work: Work) -> tuple[str, ...]:
    name = work.fingerprints[0]
    if name in answered.left_out(tx):
        return ()
    answered.leave_out(tx, name)
    _keep(tx, name, work)
    return (name,)


def _open(tx: Transaction) -> list[HoldRow]:
    return [row for row in holds.open_holds(tx) if row.kind == "identity"]


class _Finder:
    """Finds what shared answers call the works of this library."""

    def __init__(self, ledger: LibraryLedger, document: Mapping[str, Any]) -> None:
        self._ledger = ledger
        self._works = LedgerWorks(ledger)
        self._is_old = document.get("schema") == OLD_ANSWERS_SCHEMA
        self._theirs = str(document.get("library", ""))
        self._minted: dict[str, str] | None = None
        self.keys: set[str] = set()
        """The items of this library that were found."""

    def name(self, work: Work, other: Work) -> str | None:
        """Return what answers call a work here; None where its name means nothing here."""
        key = self._old_key(work) if self._is_old else self._find_item(work, other)
        if key is not None:
            self.keys.add(key)
            return key
        is_key = self._is_old and not _is_fingerprint(work.fingerprints[0])
        return None if is_key else work.fingerprints[0]

    def _old_key(self, work: Work) -> str | None:
        """Return the item that an older syncd named by its key, there or here."""
        name = work.fingerprints[0]
        if _is_fingerprint(name):
            return None
        if self._theirs == self._ledger.identity:
            return name
        if self._minted is None:
            self._minted = self._mint_again()
        return self._minted.get(name)

    def _mint_again(self) -> dict[str, str]:
        """Return which of our items got which key there, of those that syncd made there."""
        with self._ledger.read() as tx:
            return {
                mint_key(self._theirs, name_of(citation_in(it), fingerprint_of(it))): key
                for key, it in all_features(tx)
            }

    def _find_item(self, work: Work, other: Work) -> str | None:
        """Return the one item that is this work, by its fingerprint or by an identifier."""
        if work.citation is None:
            return None
        mine = features_of(work.citation)
        theirs = set(other.citation.identity.pairs()) if other.citation else set()
        alike = self._works.by_blocks(frozenset(blocking_keys(mine)))
        named = self._works.by_identifiers(frozenset(set(mine.identity.pairs()) - theirs))
        by_look = {
            known.ref
            for each in alike.values()
            for known in each
            if not {fingerprint_of(known.features), exact_name(known.features)}.isdisjoint(
                work.fingerprints
            )
            and not _differ(mine, known.features)
        }
        if len(by_look) == 1:
            return by_look.pop()
        by_name = {
            known.ref
            for each in named.values()
            for known in each
            if judge(mine, known.features).verdict is Verdict.SAME
        }
        return by_name.pop() if len(by_name) == 1 else None


def _differ(one: Features, other: Features) -> bool:
    return judge(one, other).verdict is Verdict.DIFFERENT


def _is_fingerprint(name: str) -> bool:
    return len(name) == 32


def _keep(tx: Transaction, name: str, work: Work) -> None:
    if work.citation is not None and name in work.fingerprints:
        answered.add_work(tx, name, work.citation)


def _names_in(row: HoldRow) -> Iterable[str]:
    yield from fingerprints_in(row)
    yield from row.payload["candidates"]
