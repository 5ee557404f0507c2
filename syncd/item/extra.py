"""The lines of `extra`: labels that citation processors read back, always in the same order.

Zotero reads `Label: value` lines when it makes citations, where the label is a field's English
name or a CSL variable. It moves some of them into the field when it writes the item, so a line
and its field count as the same value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_FIELD_LABELS = {
    "PMID": "PMID",
    "PMCID": "PMCID",
    "citationKey": "Citation Key",
    "eventPlace": "Event Place",
    "conferenceName": "Event Title",
    "number": "Number",
    "numPages": "Number of Pages",
    "originalDate": "Original Date",
    "pages": "Page",
    "publicationTitle": "Container Title",
    "rights": "Rights",
    "series": "Collection Title",
    "seriesTitle": "Collection Title",
    "type": "Document Type",
    "url": "URL",
}
"""Labels that are not simply the field's name in words."""

_ORDER = {
    label: number
    for number, label in enumerate(
        (
            "DOI", "DOI (unusable)", "PMID", "PMCID", "ISSN", "ISBN", "Citation Key", "Publisher",
            "Place", "Original Date", "Event Place", "Event Date", "Event Title", "Genre",
            "Medium", "Number", "Edition", "Volume", "Issue", "Page", "Section", "Container Title",
            "Collection Title", "Status", "Language", "arXiv", "Scopus EID", "Document Type",
            "WOS", "Embase", "PII", "Article Number", "Original Title", "Translated Title",
            "Reviewed Item", "Early Access", "Meeting Abstract",
        )
    )
}  # fmt: skip
_UNKNOWN = len(_ORDER)
_ORDER[""] = _UNKNOWN + 1  # free text comes last
_WORD_BEGINNINGS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LINE = re.compile(r"([A-Za-z][\w ()./-]{0,40}?)\s*:\s*(\S.*)")


def label_of(field: str) -> str:
    """Return the label under which a field that an item type lacks stands in `extra`."""
    words = _FIELD_LABELS.get(field)
    if words is None:
        words = _WORD_BEGINNINGS.sub(" ", field)
        words = words[0].upper() + words[1:]
    return words


def format_extra(lines: Iterable[tuple[str, str]]) -> str:
    """Return the text of `extra`: labelled lines in the fixed order, each once, then free text."""
    ranked = [*lines]
    if len(ranked) > 1:
        ranked = sorted(dict.fromkeys(ranked), key=_rank)
    return "\n".join([f"{label}: {text}" if label else text for label, text in ranked])


def _rank(line: tuple[str, str]) -> int:
    return _ORDER.get(line[0], _UNKNOWN)


@lru_cache(maxsize=16)  # those who look at an item ask one after the other
def lines_of(extra: str) -> tuple[tuple[str, str], ...]:
    """Return the (label, value) of each line that has both; free text is left out."""
    found = (_LINE.fullmatch(line.strip()) for line in extra.split("\n") if ":" in line)
    return tuple((match[1], match[2]) for match in found if match)
