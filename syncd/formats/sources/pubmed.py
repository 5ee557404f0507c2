"""PubMed, through whatever program: the accession number is the PubMed number."""

from __future__ import annotations

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.identifiers import take_pmids
from syncd.formats.sources.source import Source, always

_NAMES = frozenset(["medline", "national library of medicine", "nlm", "pubmed"])


def _recognise(tags: Tags) -> bool:
    return any(
        name.casefold() in _NAMES for tag in ("DB", "DP") if tag in tags for name in tags[tag]
    )


def _prepare(draft: Draft) -> None:
    take_pmids(draft, "AN")


PUBMED = Source("pubmed", frozenset(["DB", "DP"]), _recognise, _prepare, assigns=always)
