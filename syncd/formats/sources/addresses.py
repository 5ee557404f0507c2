"""Which of an entry's addresses is the work's own, and what the others are good for.

WORK PAGE      a page of a publisher or a repository, or a DOI link: the best url there is
RECORD PAGE    where a database shows its record; the url only where there is nothing else
FURTHER LINK   any other address or file of L1-L4: a link beside the item
"""

from __future__ import annotations

import re
from functools import lru_cache

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.identifiers import arxiv_id, eid_of, whole_doi
from syncd.formats.sources.text import list_elements
from syncd.identity import (
    parse_central,
    parse_doi,
    parse_embase,
    parse_pmcid,
    parse_pmid,
    parse_wos,
)
from syncd.record import Link

_URL_TAGS = ("UR", "LK", "LL", "L5")
_FILE_TAGS = {"L1": "Full Text", "L2": "Full Text", "L3": "Related Record", "L4": "Image"}
_RECORD_HOST = re.compile(
    r"""(?:^|\.)(?:scopus|webofscience|webofknowledge|isiknowledge|ofknowledge|embase)\.com(?:$|:)
    | (?:^|\.)lens\.org(?:$|:) | ^app\.dimensions\.ai(?:$|:) | ^pubmed\.ncbi\.nlm\.nih\.gov(?:$|:)
    | ^(?:(?:www|search)\.)?proquest\.com(?:$|:)     # others of its hosts hold files and books
    | ebscohost\.com | (?:^|\.)ebsco\.com(?:$|:) | \bovid(?:web|sp)?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_HOST = 253
_RECORD_PAGES = tuple(
    f"http{secure}://www.{page}"
    for page in ("scopus.com/", "ncbi.nlm.nih.gov/pubmed/", "ncbi.nlm.nih.gov/pubmed?")
    for secure in ("s", "")
)
_PROXY = re.compile(r"^https?://[^?]*\?q?url=(?=https?://)", re.IGNORECASE)
_OF_A_PERSON = re.compile(r"ORCID\b|\S[^\s@]*+@\S++$", re.IGNORECASE)
_LINK_RESOLVER_MARKS = ("url_ver=z39", "openurl", "?sid=", "&sid=", "//sfx.")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"]+", re.IGNORECASE)
_IN_ADDRESSES = ("://", "www.", "doi.org/")  # one of which is in each, with a scheme or without
# After `=`, `/`, `:` or an encoded sign, an address is a part of the one before it.
_RUN_TOGETHER = re.compile(
    r"[;,|](?=https?://)|(?<=[^\W_])(?<!%[0-9a-f]{2})(?=https?://)", re.IGNORECASE
)
_WITHOUT_SCHEME = re.compile(r"(?:www\.|doi\.org/|dx\.doi\.org/)\S+", re.IGNORECASE)
_REFERENCE_MANAGER_PMID = re.compile(r"(?:PM:\s*|info:pmid/)(\d{1,8})", re.IGNORECASE)
_LATEX_AMPERSAND = re.compile(r" ?\\& ?")
_MENDELEY_BREAK = re.compile(r"%5Cn(?=https?://)|\\n(?=https?://)", re.IGNORECASE)
_MOST_ADDRESSES = 100  # of one value, between which words are looked for
_DOI_LINK = re.compile(r"^https?://(?:dx\.)?doi\.org/", re.IGNORECASE)
_EMBASE_NUMBER = re.compile(r"[?&]id=(L\d{6,12})(?!\d)")
_OVID_NUMBER = re.compile(r"[?&;]AN=(\w+)")


def addresses_in(value: str) -> list[str]:
    """Return the addresses that stand in one value; only `&amp;` is decoded, nothing else."""
    if value.startswith("http") and value.count("://") == 1 and not _is_intricate(value):
        return [value.replace("&amp;", "&")]
    if value[:1] == "[" and value[-1:] == "]":
        value = " ".join(list_elements(value) or [value[1:-1]])
    low = value.lower()
    if not any(map(low.__contains__, _IN_ADDRESSES)):
        return []
    text = value.replace("&amp;", "&")
    if "\\" in text or "%5" in text:
        text = _LATEX_AMPERSAND.sub("&", _MENDELEY_BREAK.sub(" ", text))
    if "http" in low[1:]:
        text = _RUN_TOGETHER.sub(" ", text)
    if found := _ADDRESS.findall(text):
        return [url.rstrip(".,;") for url in found]
    return [f"https://{url}" for url in _WITHOUT_SCHEME.findall(text)]


def _is_intricate(value: str) -> bool:
    """Tell whether a value may hold more than an address."""
    return " " in value or "\\" in value or "%5" in value or "<" in value


def fill_address(draft: Draft) -> None:
    """Fill the url with the work's own page; further addresses become links beside the item."""
    pages: list[tuple[str, str]] = []
    records: list[tuple[str, str]] = []
    resolvers: list[tuple[str, str]] = []
    for tag, value in draft.take_all(_URL_TAGS):
        found = addresses_in(value)
        if len(found) < 2:
            _read_identifiers(draft, value)
        else:
            for url in found:
                _read_identifiers(draft, url)
        for url in found:
            if is_record_page(url):
                records.append((tag, url))
            else:
                (resolvers if _is_link_resolver(url) else pages).append((tag, url))
        if not found:
            _leave_address(draft, tag, value)
        elif _says_more(value, found):
            draft.leave(tag, value)
    ranked = [*pages, *records, *resolvers]
    if ranked:
        draft.fill("url", ranked[0][1])
    for tag, url in pages[1:]:
        _add_link(draft, tag, url, "")
    for tag, url in ranked[max(len(pages), 1) :]:
        draft.leave(tag, url)


def is_record_page(url: str) -> bool:
    """Tell whether an address leads to a database's record rather than to the work."""
    if "url=http" in url:
        url = _PROXY.sub("", url)
    return url.startswith(_RECORD_PAGES) or _is_record_host(
        url[: _LONGEST_HOST + 8].split("/", 3)[2]
    )


@lru_cache(maxsize=256)
def _is_record_host(host: str) -> bool:
    return _RECORD_HOST.search(host) is not None


def _is_link_resolver(url: str) -> bool:
    """Tell whether an address leads to a library's search for the work."""
    lowered = url.lower()
    return any(map(lowered.__contains__, _LINK_RESOLVER_MARKS))


def _says_more(value: str, urls: list[str]) -> bool:
    """Tell whether a value holds words beside its addresses."""
    if len(urls) == 1 and len(value) <= len(urls[0]) + 1:
        return False
    if len(urls) > _MOST_ADDRESSES:
        return True
    rest = value.replace("&amp;", "&")
    for url in urls:
        rest = rest.replace(url, "")
    return any(character.isalnum() for character in rest)


def _leave_address(draft: Draft, tag: str, value: str) -> None:
    if whole_doi(value):
        draft.suggest_doi(value, tag)
        return
    if value.startswith("papers") and parse_doi(value):  # Papers' own address of what it holds
        draft.suggest_doi(value)
    understood = (
        _REFERENCE_MANAGER_PMID.fullmatch(value)
        or _OF_A_PERSON.match(value)
        or parse_wos(value)
        or parse_doi(value)
    )
    if not understood:
        draft.warn(f"no address: {value[:80]}", tag, value)
    draft.leave(tag, value)


def _read_identifiers(draft: Draft, value: str) -> None:
    if value[:4] == "HTTP":
        value = value.lower()
    if "scopus" in value:
        draft.identify("scopus", eid_of(value))
        if "doi=" in value:
            draft.suggest_doi(value.partition("doi=")[2].partition("&")[0])
    elif "doi.org/" in value:
        draft.suggest_doi(value)
    elif "D=emed" in value:
        number = _OVID_NUMBER.search(value)
        draft.identify("embase", parse_embase(number[1], bare=True) if number else None)
    elif "WOS:" in value or "KeyUT" in value:
        draft.identify("wos", parse_wos(value))
    elif "embase.com/" in value:
        number = _EMBASE_NUMBER.search(value)
        draft.identify("embase", parse_embase(number[1]) if number else None)
    elif _leads_to_pubmed(value):
        _read_pubmed(draft, value)
    elif value[:1] in "IPip" and (match := _REFERENCE_MANAGER_PMID.fullmatch(value)):
        draft.identify("pmid", parse_pmid(match[1]))
    elif "/central/" in value:
        draft.identify("central", parse_central(value))
    elif "arxiv.org/" in value:
        draft.identify("arxiv", arxiv_id(value))


def _leads_to_pubmed(url: str) -> bool:
    host = url.lower()
    return (
        "ncbi.nlm.nih.gov/" in host or "europepmc.org/" in host or "pubmedcentral.nih.gov/" in host
    )


def _read_pubmed(draft: Draft, value: str) -> bool:
    """Read the numbers of a link to PubMed or PubMed Central; answer whether there is one."""
    pmcid, pmid = parse_pmcid(value), parse_pmid(value)
    draft.identify("pmcid", pmcid)
    draft.identify("pmid", pmid)
    return pmcid is not None or pmid is not None


def _add_link(draft: Draft, tag: str, target: str, title: str) -> None:
    known = draft.fields.get("url") == target or target in draft.links
    if known:
        draft.leave(tag, target)
    else:
        draft.links[target] = Link(target, title)


def add_links(draft: Draft) -> None:
    """Turn L1-L4 into links beside the item; DOI and PubMed links there are identifiers."""
    for tag, title in _FILE_TAGS.items():
        for value in draft.tags.pop(tag, ()):
            urls = addresses_in(value)
            if not urls and whole_doi(value):
                draft.suggest_doi(value, tag)
            elif not urls:
                draft.links.setdefault(value, Link(value, title))
            elif _says_more(value, urls):
                draft.leave(tag, value)
            for url in urls:
                if not _take_identifier(draft, tag, url):
                    _place_link(draft, tag, url, title)


def _take_identifier(draft: Draft, tag: str, url: str) -> bool:
    """Read what identifies the work; answer whether the address says nothing more."""
    if _DOI_LINK.match(url) and parse_doi(url):
        draft.suggest_doi(url, tag)
        return True
    if _leads_to_pubmed(url):
        return _read_pubmed(draft, url) and "pdf" not in url.lower()
    _read_identifiers(draft, url)
    return False


def _place_link(draft: Draft, tag: str, url: str, title: str) -> None:
    is_record = is_record_page(url)
    if is_record and draft.fill("url", url):
        return
    if is_record or _is_link_resolver(url):
        draft.leave(tag, url)
    else:
        _add_link(draft, tag, url, title)
