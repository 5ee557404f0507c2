"""Exports in formats that are not read: how they look, what they are called, what to do instead.

People drop what their database gave them. Whoever meets such a file names it from here: the
reader that refuses it, and the drop folder that would not take it because of its name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_RIS_INSTEAD = "export it again in the format RIS"


class OtherFormat(NamedTuple):
    """A format that is not read; `looks` matches the beginning of a text in it."""

    name: str
    looks: re.Pattern[str]
    remedy: str = _RIS_INSTEAD


WEB_OF_SCIENCE = OtherFormat(
    "Web of Science's own format",
    re.compile(r"FN (?:Clarivate|Thomson|ISI )|(?:.*\n){0,3}PT [A-Z]\n"),
    "export it again as “RIS (other reference software)”",
)
PUBMED = OtherFormat(
    "PubMed's own format (.nbib)",
    re.compile(r"\s*PMID *- ?\d+\n"),
    "PubMed has no RIS: import it into Zotero or another reference manager, and export RIS there",
)
ENDNOTE = OtherFormat("EndNote's own format (.enw)", re.compile(r"\s*%[0A-Z] \S"))
BIBTEX = OtherFormat(
    "BibTeX",
    re.compile(
        r"(?i)(?:\s*%.*\n)*\s*@(?:article|book|booklet|collection|comment|conference|inbook|"
        r"incollection|inproceedings|manual|mastersthesis|misc|online|patent|phdthesis|preamble|"
        r"proceedings|report|software|string|techreport|thesis|unpublished)\s*[{(]"
    ),
)
RECORDS_IN_XML = OtherFormat(
    "records in XML",
    re.compile(r"(?s)\s*(?:<\?xml.{0,400})?<(?:PubmedArticleSet|modsCollection|xml>\s*<records)\b"),
)
CITATIONS_IN_JSON = OtherFormat(
    "citations in JSON",
    re.compile(r'(?s)\s*+(?:\[\s*+)?\{(?=.*"title")(?=.*"(?:issued|itemType)")'),
)
TABLE = OtherFormat(
    "a table of records",
    re.compile(
        r'(?i)(?=.*[,;\t]"?(?:title|article title)"?[,;\t])'
        r"(?=.*\b(?:doi|eid|source title|accession number|pmid|ut \(unique wos id\))\b)"
        r'"?[\w ()]+"?[,;\t]'
    ),
)
MEMBERS = OtherFormat("an archive with exports", re.compile(r"\Z.\Z"), "unpack it here")

TAGGED = (WEB_OF_SCIENCE, PUBMED, ENDNOTE)
"""Those that write one field per line behind a tag, as RIS does."""
_ALL = (*TAGGED, BIBTEX, RECORDS_IN_XML, CITATIONS_IN_JSON, TABLE)
OTHER_SUFFIXES = (".nbib", ".enw", ".bib", ".ciw")


def find_other_format(head: bytes) -> OtherFormat | None:
    """Tell by its first bytes which of the formats that are not read a file is in."""
    text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1").replace("\r\n", "\n")
    return next((each for each in _ALL if each.looks.match(text)), None)
