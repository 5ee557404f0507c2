"""The numbers that PubMed, arXiv, Web of Science, Embase and CENTRAL give a record.

Each is a name space of its own; a number without a label counts only where the whole field is
nothing else.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from syncd.identity.doi import parse_doi
from syncd.identity.spelling import decode_html, plain


class Arxiv(NamedTuple):
    """A preprint's number, which names the work, and the version read (`v3`), if one was given."""

    id: str
    version: str = ""


_PMID = re.compile(
    r"""(?:
        ^\s*+
      | (?<![a-z])(?:pmid|pubmed(?:\s*+id)?|medline|pm)\s*+[:=-]?+\s*+
      | info:pmid/
      | ncbi\.nlm\.nih\.gov/(?:pubmed/|m/pubmed/|entrez/\S{0,300}?list_uids=)
      | pubmed\.ncbi\.nlm\.nih\.gov/
      | europepmc\.org/(?:abstract|article)/med/
    )0*+([1-9][0-9]{0,7})(?![0-9a-z]|[-.,][0-9])""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_PMID = 8
_PMID_ALONE = re.compile(r"\s*+[0-9]++\s*+(?:[\[(]pmid[\])])?+[\s.;]*+", re.IGNORECASE)
_PMID_TAGGED = re.compile(r"(?<![0-9a-z-])0*+([1-9][0-9]{0,7})\s*+[\[(]pmid[\])]", re.IGNORECASE)

_PMCID = re.compile(
    r"(?<![a-z])(?:PMCID\s*+[:=]?+\s*+(?:PMC)?|PMC)\s?0*+([1-9][0-9]{0,8})(?![0-9])", re.IGNORECASE
)

_WOS = re.compile(
    r"(?:(?<![a-z])(?:WOS|ISI|UT)\s*:\s*|KeyUT=)(?:(?:WOS|ISI):)?"
    r"((?:[0-9]{3}|A19[0-9]{2}|[A-Z])[0-9A-Z]{7,12})(?![0-9A-Z])",
    re.IGNORECASE,
)
_WOS_LENGTH = 15

_EMBASE = re.compile(
    r"(?<![0-9a-z])(?:embase\s*+[:=]?+\s*+L?|L)([0-9]{6,12})(?![0-9a-z])", re.IGNORECASE
)
_EMBASE_ALONE = re.compile(r"\s*L?([0-9]{6,12})\s*", re.IGNORECASE)

_CENTRAL = re.compile(r"(?<![0-9a-z])CN-?([0-9]{8})(?![0-9])", re.IGNORECASE)

_ARXIV_NEW = r"(?P<new>[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5})"
_ARXIV_OLD = r"(?P<archive>[a-z]{2,7}(?:-[a-z]{2,5})?)(?:\.[a-z-]{2,10})?/(?P<old>[0-9]{7})"
_ARXIV_NUMBER = rf"(?:{_ARXIV_NEW}|{_ARXIV_OLD})(?P<version>v[1-9][0-9]*)?"
_ARXIV = re.compile(
    rf"(?:arxiv(?:\s*(?:e-?prints?|id))?\s*[:=.]\s*|arxiv\s+|arxiv\.org/[a-z-]+/)"
    rf"{_ARXIV_NUMBER}(?![0-9]|\.[0-9])",
    re.IGNORECASE,
)
_ARXIV_ALONE = re.compile(rf"\s*{_ARXIV_NUMBER}(?:\s*\[[^\]]*\])?[\s.]*", re.IGNORECASE)
_ARCHIVES = frozenset(
    """
    acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg
    comp-gas cond-mat cs dg-ga funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th
    nlin nucl-ex nucl-th patt-sol physics plasm-ph q-alg q-bio quant-ph solv-int
    supr-con
    """.split()
)
_FIRST_NEW = "0704"
_FIRST_WITH_FIVE_DIGITS = "1501"


def parse_pmid(text: str) -> str | None:
    """Return a PubMed number without leading zeros, or None; PMC numbers are none."""
    if text.isdigit() and text.isascii():
        number = text.lstrip("0")
        return number if 1 <= len(number) <= _LONGEST_PMID else None
    text = decode_html(plain(text))
    if tagged := _PMID_TAGGED.search(text):
        return tagged[1]
    for match in _PMID.finditer(text):
        if match[0].lstrip()[0].isdigit() and not _PMID_ALONE.fullmatch(text):
            continue
        return match[1]
    return None


def parse_pmcid(text: str) -> str | None:
    """Return a PubMed Central number as `PMC…`, or None; digits alone are none."""
    match = _PMCID.search(plain(text))
    return f"PMC{match[1]}" if match else None


def parse_wos(text: str) -> str | None:
    """Return a Web of Science number as `WOS:` and fifteen characters, or None."""
    for match in _WOS.finditer(plain(text)):
        if len(match[1]) == _WOS_LENGTH:
            return f"WOS:{match[1].upper()}"
    return None


def parse_embase(text: str, *, bare: bool = False) -> str | None:
    """Return an Embase number as `L…`, or None.

    `bare`: the field is known to hold Embase numbers, so digits alone count.
    """
    text = plain(text)
    match = (_EMBASE_ALONE.fullmatch(text) if bare else None) or _EMBASE.search(text)
    return f"L{match[1]}" if match else None


def parse_central(text: str) -> str | None:
    """Return the number of a record in the Cochrane trials register as `CN-…`, or None."""
    match = _CENTRAL.search(plain(text))
    return f"CN-{match[1]}" if match else None


def parse_arxiv(text: str) -> Arxiv | None:
    """Return an arXiv number and its version apart, or None; the arXiv DOI names the same work."""
    text = plain(text)
    match = _ARXIV.search(text) or _ARXIV_ALONE.fullmatch(text)
    if match is None and (doi := parse_doi(text)) and doi.startswith("10.48550/arxiv."):
        match = _ARXIV_ALONE.fullmatch(doi.removeprefix("10.48550/arxiv."))
    return _arxiv(match) if match else None


def _arxiv(match: re.Match[str]) -> Arxiv | None:
    version = (match["version"] or "").lower()
    if new := match["new"]:
        digits = 5 if new[:4] >= _FIRST_WITH_FIVE_DIGITS else 4
        known = new[:4] >= _FIRST_NEW and len(new) == 5 + digits
        return Arxiv(new, version) if known else None
    archive, number = match["archive"].lower(), match["old"]
    known = archive in _ARCHIVES and "01" <= number[2:4] <= "12"
    return Arxiv(f"{archive}/{number}", version) if known else None
