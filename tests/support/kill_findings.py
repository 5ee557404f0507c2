"""What a library, its ledger and the folders came to, compared with an undisturbed life."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.kill_worlds import DRAFT, INTRUDER, Thing, World

_VARYING = frozenset({"dateAdded", "dateModified", "collections", "parentItem", "accessDate"})


class Findings(NamedTuple):
    """Everything that has to be the same however often the program was killed."""

    works: Counter[str]
    """Each work with its fields, tags, collections and whether it lies in the trash."""
    children: Counter[str]
    """Each note and link with the work that it hangs below."""
    collections: Counter[str]
    decisions: Counter[str]
    """What the ledger says of each record: decision, outcome and whose item it became."""
    provenance: Counter[str]
    """Which items the ledger knows as made by syncd, and with what as last written."""
    files: Counter[str]
    """Where each export lies, and what lies beside it."""
    stored: Counter[str]
    """What the library keeps of files, by its MD5."""
    questions: int
    unfinished: int
    """Operations without an outcome, and runs without an end."""


def find(world: World) -> Findings:
    """Look at everything."""
    names = world.collections()
    by_key = {thing.key: thing for thing in world.things()}
    # What went below an intruder is taken back; whether anything did is a matter of chance.
    strays = {key for key, thing in by_key.items() if thing.trashed and _is_below(thing, by_key)}
    ignored = {*strays, DRAFT}
    things = [thing for key, thing in by_key.items() if key not in ignored]
    works = [thing for thing in things if "parentItem" not in thing.data]
    children = [thing for thing in things if "parentItem" in thing.data]
    with closing(world.ledger()) as ledger:

        def ask(query: str) -> list[Any]:
            return ledger.execute(query).fetchall()

        return Findings(
            works=Counter(_work_in_words(each, names) for each in works),
            children=Counter(_child_in_words(each, by_key) for each in children),
            collections=Counter(names.values()),
            decisions=Counter(
                f"{Path(file).name} | {rest} | {_name(by_key.get(key))}"
                for file, key, *rest in ask(
                    "SELECT file, item_key, position, decision, outcome FROM record"
                )
            ),
            provenance=Counter(
                f"{_name(by_key.get(key))} | {'ours' if run else 'theirs'} | {state} | {base}"
                for key, run, state, base in ask(
                    "SELECT item.item_key, made_by_run, state, base.item_key IS NOT NULL FROM item"
                    " LEFT JOIN base USING (library_id, item_key)"
                )
                if key not in ignored
            ),
            files=Counter(_files(world)),
            stored=Counter(world.stored()),
            questions=ask("SELECT count(*) FROM hold")[0][0],
            unfinished=ask("SELECT count(*) FROM outbox")[0][0]
            + ask("SELECT count(*) FROM run WHERE ended_at IS NULL")[0][0],
        )


def differences(found: Findings, undisturbed: Findings) -> dict[str, int]:
    """Say in how many ways, by kind, this differs from what has to be."""
    lost, twice = undisturbed.works - found.works, found.works - undisturbed.works
    told = {
        "lost": sum(lost.values()),
        "twice": sum(twice.values()),
        "notes touched": _apart(found.children, undisturbed.children),
        "questions about own items": abs(found.questions - undisturbed.questions),
        "collections": _apart(found.collections, undisturbed.collections),
        "decisions": _apart(found.decisions, undisturbed.decisions),
        "provenance": _apart(found.provenance, undisturbed.provenance),
        "files": _apart(found.files, undisturbed.files),
        "stored files": _apart(found.stored, undisturbed.stored),
        "unfinished": found.unfinished,
    }
    return {kind: number for kind, number in told.items() if number}


def in_words(found: Findings, undisturbed: Findings) -> Iterator[str]:
    """Yield each difference in words."""
    for kind in ("works", "children", "collections", "decisions", "provenance", "files", "stored"):
        have: Counter[str] = getattr(found, kind)
        want: Counter[str] = getattr(undisturbed, kind)
        yield from (f"{kind} - {each}" for each in (want - have).elements())
        yield from (f"{kind} + {each}" for each in (have - want).elements())


def _apart(one: Counter[str], other: Counter[str]) -> int:
    return max(sum((one - other).values()), sum((other - one).values()))


def _work_in_words(thing: Thing, names: Mapping[str, str]) -> str:
    collections = sorted(names.get(key, key) for key in thing.data.get("collections", ()))
    return json.dumps([_fields(thing), collections, thing.trashed], sort_keys=True)


def _child_in_words(thing: Thing, by_key: Mapping[str, Thing]) -> str:
    below = _name(by_key.get(thing.data["parentItem"]))
    return json.dumps([below, _fields(thing), thing.trashed], sort_keys=True)


def _fields(thing: Thing) -> dict[str, Any]:
    fields = {name: value for name, value in thing.data.items() if name not in _VARYING and value}
    if "tags" in fields:
        fields["tags"] = sorted(tag["tag"] for tag in fields["tags"])
    return fields


def _is_below(thing: Thing, by_key: Mapping[str, Thing]) -> bool:
    """Tell whether a note or link hangs below what an intruder wrote."""
    parent = by_key.get(thing.data.get("parentItem", ""))
    return parent is not None and parent.data["title"] == INTRUDER


def _name(thing: Thing | None) -> str:
    """Return what tells an item apart: keys do not where one had to give way."""
    if thing is None:
        return "nothing"
    names = ("itemType", "title", "date", "note", "url", "md5")
    told = [thing.data.get(name) for name in names]
    people = [person.get("lastName", "") for person in thing.data.get("creators", ())]
    return " ".join(str(each) for each in (*told, *people) if each)


def _files(world: World) -> Iterator[str]:
    for folder in (world.first, world.second):
        for path in folder.rglob("*"):
            place = path.relative_to(world.base)
            if path.is_file() and not any(part.startswith(".") for part in place.parts):
                yield str(place)
