"""Understands items of any origin: ours, those of earlier imports, those people typed.

Both functions run for every item of a library, so each looks only where something can be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from syncd.identity import (
    find_eid_in_url,
    parse_arxiv,
    parse_central,
    parse_doi,
    parse_eid,
    parse_embase,
    parse_isbns,
    parse_issns,
    parse_pmcid,
    parse_pmid,
    parse_wos,
)
from syncd.item.details import details_of
from syncd.item.extra import lines_of
from syncd.item.fields import DATES, TITLES, first_of
from syncd.record import Citation, Eid, Identity

_CONTAINERS = (
    "publicationTitle", "bookTitle", "proceedingsTitle", "encyclopediaTitle", "dictionaryTitle",
    "websiteTitle", "blogTitle", "forumTitle", "programTitle", "sessionTitle", "conferenceName",
    "university", "institution", "series", "seriesTitle",
)  # fmt: skip
_CONTAINER = "Container Title: "
_DOCUMENT_TYPE = "Document Type: "
_PAGES = ("pages", "codePages", "firstPage")
_VOLUMES = ("volume", "codeVolume", "reporterVolume", "codeNumber")
_YEARS = {str(year): year for year in range(1400, 2100)}
"""Every year that may be one, once: a number of its own for each record takes memory."""

_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")


def identity_of(data: Mapping[str, Any]) -> Identity:
    """Return the identifiers of an item, wherever earlier imports left them."""
    get = data.get
    extra: dict[str, str] = {}
    if text := get("extra"):
        for label, value in lines_of(text):
            extra.setdefault(label.casefold(), value)
    url = get("url") or ""
    archive = get("archiveLocation") or ""
    database = f"{get('archive') or ''} {get('libraryCatalog') or ''}".casefold() if archive else ""
    return Identity(
        scopus=_scopus(extra, archive, url, text or ""),
        doi=_doi(get("DOI") or "", extra, url),
        pmid=_pmid(get("PMID") or "", extra, url) or _pmid_of(archive, database),
        pmcid=_pmcid(get("PMCID") or "", extra, url),
        arxiv=_arxiv(data, extra, url),
        wos=_wos(extra, archive, url),
        embase=_embase(extra, archive, database),
        central=_central(extra, archive),
        isbn=_numbers(parse_isbns, get("ISBN"), extra.get("isbn")),
        issn=_numbers(parse_issns, get("ISSN"), extra.get("issn")),
    )


def _scopus(extra: Mapping[str, str], archive: str, url: str, text: str) -> Eid | None:
    for label in ("scopus eid", "scopus id", "scopus", "eid"):
        if label in extra and (eid := parse_eid(extra[label], bare=True)):
            return eid
    if archive and (eid := parse_eid(archive)):
        return eid
    if "scopus" in url and (eid := find_eid_in_url(url)):
        return eid
    return parse_eid(text) if text else None


def _doi(field: str, extra: Mapping[str, str], url: str) -> Any:
    if field and (doi := parse_doi(field)):
        return doi
    if "doi" in extra and (doi := parse_doi(extra["doi"])):
        return doi
    return parse_doi(url) if "doi.org/" in url else None


def _pmid(field: str, extra: Mapping[str, str], url: str) -> str | None:
    for text in (field, extra.get("pmid", ""), extra.get("pubmed", "")):
        if text and (pmid := parse_pmid(text)):
            return pmid
    return parse_pmid(url) if "pubmed" in url else None


def _pmid_of(archive: str, database: str) -> str | None:
    """Read the accession number that an import of a PubMed export left behind."""
    from_pubmed = "pubmed" in database or "medline" in database or "nlm" in database.split()
    return parse_pmid(archive) if from_pubmed else None


def _embase(extra: Mapping[str, str], archive: str, database: str) -> str | None:
    if "embase" in extra:
        return parse_embase(extra["embase"], bare=True)
    return parse_embase(archive, bare=True) if "embase" in database else None


def _central(extra: Mapping[str, str], archive: str) -> str | None:
    text = archive or extra.get("central", "")
    return parse_central(text) if text else None


def _pmcid(field: str, extra: Mapping[str, str], url: str) -> str | None:
    for text in (field, extra.get("pmcid", ""), extra.get("pmc", "")):
        if text and (pmcid := parse_pmcid(text)):
            return pmcid
    return parse_pmcid(url) if "/PMC" in url else None


def _arxiv(data: Mapping[str, Any], extra: Mapping[str, str], url: str) -> str | None:
    texts = (extra.get("arxiv", ""), data.get("archiveID") or "", data.get("DOI") or "", url)
    for number, text in enumerate(texts):
        if text and (number == 0 or "arxiv" in text.casefold()) and (found := parse_arxiv(text)):
            return found.id
    return None


def _wos(extra: Mapping[str, str], archive: str, url: str) -> str | None:
    for label in ("wos", "web of science", "accession number"):
        if label in extra:
            text = extra[label]
            if wos := parse_wos(text if ":" in text else f"WOS:{text}"):
                return wos
    return parse_wos(archive or url) if "WOS:" in archive or "WOS:" in url else None


def _numbers(parse: Any, field: str | None, line: str | None) -> tuple[str, ...]:
    if not field and not line:
        return ()
    return tuple(dict.fromkeys([*parse(field or ""), *parse(line or "")]))


def citation_of(data: Mapping[str, Any], identity: Identity | None = None) -> Citation:
    """Return the few facts by which an item is told from others; the same for any origin."""
    date = first_of(data, DATES)
    year = _YEAR.search(date) if date else None
    extra = data.get("extra") or ""
    return Citation(
        item_type=data.get("itemType", ""),
        title=first_of(data, TITLES),
        authors=_authors(data),
        year=(_YEARS.get(year[1]) or int(year[1])) if year else None,
        container=first_of(data, _CONTAINERS) or _line(_CONTAINER, extra),
        volume=first_of(data, _VOLUMES),
        issue=data.get("issue") or "",
        pages=first_of(data, _PAGES),
        identity=identity_of(data) if identity is None else identity,
        details=details_of(data),
        document_type=_line(_DOCUMENT_TYPE, extra),
    )


def _line(label: str, extra: str) -> str:
    """Return what `extra` says under a label, for types that have no field for it."""
    if label not in extra:
        return ""
    lines = (line for line in extra.split("\n") if line.startswith(label))
    return next(lines, "").removeprefix(label)


def _authors(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return those whose work it is: authors where there are any, else everyone named first."""
    creators = data.get("creators") or ()
    if not creators:
        return ()
    role = creators[0].get("creatorType")
    if any(creator.get("creatorType") == "author" for creator in creators):
        role = "author"
    return tuple(_name(creator) for creator in creators if creator.get("creatorType") == role)


def _name(creator: Mapping[str, str]) -> str:
    family = creator.get("lastName") or creator.get("name") or ""
    given = creator.get("firstName")
    return f"{family}, {given}" if given else family
