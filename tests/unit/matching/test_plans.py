"""Small plans made on purpose, each record with the ruling that is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from syncd.item.reading import citation_of
from syncd.matching import Doubt, Policy, Ruling, Verdict, fingerprint, resolve
from syncd.record import Citation
from tests.support.remembered_works import RememberedWorks

PLANS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "plans.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan["rule"])
def test_a_plan_is_ruled_on_as_labelled(plan: dict[str, Any]) -> None:
    records = [citation_of({**plan["both"], **record}) for record in plan["records"]]
    works = remembered(plan, records)
    policies = [Policy(joins_by_look=n not in plan.get("strict", ())) for n in range(len(records))]

    rulings = resolve(records, works, policies)

    assert [told(ruling) for ruling in rulings] == plan["rulings"]


def remembered(plan: dict[str, Any], records: list[Citation]) -> RememberedWorks:
    """Return what the plan says is known; people answered about records and items by number."""
    works = RememberedWorks()
    works.shared = set(plan.get("shared", ()))
    for ref, shown in plan.get("known", {}).items():
        aliases = [(kind, value) for kind, value in plan.get("aliases", {}).get(ref, ())]
        for item in shown:
            citation = citation_of({**plan["both"], **item})
            removed = plan.get("removed", {}).get(ref)
            works.add(ref, citation, removed=removed, aliases=aliases)
    for *pair, verdict in plan.get("answers", ()):
        names = [side if isinstance(side, str) else fingerprint(records[side]) for side in pair]
        works.said[frozenset(names)] = Verdict(verdict)
        works.answered |= {
            name: records[side]
            for name, side in zip(names, pair, strict=True)
            if not isinstance(side, str)
        }
    return works


def told(ruling: Ruling) -> str:
    """Return a ruling in one line: `same A`, `same 0`, `hold A, 0 (identifiers)`, `new`."""
    among = [each if isinstance(each, int) else each.ref for each in ruling.candidates]
    target = ruling.known.ref if ruling.known else ruling.within
    words = [ruling.kind.value, ", ".join(map(str, among)) if target is None else str(target)]
    if ruling.doubt not in (None, Doubt.LOOK):
        words.append(f"({ruling.doubt.value})")
    said = " ".join(filter(None, words))
    aliases = (f"; alias {kind} {value}" for kind, value in ruling.aliases)
    return "".join([said, *aliases, *(f"; shared {doi}" for doi in ruling.shared)])
