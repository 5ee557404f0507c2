"""Identifiers that say themselves what they are: `EID: 2-s2.0-…`, `PMID 123`, `arXiv:1501.00001`.

They count whatever the tag and the source, if a value is nothing else. A bare number is one only
where the tag is known to hold its kind, which is not decided here.
"""

from __future__ import annotations

import re
from itertools import repeat

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.identifiers import take_pmids, whole_doi
from syncd.formats.sources.pages import find_pii
from syncd.identity import (
    parse_arxiv,
    parse_eid,
    parse_embase,
    parse_pmcid,
    parse_pmid,
    parse_wos,
)
from syncd.identity.spelling import plain

_OFTEN = frozenset(
    """AN AV C1 C2 C3 C4 C5 C6 C7 C8 CN DI DO ID KW L1 L2 L3 L4 LB M1 M2 PM T3 U1 U2 U3 U4 U5 UR
    UT""".split()
)
_RARELY = frozenset("BN ET IP IS JA JF JO M3 PB SE SN SP T2 VL".split())
"""Tags that hold an identifier so rarely that a colon has to speak for it first."""

SELF_NAMED_TAGS = _OFTEN | _RARELY

_OF_CONTAINERS = frozenset(["JA", "JF", "JO", "PB", "T2"])
"""Of those, the ones whose value stays what it is: `arXiv preprint arXiv:1501.00001`."""

_OF_A_KEY = frozenset(["ID", "LB"])
"""Tags that may hold a citation key, which is looked for there afterwards."""

_WITHOUT_DOIS = frozenset("AN AV BN C1 C2 C3 C4 C5 C6 C7 C8 CN DI ID LB SN U1 U3 U4 U5".split())
"""Tags where nothing else looks for a DOI."""

_LONGEST = 80
_ALONE = 24
"""Characters: a single value of AN that is shorter holds no more than one identifier."""
_LONGEST_LIST = 160
"""Characters of a value that may be a list of identifiers."""
# Between identifiers of one value: signs, or nothing but the name of the next one.
_BETWEEN = re.compile(
    r"(?<!\s)\s*+[;,|/]\s*+"
    r"|(?<=\w)\s++(?=(?:eid|embase|medline|pmcid|pmid|pubmed|scopus|wos)\b[\s:])",
    re.IGNORECASE,
)
_OF_DBLP = "abs/"  # before arXiv's number, where others have the volume
_WORDS_OF_ARXIV = 3
_IN_KEYWORDS = ("2-s2.0-", "PMC", "PMID", "SCOPUS_ID", "arXiv:")
_DOI_OR_ADDRESS = ("10.", "http")
_READ_ELSEWHERE = {"AN": ("SCOPUS:", "WOS:"), **dict.fromkeys(_WITHOUT_DOIS - {"AN"}, ())}
"""What those values begin with that other steps read: nearly all that hold an identifier."""

_LABELLED = re.compile(
    r"""[\s"'{(\[“”‘’«]*+
        (?: (?P<scopus> (?:scopus(?:[\s_-]?(?:e?id|accession\ number))?|eid)
                  (?:\s*+[:=({\[] | [\])]?\s++(?=2[-‐-―−]s2) )
              | 2[-‐-―−]s2\.0[-‐-―−] )
          | (?P<pmid> (?:pmid|pubmed(?:\s?id)?|medline)(?:\s*+[:=#]|\s)
              | \d{1,8}\s*+[\[(]pmid[\])] )
          | (?P<pmcid> (?:pmcid\s*+[:=]?\s*+)?pmc\ ?\d | pmcid\s*+[:=]\s*+\d )
          | (?P<arxiv> arxiv | abs/(?=\d{4}\.\d)
              | [a-z]{2,8}(?:-[a-z]{2,5})?(?:\.[a-z-]{2,10})?/\d{7} )
          | (?P<wos> (?:wos|isi|ut)\s*+: )
          | (?P<pii> pii\b )
          | (?P<embase> embase\s*+[:=]? | L\d{9,10}\W*+\Z )
          | (?P<doi> doi\b | (?:https?://)?(?:dx\.)?doi\.org/ | 10\.\d{4} )
        )""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMES = frozenset(
    "scopus eid id accession number pmid pubmed medline pmcid pmc wos isi ut embase".split()
)
"""Words that may stand beside an identifier and say no more than it does."""
_PARTS = re.compile("[-_]")
_PARSERS = {
    "scopus": parse_eid,
    "pmid": parse_pmid,
    "pmcid": parse_pmcid,
    "wos": parse_wos,
    "embase": parse_embase,
}


def read_self_named(draft: Draft) -> None:
    """Take the values that are nothing but an identifier and its name."""
    tags = draft.tags
    if "PM" in tags:
        take_pmids(draft, "PM")
    for tag in [tag for tag in tags if tag in SELF_NAMED_TAGS]:
        values = tags[tag]
        if tag in _RARELY:
            value = values[0]
            is_named = (":" in value or value[:4] == _OF_DBLP) and _read(draft, tag, value)
            if is_named and tag not in _OF_CONTAINERS:
                draft.replace(tag, values[1:])
            continue
        elsewhere = _READ_ELSEWHERE.get(tag, _DOI_OR_ADDRESS)
        # In most entries these tags hold a number, or what others read.
        first = values[0]
        is_alone = len(values) == 1 and (tag != "AN" or len(first) < _ALONE)
        if is_alone and (first.isdecimal() or first.startswith(elsewhere)):
            continue
        if elsewhere is _DOI_OR_ADDRESS and all(map(str.startswith, values, repeat(elsewhere))):
            continue
        if tag == "KW" and not any(map("\n".join(values).__contains__, _IN_KEYWORDS)):
            continue
        kept = [
            value for value in values if not (_read(draft, tag, value) or _read_list(draft, value))
        ]
        if len(kept) < len(values) and tag not in _OF_A_KEY:
            draft.replace(tag, kept)


def _read(draft: Draft, tag: str, value: str) -> bool:
    if len(value) > _LONGEST or value.startswith(_READ_ELSEWHERE.get(tag, _DOI_OR_ADDRESS)):
        return False
    match = _LABELLED.match(value)
    kind = match.lastgroup if match else None
    if kind is None or ("://" in value and kind != "doi"):
        return False
    text = plain(value)
    if kind == "pii":
        return _take_pii(draft, value)
    if kind == "doi":
        return _suggest_doi(draft, tag, value)
    if kind == "arxiv":
        return len(value.split()) <= _WORDS_OF_ARXIV and draft.identify(
            "arxiv", _arxiv_number(text)
        )
    return _is_nothing_else(value) and draft.identify(kind, _PARSERS[kind](text))


def _read_list(draft: Draft, value: str) -> bool:
    """Read several identifiers of different kinds, if there is nothing else in a value."""
    is_list = " " in value or "," in value or ";" in value or "|" in value
    if not is_list or len(value) > _LONGEST_LIST or not _LABELLED.match(value):
        return False
    parts = _BETWEEN.split(value)
    found = dict(filter(None, map(_identifier_in, parts)))
    if len(parts) < 2 or len(found) < len(parts):
        return False
    known = [draft.identify(kind, number) for kind, number in found.items()]
    return all(known)


def _identifier_in(text: str) -> tuple[str, str] | None:
    """Return the kind and the number of a text that is nothing but an identifier."""
    match = _LABELLED.match(text)
    kind = match.lastgroup if match else None
    if kind not in _PARSERS or not _is_nothing_else(text):
        return None
    number = _PARSERS[kind](plain(text))
    return (kind, number) if number else None


def _take_pii(draft: Draft, value: str) -> bool:
    pii = find_pii(value)
    if pii is not None:
        draft.add_extra("PII", pii)
    return pii is not None


def _is_nothing_else(value: str) -> bool:
    """Say whether a value holds one number, and beside it only what the number is called."""
    words = [word.strip("[](){}<>\"'“”‘’«»:;,.=#").lower() for word in value.split()]
    numbers = [word for word in words if any(map(str.isdigit, word))]
    others = {part for word in words if word not in numbers for part in _PARTS.split(word)}
    return len(numbers) == 1 and others - {""} <= _NAMES


def _suggest_doi(draft: Draft, tag: str, value: str) -> bool:
    if tag not in _WITHOUT_DOIS or not whole_doi(value):
        return False
    draft.suggest_doi(value, "" if tag in _OF_A_KEY else tag)
    return True


def _arxiv_number(text: str) -> str | None:
    """Return an arXiv number without its version, of a text that names its archive."""
    if text.startswith(_OF_DBLP):
        text = f"arXiv:{text.removeprefix(_OF_DBLP)}"
    found = parse_arxiv(text)
    return found.id if found else None
