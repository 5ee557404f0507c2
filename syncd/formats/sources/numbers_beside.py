"""Numbers that tell works apart and stand where no field has them: in notes, keywords, own tags.

Notes hang below an item or are left away, and what no tag is known for is not kept at all. So the
number becomes a line of the item itself, by which the work is known whenever it is met again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from syncd.formats.sources.draft import Draft
from syncd.identity import find_trial_numbers

_OF_OTHER_WORKS = "references"
"""The kind of notes whose numbers are other works' numbers."""

_IN_FIELDS = (
    "title", "url", "archiveLocation", "callNumber", "abstractNote", "publicationTitle",
)  # fmt: skip
_OF_REPORTS = re.compile(
    r"\breport\s+(?:no|number|nr)\b[.:#\s]*+([^\s;,<][^;,<]{0,39})", re.IGNORECASE
)
_OF_VERSIONS = re.compile(
    r"\bversion(?:\s+(?:no|number))?\s*[.:#]+\s*([^\s;,<][^;,<]{0,39})", re.IGNORECASE
)
_LABELS = {
    "report": (_OF_REPORTS, "number", "Report Number"),
    "dataset": (_OF_VERSIONS, "versionNumber", "Version"),
    "computerProgram": (_OF_VERSIONS, "versionNumber", "Version"),
}
"""By item type: how such a number is labelled, its field, and the line that it becomes."""
_MUCH = 1 << 16
_RUNNING = 400
"""More characters than what is read as a value rather than as running text."""


def add_numbers_beside(draft: Draft) -> None:
    """Add a line for each registry number of a trial, and for a report's number or a version."""
    texts = _texts(draft)
    if not any(texts):
        return
    together = partial(_together, texts, is_short=draft.entry.is_short)
    if numbers := set(chain.from_iterable(map(find_trial_numbers, together()))):
        told = " ".join(draft.fields.get(name, "") for name in _IN_FIELDS)
        said = frozenset(find_trial_numbers(told))
        for number in sorted(numbers):
            if number not in said:
                draft.add_extra("Trial Registration", number.upper())
    pattern, field, label = _LABELS.get(draft.item_type, (None, "", ""))
    if pattern and field not in draft.fields:
        found = next(filter(None, map(pattern.search, together())), None)
        if found is not None:
            draft.add_extra(label, found[1].strip())


def _together(texts: Sequence[str], *, is_short: bool) -> Iterator[str]:
    """Yield texts as one, or as several where one would be a dear copy of a large entry."""
    if is_short or sum(map(len, texts)) < _MUCH:
        yield "\n".join(texts)
        return
    begin = size = 0
    for end, text in enumerate(texts, 1):
        size += len(text)
        if size > _MUCH or end == len(texts):
            # All of them are read as running text, as the whole would be.
            part = texts[begin] if end == begin + 1 else "\n".join(texts[begin:end])
            yield part if len(part) > _RUNNING else part.ljust(_RUNNING)
            begin, size = end, 0


def _texts(draft: Draft) -> list[str]:
    texts = [note.html for note in draft.notes if note.kind != _OF_OTHER_WORKS]
    for values in draft.unused.values():
        texts += values
    for values in draft.tags.values():
        texts += values
    texts += [keyword.name for keyword in draft.keywords]
    texts += draft.links
    if series := draft.fields.get("series"):
        texts.append(series)
    return texts
