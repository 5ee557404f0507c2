"""Which of an entry's addresses is the work's own, and what the others are good for.

WORK PAGE      a publisher's page or a DOI link: the best url there is
RECORD PAGE    where a database shows its record; the url only where there is nothing else
FURTHER LINK   any other address or file of L1-L4: a link beside the item
"""

from __future__ import annotations

import re
from functools import lru_cache

from syncd.identity import parse_doi, parse_pmcid, parse_pmid, parse_wos
from syncd.record import Link
from syncd.sources.draft import Draft
from syncd.sources.identifiers import arxiv_id, eid_of

_URL_TAGS = ("UR", "LK", "LL", "L5")
_FILE_TAGS = {"L1": "Full Text", "L2": "Full Text", "L3": "Related Record", "L4": "Image"}
_RECORD_HOST = re.compile(
    r"""(?:^|\.)(?:scopus|webofscience|webofknowledge|isiknowledge|ofknowledge)\.com(?:$|:)
    | ebscohost\.com | \bovid(?:web|sp)?\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_HOST = 253
_SCOPUS = ("https://www.scopus.com/", "http://www.scopus.com/")
_PROXY = re.compile(r"^https?://[^?]*\?q?url=(?=https?://)", re.IGNORECASE)
_OF_A_PERSON = re.compile(r"ORCID\b|\S+@\S+$", re.IGNORECASE)
_LINK_RESOLVER_MARKS = ("url_ver=z39", "openurl", "?sid=", "&sid=", "//sfx.")
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"]+", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(r"(?:www\.|doi\.org/|dx\.doi\.org/)\S+", re.IGNORECASE)
_REFERENCE_MANAGER_PMID = re.compile(r"PM:\s*(\d{1,8})", re.IGNORECASE)
_LATEX_AMPERSAND = re.compile(r" ?\\& ?")
_MENDELEY_BREAK = re.compile(r"%5Cn(?=https?://)|\\n(?=https?://)", re.IGNORECASE)
_DOI_LINK = re.compile(r"^https?://(?:dx\.)?doi\.org/", re.IGNORECASE)
_PUBMED_LINK = re.compile(r"ncbi\.nlm\.nih\.gov/|europepmc\.org/", re.IGNORECASE)


def addresses_in(value: str) -> list[str]:
    """Return the addresses that stand in one value; only `&amp;` is decoded, nothing else."""
    if value.startswith("http") and value.count("://") == 1 and not _is_intricate(value):
        return [value.replace("&amp;", "&")]
    text = _MENDELEY_BREAK.sub(" ", value.replace("&amp;", "&"))
    text = _LATEX_AMPERSAND.sub("&", text)
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
        _read_identifiers(draft, value)
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
    if url.startswith(_SCOPUS):
        return True
    if "url=http" in url:
        url = _PROXY.sub("", url)
    return _is_record_host(url[: _LONGEST_HOST + 8].split("/", 3)[2])


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
    rest = value.replace("&amp;", "&")
    for url in urls:
        rest = rest.replace(url, "")
    return any(character.isalnum() for character in rest)


def _leave_address(draft: Draft, tag: str, value: str) -> None:
    understood = (
        _REFERENCE_MANAGER_PMID.fullmatch(value)
        or _OF_A_PERSON.match(value)
        or parse_wos(value)
        or parse_doi(value)
    )
    if not understood:
        draft.warn(f"no address: {value[:80]}", tag, value)
    draft.leave(tag, value)


def _read_identifiers(draft: Draft, value: str, tag: str = "") -> None:
    if "scopus" in value:
        draft.identify("scopus", eid_of(value))
        if "doi=" in value:
            draft.suggest_doi(value.partition("doi=")[2].partition("&")[0])
    elif "doi.org/" in value:
        draft.suggest_doi(value, tag if _DOI_LINK.match(value) else "")
    elif "WOS:" in value or "KeyUT" in value:
        draft.identify("wos", parse_wos(value))
    elif _PUBMED_LINK.search(value):
        draft.identify("pmcid", parse_pmcid(value))
        draft.identify("pmid", parse_pmid(value))
    elif match := _REFERENCE_MANAGER_PMID.fullmatch(value):
        draft.identify("pmid", parse_pmid(match[1]))
    elif "arxiv.org/" in value:
        draft.identify("arxiv", arxiv_id(value))


def _add_link(draft: Draft, tag: str, target: str, title: str) -> None:
    known = draft.fields.get("url") == target or any(link.target == target for link in draft.links)
    if known:
        draft.leave(tag, target)
    else:
        draft.links.append(Link(target, title))


def add_links(draft: Draft) -> None:
    """Turn L1-L4 into links beside the item; DOI and PubMed links there are identifiers."""
    for tag, title in _FILE_TAGS.items():
        for value in draft.tags.pop(tag, ()):
            urls = addresses_in(value)
            if not urls and (doi := parse_doi(value)) and value.casefold().endswith(doi):
                draft.suggest_doi(value, tag)
            elif not urls:
                draft.links.append(Link(value, title))
            for url in urls:
                _read_identifiers(draft, url, tag)
                if _DOI_LINK.match(url) or _PUBMED_LINK.search(url):
                    continue
                if is_record_page(url) and draft.fill("url", url):
                    continue
                if is_record_page(url) or _is_link_resolver(url):
                    draft.leave(tag, url)
                else:
                    _add_link(draft, tag, url, title)
