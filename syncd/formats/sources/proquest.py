"""ProQuest: two accession numbers in one AN, the place again in PP, bookkeeping in N1."""

from __future__ import annotations

from syncd.formats.sources.draft import Draft, Tags
from syncd.formats.sources.source import Source, always, links_to


def _recognise(tags: Tags) -> bool:
    return links_to("proquest.com/", tags)


def _prepare(draft: Draft) -> None:
    values = draft.take("AN")
    if values:
        # The first number is ProQuest's, the second that of the database it hosts.
        first, _, rest = values[0].partition(";")
        draft.put("AN", [first.strip(), *values[1:]])
        if rest:
            draft.leave("AN", rest.strip())


PROQUEST = Source("proquest", frozenset(["UR"]), _recognise, _prepare, assigns=always)
