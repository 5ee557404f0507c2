"""Doubts about records meet the questions that wait already, and what a person left out.

A record that is the work of one which is held asks the same question: it joins that one, and one
answer is for both. A work that a person left out stays so, whatever else it may be by now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from syncd.item.reading import citation_of
from syncd.ledger import answered, holds, journal
from syncd.ledger.holds import HoldRow
from syncd.ledger.transaction import Transaction
from syncd.matching import Answers, Features, Verdict, features_of, judge
from syncd.plan import UNFINISHED, HeldQuestion
from syncd.record import Citation


class OpenQuestions:
    """The questions about identity that wait for a person, by what they are about."""

    def __init__(self, tx: Transaction) -> None:
        self._rows = [row for row in holds.open_holds(tx) if row.kind == "identity"]
        self._identities = {
            row.record_id: journal.get_record(tx, row.record_id).identity for row in self._rows
        }
        self._names = {row.question for row in self._rows}
        self._by_work: dict[str, HoldRow] = {}
        self._by_candidate: defaultdict[str, list[HoldRow]] = defaultdict(list)
        for row in self._rows:
            for name in fingerprints_in(row):
                self._by_work.setdefault(name, row)
            for candidate in row.payload["candidates"]:
                self._by_candidate[candidate].append(row)
        self._features: dict[int, Features] = {}

    def meet(self, question: HeldQuestion, citation: Citation) -> HeldQuestion:
        """Return the question as it is asked already, if it is."""
        if question.name in self._names:
            return question
        fingerprint = question.payload["fingerprint"]
        row = self._by_work.get(fingerprint) or self._find_alike(question, citation)
        return question if row is None else question._replace(name=row.question)

    def _find_alike(self, question: HeldQuestion, citation: Citation) -> HoldRow | None:
        near = {
            row.hold_id: row
            for candidate in question.payload["candidates"]
            for row in self._by_candidate.get(candidate, ())
        }
        mine = features_of(citation) if near else None
        for _, row in sorted(near.items()):
            theirs = self._features_of(row)
            if mine is not None and (mine == theirs or judge(mine, theirs).verdict is Verdict.SAME):
                return row
        return None

    def _features_of(self, row: HoldRow) -> Features:
        if row.hold_id not in self._features:
            citation = citation_of(row.payload["data"], self._identities[row.record_id])
            self._features[row.hold_id] = features_of(citation)
        return self._features[row.hold_id]


class LeftOut:
    """The works that a person left out."""

    def __init__(self, tx: Transaction) -> None:
        self._names = answered.left_out(tx)
        works = answered.find_works(tx, self._names) if self._names else {}
        self._identifiers = {
            pair for citation in works.values() for pair in citation.identity.pairs()
        }
        self._works = Answers((), [(name, features_of(it)) for name, it in works.items()])
        self._fingerprints = self._names | self._works.fingerprints()

    def has(self, work: Citation | Features, fingerprint: str) -> bool:
        """Tell whether a work is one of them."""
        pairs = work.identity.pairs()
        if fingerprint not in self._fingerprints and self._identifiers.isdisjoint(pairs):
            return False
        features = work if isinstance(work, Features) else features_of(work)
        return not self._names.isdisjoint(self._works.names_of(features))


def fingerprints_in(row: HoldRow) -> Iterable[str]:
    """Return the fingerprints of all records that ask a question."""
    yield row.payload["fingerprint"]
    for joined in row.payload.get("joined", ()):
        yield joined["fingerprint"]


def citation_of_held(tx: Transaction, row: HoldRow) -> Citation:
    """Return the citation of the record that a question is about."""
    return citation_of(row.payload["data"], journal.get_record(tx, row.record_id).identity)


def meet_questions(
    tx: Transaction, asked: Mapping[int, tuple[HeldQuestion, Citation]]
) -> Mapping[int, HeldQuestion | None]:
    """Return the questions that are to be asked, by the same numbers; None: a person answered.

    Where a record joins a question, its name is that question's.
    """
    if not asked:
        return {}
    left_out, waiting = LeftOut(tx), OpenQuestions(tx)
    cut = holds.find_skipped(
        tx, {question.name for question, _ in asked.values() if question.kind == UNFINISHED}
    )
    return {
        number: None
        if question.name in cut or left_out.has(citation, question.payload["fingerprint"])
        else waiting.meet(question, citation)
        for number, (question, citation) in asked.items()
    }
