"""The shared pairs of records, where the folder that holds them is there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from syncd.identity import parse_doi
from syncd.matching import Verdict, features_of, judge
from syncd.record import Citation, Identity
from tests.shared.places import SHARED

PAIRS = SHARED / "vectors" / "record_pairs.jsonl"
TYPES = {"article": "journalArticle", "inproceedings": "conferencePaper", "book": "book"}
# Names run together in one set: `Adeli K.Lewis G. F.`
_NAME = re.compile(r"[^.]*?[A-Z]\.(?: ?[A-Z]\.)*")

pytestmark = pytest.mark.skipif(not PAIRS.is_file(), reason="the shared vectors are not here")


def citation(fields: dict[str, Any]) -> Citation:
    people = fields.get("author", "")
    names = people.split(" and ") if " and " in people else _NAME.findall(people) or [people]
    return Citation(
        item_type=TYPES[fields["ENTRYTYPE"]],
        title=fields["title"],
        authors=tuple(name for name in names if name),
        year=int(fields["year"]),
        container=fields.get("journal") or fields.get("booktitle", ""),
        volume=fields.get("volume", ""),
        issue=fields.get("number", ""),
        pages=fields.get("pages", ""),
        identity=Identity(doi=parse_doi(fields.get("doi", ""))),
    )


def test_no_pair_is_decided_wrongly_and_every_same_one_is_found() -> None:
    for line in PAIRS.read_text("utf-8").splitlines():
        pair = json.loads(line)
        verdict = judge(features_of(citation(pair["a"])), features_of(citation(pair["b"]))).verdict
        allowed = {
            "same": {Verdict.SAME},
            "hold": {Verdict.UNDECIDED},
            "different": {Verdict.DIFFERENT, Verdict.UNDECIDED},
        }[pair["expected"]]
        assert verdict in allowed, pair["reason"]
