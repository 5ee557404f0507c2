"""The document in which answers travel: its shape, and the older one that is still read.

`syncd.answers/2` says of each work its fingerprints, its identifiers and what else tells it apart.
`syncd.answers/1` named works by one library's keys, or by a fingerprint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from syncd.errors import InputError
from syncd.ledger.answered import dump_citation, read_citation
from syncd.matching import Verdict
from syncd.record import Citation

ANSWERS_SCHEMA = "syncd.answers/2"
OLD_ANSWERS_SCHEMA = "syncd.answers/1"


class Work(NamedTuple):
    """A work as answers name it; what it says is not known of every one."""

    fingerprints: tuple[str, ...]
    citation: Citation | None = None


class SharedAnswer(NamedTuple):
    """What somebody said about two works."""

    one: Work
    other: Work
    verdict: Verdict


def work_document(work: Work) -> dict[str, Any]:
    """Return a work as the document has it."""
    said = json.loads(dump_citation(work.citation)) if work.citation else {}
    identifiers = said.pop("identity", {})
    return {"fingerprints": list(work.fingerprints), "identifiers": identifiers, "citation": said}


def read_answers(document: Mapping[str, Any]) -> list[SharedAnswer]:
    """Return the answers that a document holds. Raises `InputError` if it holds something else."""
    schema = document.get("schema")
    if schema not in (ANSWERS_SCHEMA, OLD_ANSWERS_SCHEMA):
        raise InputError(f"these are no answers: the schema is not {ANSWERS_SCHEMA}")
    read_left_out(document)
    read = _read_work if schema == ANSWERS_SCHEMA else _read_name
    try:
        return [
            SharedAnswer(read(each["one"]), read(each["other"]), Verdict(each["verdict"]))
            for each in document["answers"]
        ]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as exc:
        raise InputError(f"an answer is not as it should be: {exc}") from exc


def read_left_out(document: Mapping[str, Any]) -> list[Work]:
    """Return the works that were left out. Raises `InputError` if that is something else."""
    left_out = document.get("left_out", [])
    is_old = document.get("schema") == OLD_ANSWERS_SCHEMA
    wanted = str if is_old else dict
    if not isinstance(left_out, list) or not all(isinstance(each, wanted) for each in left_out):
        raise InputError("what was left out is no list of questions")
    # An older question begins with the name of its work.
    names = [each.partition(" ")[0] if is_old else each for each in left_out]
    try:
        return [_read_name(each) if is_old else _read_work(each) for each in names]
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as exc:
        raise InputError(f"what was left out is not as it should be: {exc}") from exc


def _read_name(name: Any) -> Work:
    return Work((str(name),))


def _read_work(found: Any) -> Work:
    fingerprints = tuple(map(str, found["fingerprints"]))
    if not fingerprints:
        raise ValueError("a work has no fingerprint")
    said, identifiers = found.get("citation") or {}, found.get("identifiers") or {}
    citation = read_citation({**said, "identity": identifiers}) if said or identifiers else None
    return Work(fingerprints, citation)
