"""Google Scholar, through Publish or Perish: the search's own bookkeeping in M1.

It cuts long names off with an ellipsis.
"""

from __future__ import annotations

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source


def _recognise(tags: Tags) -> bool:
    return any(
        value.startswith("Query date") or "scholar.google." in value for value in tags.get("M1", ())
    )


def _prepare(draft: Draft) -> None:
    draft.leave_all("M1")
    for tag in ("TI", "T1", "T2", "JF", "JO"):
        if draft.first(tag).endswith(("…", "...")):
            draft.warn(f"{tag} was cut off by the search: {draft.first(tag)}", tag)


GOOGLE_SCHOLAR = Source("google-scholar", frozenset(["M1"]), _recognise, _prepare)
