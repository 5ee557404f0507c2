"""Finds the identifiers of the record itself, and never those of the works it cites.

Some tags hold an identifier whatever the source (`DO`, `SCOPUS:…` in AN); others only where a
source is known to write one there, which is that source's room to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.fields import has_archive
from syncd.formats.sources.text import without_fraction
from syncd.identity import (
    find_eid_in_url,
    parse_arxiv,
    parse_central,
    parse_doi,
    parse_dois,
    parse_eid,
    parse_embase,
    parse_pmcid,
    parse_pmid,
    parse_wos,
)
from syncd.identity.spelling import decode_html, decode_percent, plain
from syncd.record import Doi, Eid

_ACCESSION_LIKE_EID = re.compile(r"(?:SCOPUS[ :]|2-s2\.0-)", re.IGNORECASE)
_PLAIN_EID = re.compile(
    r"(?:SCOPUS:|https?://www\.scopus\.com/[^\s?]*\?(?:scp=|eid=2-s2\.0-))([0-9]{10,12})(?=&|\Z)"
)
_USER_TAGS = ("U1", "U2", "U3", "U4", "U5", "C2", "C6")
_TAGGED = re.compile(r"\[(?:pmid|pmcid|doi)\]", re.IGNORECASE)
_PUBMED_LINK = re.compile(r"[^\s?]{0,80}pubmed[^\s?]{0,40}?/0*([1-9]\d{0,7})/?", re.IGNORECASE)
_OF_A_SCREENING_TOOL = re.compile(r"(?:rayyan|covidence|asreview|eppi)\b|#\d{1,7}\Z", re.IGNORECASE)
_LENGTHS_IN_EMBASE = range(8, 11)
_PMC = re.compile(r"PMC ?\d+", re.IGNORECASE)
_LONGEST_PMID = 8
_KEY = re.compile(r"[^\W\d_]{2}[\w:.+-]{1,80}")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_SHORTEST_NAME, _LONGEST_NAME = 4, 40
_MOST_OTHER_DIGITS = 2
# EndNote calls a field so; with the others people sort what they have found.
_NO_NAMES = frozenset("duplicate exclude excluded include included label maybe unread".split())
_DOI_SPELLED = re.compile(
    r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:?\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE
)


_LONGEST_DOI = 500  # to look for one in running text is a waste
_DOI_ELSEWHERE = ("M3", "M1", "U2", "N1")
_USUAL_BEFORE_DOI = frozenset(
    ["doi:", "doi: ", "doi "]
    + [f"{scheme}{host}doi.org/" for scheme in ("https://", "http://") for host in ("", "dx.")]
)
_RESOLVER_OR_LABEL = re.compile(
    r"(?:https?://)?(?:(?:dx|www)\.)?doi\.org/|\b(?:doi|info|urn)\b", re.IGNORECASE
)


def fill_doi(draft: Draft) -> None:
    """Fill the DOI from the first valid DO, else from wherever else the record gives its own."""
    found = _take_do(draft) if "DO" in draft.tags else None
    tags = draft.tags
    for tag in _DOI_ELSEWHERE:
        if tag in tags and any(map(_may_be_doi, tags[tag])):
            _take_dois(draft, tag, found)
    for tag, text in draft.suggested_dois:
        if found and not tag:
            continue
        suggested = parse_doi(text)
        found = found or suggested
        if suggested and suggested != found:
            draft.leave(tag, text)
    if found:
        draft.identifiers["doi"] = found
        draft.fields["DOI"] = found
        if "arxiv" in found:
            draft.identify("arxiv", arxiv_id(found))
        elif "/central/" in found:
            draft.identify("central", parse_central(found))


def _take_do(draft: Draft) -> Doi | None:
    """Take the first valid DOI of DO; further ones, and words beside them, are named."""
    found: Doi | None = None
    for value in draft.take("DO"):
        names = parse_dois(value)
        if not names:
            draft.warn(f"no usable DOI: {value[:80]}", "DO", value)
            draft.add_extra("DOI (unusable)", value)
        elif len(value) != len(names[0]) and _says_more(value, names):
            draft.leave("DO", value)
        for doi in names:
            found = found or doi
            if doi != found:
                draft.leave("DO", doi)
    return found


def _says_more(value: str, names: Sequence[Doi]) -> bool:
    """Tell whether words stand beside the DOI, its resolver and its label."""
    before, name, after = value.lower().rpartition(names[0])
    if name and not after and before in _USUAL_BEFORE_DOI:
        return False
    rest = _letters(decode_html(decode_percent(plain(value))))
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(_letters(name), "")
    return bool(rest)


def _letters(text: str) -> str:
    """Return letters and digits alone, since DOIs are mended where they were broken."""
    return "".join(filter(str.isalnum, _RESOLVER_OR_LABEL.sub("", text).lower()))


def _may_be_doi(value: str) -> bool:
    return len(value) < _LONGEST_DOI and "10." in value


def _take_dois(draft: Draft, tag: str, found: Doi | None) -> None:
    """Take the DOI out of a tag whose whole value is one; where it is not the work's, it is named.

    It is noise where it repeats DO.
    """
    values = draft.tags[tag]
    kept = []
    for value in values:
        if not _may_be_doi(value):
            kept.append(value)
        elif value != found:
            if whole_doi(value):
                draft.suggest_doi(value, tag)
            else:
                kept.append(value)
    if len(kept) < len(values):
        draft.replace(tag, kept)


def whole_doi(value: str) -> str | None:
    """Return the DOI if the value is nothing else, label and resolver apart."""
    if "10." not in value or not _DOI_SPELLED.fullmatch(value.strip()):
        return None
    return parse_doi(value)


def arxiv_id(text: str) -> str | None:
    """Return an arXiv number without its version, or None."""
    found = parse_arxiv(text) if "arxiv" in text.casefold() else None
    return found.id if found else None


def read_accession_number(draft: Draft) -> None:
    """Tell what AN is: a Scopus, Web of Science or Cochrane number, or a database's own.

    The numbers of screening tools are nobody else's.
    """
    for value in draft.take("AN"):
        if _ACCESSION_LIKE_EID.match(value) and draft.identify("scopus", eid_of(value)):
            continue
        if (wos := parse_wos(value)) and draft.identify("wos", wos):
            continue
        if len(value) in _LENGTHS_IN_EMBASE and _is_of_embase(draft, value):
            draft.identify("embase", parse_embase(value, bare=True))
        if _OF_A_SCREENING_TOOL.match(value):
            draft.leave("AN", value)
            continue
        is_known = draft.identify("central", parse_central(value))
        if is_known or has_archive(draft.item_type):
            draft.fill_or_leave("archiveLocation", "AN", value)
        else:
            draft.leave("AN", value)


def _is_of_embase(draft: Draft, number: str) -> bool:
    return number.isdecimal() and draft.first("DB").casefold().startswith("embase")


def eid_of(text: str) -> Eid | None:
    """Return the Scopus number of a link or an accession number, or None."""
    # Nearly all are one of these two, and they need no search.
    if plain := _PLAIN_EID.match(text):
        return Eid(f"2-s2.0-{plain[1]}")
    return find_eid_in_url(text) if "://" in text else parse_eid(text)


def read_user_fields(draft: Draft) -> None:
    """Read identifiers that carry their own label, in whatever custom tag they stand."""
    tags = draft.tags
    for tag in _USER_TAGS:
        if tag in tags and "pm" in "\n".join(tags[tag]).lower():
            draft.replace(tag, [value for value in tags[tag] if not _read_labelled(draft, value)])


def read_pubmed_links(draft: Draft) -> None:
    """Take links to PubMed out of T3, where some libraries keep them."""
    values = draft.tags.get("T3", ())
    kept = [value for value in values if not _is_pubmed_link(draft, value)]
    if len(kept) < len(values):
        draft.replace("T3", kept)


def _is_pubmed_link(draft: Draft, value: str) -> bool:
    link = _PUBMED_LINK.fullmatch(value)
    return link is not None and draft.identify("pmid", parse_pmid(link[1]))


def _read_labelled(draft: Draft, value: str) -> bool:
    if _PMC.match(value):
        return draft.identify("pmcid", parse_pmcid(value))
    if _TAGGED.search(value):
        return draft.identify("pmid", parse_pmid(value))
    return False


def take_embase(draft: Draft, tag: str) -> None:
    """Read Embase numbers out of a tag that is known to hold them."""
    for value in draft.take(tag):
        if not draft.identify("embase", parse_embase(value)):
            draft.leave(tag, value)


def take_pmids(draft: Draft, tag: str) -> None:
    """Read PubMed numbers out of a tag that is known to hold them; labels stay where they are."""
    values = draft.take(tag)
    if not values:
        return
    kept = []
    for value in _each_number(map(without_fraction, values)):
        if value.isdecimal():
            if len(value) > _LONGEST_PMID or not draft.identify("pmid", parse_pmid(value)):
                kept.append(value)
        elif _PMC.match(value):
            draft.identify("pmcid", parse_pmcid(value))
        else:
            kept.append(value)
    draft.put(tag, kept)


def _each_number(values: Iterable[str]) -> Iterator[str]:
    """Part a value that is a PubMed and a PubMed Central number."""
    for value in values:
        parts = value.replace(";", " ").replace(",", " ").split() if "PMC" in value else ()
        are_numbers = all(part.isdecimal() or _PMC.fullmatch(part) for part in parts)
        yield from parts if len(parts) == 2 and are_numbers else (value,)


def fill_citation_key(draft: Draft) -> None:
    """Use ID or LB as citation key only if it looks like one: tools number their records there."""
    for tag in ("LB", "ID"):
        for value in draft.take(tag):
            is_key = value[0].isalpha() and _is_citation_key(value)
            if not is_key or not draft.fill("citationKey", value):
                draft.leave(tag, value)


def _is_citation_key(text: str) -> bool:
    """Tell a key (`galluzzi2012secret`, `galluzzi`) from an accession or row number."""
    if text.isalpha():
        is_name = _SHORTEST_NAME <= len(text) <= _LONGEST_NAME and text != text.upper()
        return is_name and text.lower() not in _NO_NAMES
    if not _KEY.fullmatch(text):
        return False
    without, years = _YEAR.subn("", text)
    return years > 0 and sum(map(str.isdigit, without)) <= _MOST_OTHER_DIGITS


def write_identifiers(draft: Draft) -> None:
    """Give identifiers their fields and lines."""
    known = draft.identifiers
    if pmid := known.get("pmid"):
        draft.fill("PMID", pmid)
    if pmcid := known.get("pmcid"):
        draft.fill("PMCID", pmcid)
    if scopus := known.get("scopus"):
        draft.add_extra("Scopus EID", scopus)
    if wos := known.get("wos"):
        draft.add_extra("WOS", wos.removeprefix("WOS:"))
    if embase := known.get("embase"):
        draft.add_extra("Embase", embase)
    if arxiv := known.get("arxiv"):
        draft.add_extra("arXiv", arxiv)
