"""A schema just large enough for the conformance suite; the real one has forty item types."""

from __future__ import annotations

from syncd.schema import Schema

_EVERY_TYPE = {"title", "date", "abstractNote", "url", "extra", "accessDate"}

SMALL_SCHEMA = Schema(
    version=1,
    fields={
        "journalArticle": frozenset(
            _EVERY_TYPE | {"publicationTitle", "volume", "issue", "pages", "DOI", "ISSN", "PMID"}
        ),
        "book": frozenset(_EVERY_TYPE | {"publisher", "numPages", "ISBN"}),
        "note": frozenset(),
        "attachment": frozenset({"title", "url", "accessDate"}),
    },
    creator_types={
        "journalArticle": ("author", "contributor", "editor", "translator"),
        "book": ("author", "contributor", "editor", "translator"),
        "note": (),
        "attachment": (),
    },
    base_fields={},
)
