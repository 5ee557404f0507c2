"""Identifiers in their one comparable spelling.

A PARSER takes what stands in a field and answers with the canonical spelling, or with nothing.
Nothing is no error: exports hold empty labels, cut links and numbers mangled by spreadsheets.

CANONICAL  means that two spellings of one identifier become equal text: a DOI bare and in lower
           case, an EID whole and padded with zeros, an ISBN with thirteen digits.
TRUSTED    is only the field that a parser is given. A number without its label is read as what
           the field is known to hold; the same number in running text is nobody's identifier.
"""

from __future__ import annotations

from syncd.identity.addresses import normal_address
from syncd.identity.databases import (
    Arxiv,
    parse_arxiv,
    parse_central,
    parse_embase,
    parse_pmcid,
    parse_pmid,
    parse_wos,
)
from syncd.identity.doi import parse_doi, parse_dois
from syncd.identity.scopus import find_eid_in_url, parse_eid
from syncd.identity.standard_numbers import parse_isbns, parse_issns
from syncd.identity.trials import find_trial_numbers

__all__ = [
    "Arxiv",
    "find_eid_in_url",
    "find_trial_numbers",
    "normal_address",
    "parse_arxiv",
    "parse_central",
    "parse_doi",
    "parse_dois",
    "parse_eid",
    "parse_embase",
    "parse_isbns",
    "parse_issns",
    "parse_pmcid",
    "parse_pmid",
    "parse_wos",
]
