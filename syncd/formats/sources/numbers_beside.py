"""Numbers that tell works apart and stand where no field has them: in notes, keywords, own tags.

Notes hang below an item or are left away, and what no tag is known for is not kept at all. So the
number becomes a line of the item itself, by which the work is known whenever it is met again.
"""

from __future__ import annotations

import re

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


def add_numbers_beside(draft: Draft) -> None:
    """Add a line for each registry number of a trial, and for a report's number or a version."""
    text = "\n".join(_texts(draft))
    if not text:
        return
    if numbers := find_trial_numbers(text):
        told = " ".join(draft.fields.get(name, "") for name in _IN_FIELDS)
        said = frozenset(find_trial_numbers(told))
        for number in numbers:
            if number not in said:
                draft.add_extra("Trial Registration", number.upper())
    pattern, field, label = _LABELS.get(draft.item_type, (None, "", ""))
    if pattern and field not in draft.fields and (found := pattern.search(text)):
        draft.add_extra(label, found[1].strip())


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
