"""Which works the names in answers stand for, and which works a person left out.

NAME  what an answer calls a work that is no item: its fingerprint when it was answered
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from syncd.ledger.knowledge import all_answers, find_members, find_own_features
from syncd.ledger.statements import chunks
from syncd.ledger.tables import answer, answered_work, hold
from syncd.ledger.transaction import Transaction
from syncd.matching import (
    Answers,
    Verdict,
    exact_name,
    features_of,
    fingerprint_of,
    load_features,
)
from syncd.record import Citation, Details, Identity

_LEFT_OUT = "left out"
_NOBODY = ""
"""In the place of the other work, where a work was left out."""


def read_answers(tx: Transaction) -> Answers:
    """Return what people said about pairs of works, as matching asks for it."""
    given = [(one, other, Verdict(verdict)) for one, other, verdict in all_answers(tx)]
    if not given:
        return Answers()
    works = [(name, features_of(citation)) for name, citation in all_works(tx).items()]
    return Answers(given, works)


def told_apart(tx: Transaction, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of these pairs of items of which a person said that they are different works.

    Whatever they were called when that was said: one may have become an item by that very answer.
    """
    answers = read_answers(tx) if pairs else Answers()
    if not answers:
        return set()
    names: dict[str, Sequence[str]] = {}
    for part in chunks({key for pair in pairs for key in pair}):
        for key, features in find_own_features(tx, part):
            names[key] = (key, *answers.names_of(load_features(features)))
    return {
        (one, other)
        for one, other in pairs
        if answers.find(names.get(one, (one,)), names.get(other, (other,))) is Verdict.DIFFERENT
    }


def name_beside(tx: Transaction, name: str, citation: Citation, other: str) -> str:
    """Return what to call a work in an answer that it differs from this other one.

    That is its fingerprint, unless the other one has the same.
    """
    found = [*find_own_features(tx, [other]), *find_members(tx, [other])]
    fingerprints = {fingerprint_of(load_features(each)) for _, each in found}
    return exact_name(features_of(citation)) if name in {other, *fingerprints} else name


def add_work(tx: Transaction, name: str, citation: Citation) -> None:
    """Remember which work an answer means by a name."""
    tx.put(answered_work, [{"name": name, "citation": dump_citation(citation)}])


def all_works(tx: Transaction) -> dict[str, Citation]:
    """Return the works that names in answers stand for."""
    rows = tx.execute(
        select(answered_work.c.name, answered_work.c.citation)
        .where(answered_work.c.library_id == tx.library_id)
        .order_by(answered_work.c.name)
    )
    return {row.name: load_citation(row.citation) for row in rows}


def find_works(tx: Transaction, names: Collection[str]) -> dict[str, Citation]:
    """Return the works that these names stand for, of those that are known."""
    found: dict[str, Citation] = {}
    for part in chunks(names):
        rows = tx.execute(
            select(answered_work.c.name, answered_work.c.citation).where(
                answered_work.c.library_id == tx.library_id,
                answered_work.c.name.in_(tx.listed(part)),
            )
        )
        found.update((row.name, load_citation(row.citation)) for row in rows)
    return found


def leave_out(tx: Transaction, name: str) -> None:
    """Remember that the work of this name is to be left out, whatever else comes of it."""
    row = {"one": _NOBODY, "other": name, "verdict": _LEFT_OUT, "answered_at": tx.now}
    tx.put(answer, [row])


def take_back(tx: Transaction, name: str) -> None:
    """Forget that the work of this name was to be left out."""
    tx.execute(
        delete(answer).where(
            answer.c.library_id == tx.library_id, answer.c.one == _NOBODY, answer.c.other == name
        )
    )


def left_out(tx: Transaction) -> set[str]:
    """Return the names of the works that a person left out."""
    said = tx.execute(
        select(answer.c.other).where(answer.c.library_id == tx.library_id, answer.c.one == _NOBODY)
    ).scalars()
    # An older syncd remembered it in the question alone, which begins with the work's name.
    questions = tx.execute(
        select(hold.c.question).where(
            hold.c.library_id == tx.library_id,
            hold.c.kind == "identity",
            hold.c.answer == "skip",
        )
    ).scalars()
    return {*said, *(question.partition(" ")[0] for question in questions)}


def dump_citation(citation: Citation) -> str:
    """Return a citation as JSON text, without what it does not say."""
    nested = {"identity": citation.identity._asdict(), "details": citation.details._asdict()}
    return json.dumps(_said({**citation._asdict(), **nested}), ensure_ascii=False)


def load_citation(text: str) -> Citation:
    """Return what `dump_citation` wrote. Raises `ValueError` or `TypeError` for anything else."""
    return read_citation(json.loads(text))


def read_citation(found: Mapping[str, Any]) -> Citation:
    """Return a citation that was written as JSON. Raises `ValueError` or `TypeError`."""
    values = {name: value for name, value in found.items() if name in Citation._fields}
    values["identity"] = Identity(**_known(Identity._fields, found.get("identity", {})))
    values["details"] = Details(**_known(Details._fields, found.get("details", {})))
    values["authors"] = tuple(map(str, values.get("authors", ())))
    return Citation(**{"item_type": "", "title": "", **values})


def _known(names: Collection[str], found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in found.items()
        if name in names
    }


def _said(value: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, at any depth."""
    nested = ((name, _said(v) if isinstance(v, dict) else v) for name, v in value.items())
    return {name: v for name, v in nested if v not in (None, "", (), {})}
