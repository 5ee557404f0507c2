"""What `judge` needs to know of one citation, computed once and small enough to be stored."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import NamedTuple

from syncd.matching.containers import fold_container
from syncd.matching.numbering import Pages, read_issue, read_pages, read_volume
from syncd.matching.people import fold_authors
from syncd.matching.titles import Marker, is_generic, read_title
from syncd.record import Citation, Doi, Eid, Identity


class Kind(IntEnum):
    """What sort of thing a work is, as far as that tells works apart."""

    OTHER = 0
    ARTICLE = 1
    CONFERENCE = 2
    BOOK = 3
    PART = 4
    PREPRINT = 5
    THESIS = 6


class Features(NamedTuple):
    """One citation ready to be compared: everything folded, numbers read, type made a kind."""

    item_type: str
    kind: Kind
    title: str
    other_titles: tuple[str, ...]
    markers: Marker
    translated: bool
    generic: bool
    authors: tuple[str, ...]
    year: int | None
    volume: str
    issue: str
    pages: Pages
    container: str
    identity: Identity


_KINDS = {
    "journalArticle": Kind.ARTICLE,
    "magazineArticle": Kind.ARTICLE,
    "newspaperArticle": Kind.ARTICLE,
    "conferencePaper": Kind.CONFERENCE,
    "presentation": Kind.CONFERENCE,
    "book": Kind.BOOK,
    "bookSection": Kind.PART,
    "encyclopediaArticle": Kind.PART,
    "dictionaryEntry": Kind.PART,
    "preprint": Kind.PREPRINT,
    "thesis": Kind.THESIS,
}
_PREPRINT_DOI = re.compile(
    r"10\.48550/arxiv\.|10\.(?:1101|64898)/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,8}$|10\.21203/rs\.|"
    r"10\.2139/ssrn\.|10\.31234/osf\.|10\.31219/osf\.|10\.31235/osf\.|10\.35542/osf\.|"
    r"10\.20944/preprints|10\.26434/chemrxiv|10\.36227/techrxiv\.|10\.22541/au\.|10\.2196/preprints"
)
_PREPRINT_SERVER = re.compile(
    r"(?:arxiv|biorxiv|medrxiv|chemrxiv|psyarxiv|techrxiv|ssrn(?: electronic journal)?"
    r"|research square|preprints(?: org)?|corr)\b"
)
_LONGEST_TITLE = 260


def features_of(citation: Citation) -> Features:
    """Return what `judge` needs of a citation."""
    title = read_title(citation.title)
    container = fold_container(citation.container)
    return Features(
        item_type=citation.item_type,
        kind=_kind(citation.item_type, container, citation.identity.doi),
        title=title.words[:_LONGEST_TITLE],
        other_titles=tuple(words[:_LONGEST_TITLE] for words in title.others),
        markers=title.markers,
        translated=title.translated,
        generic=is_generic(title.words),
        authors=fold_authors(citation.authors),
        year=citation.year,
        volume=read_volume(citation.volume),
        issue=read_issue(citation.issue),
        pages=read_pages(citation.pages),
        container=container,
        identity=citation.identity,
    )


def _kind(item_type: str, container: str, doi: Doi | None) -> Kind:
    kind = _KINDS.get(item_type, Kind.OTHER)
    if container.startswith("dissertation abstracts"):
        return Kind.THESIS
    if kind in (Kind.ARTICLE, Kind.OTHER) and (
        (doi and _PREPRINT_DOI.match(doi)) or _PREPRINT_SERVER.match(container)
    ):
        return Kind.PREPRINT
    return kind


# A record is stored as text: fields parted by US, the parts of one by RS, identifiers named by
# the first letters of their kind. Empty fields cost one byte.

_FIELD, _PART = "\x1f", "\x1e"
_SINGLE = ("scopus", "doi", "pmid", "pmcid", "arxiv", "wos", "embase", "central")
_VERSION = "1"


def dump_features(features: Features) -> bytes:
    """Return the features in a compact form for the ledger."""
    identity = features.identity
    flags = 2 * features.translated + features.generic
    fields = (
        f"{_VERSION}{features.kind:x}{features.markers:x}{flags}{features.item_type}",
        features.title,
        _PART.join(features.other_titles),
        _PART.join(features.authors),
        "" if features.year is None else str(features.year),
        features.volume,
        features.issue,
        _PART.join(features.pages),
        features.container,
        _PART.join(getattr(identity, kind) or "" for kind in _SINGLE),
        _PART.join(identity.isbn),
        _PART.join(identity.issn),
    )
    return _FIELD.join(fields).encode("utf-8", "surrogatepass")


def load_features(dumped: bytes) -> Features:
    """Return the features that `dump_features` wrote."""
    fields = dumped.decode("utf-8", "surrogatepass").split(_FIELD)
    head, title, others, authors, year, volume, issue, pages, container, ids, isbn, issn = fields
    flags = int(head[3])
    first, last = pages.split(_PART)
    return Features(
        item_type=head[4:],
        kind=Kind(int(head[1], 16)),
        title=title,
        other_titles=_parts(others),
        markers=Marker(int(head[2], 16)),
        translated=bool(flags & 2),
        generic=bool(flags & 1),
        authors=_parts(authors),
        year=int(year) if year else None,
        volume=volume,
        issue=issue,
        pages=Pages(first, last),
        container=container,
        identity=_identity(ids.split(_PART), _parts(isbn), _parts(issn)),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(_PART)) if text else ()


def _identity(ids: list[str], isbn: tuple[str, ...], issn: tuple[str, ...]) -> Identity:
    scopus, doi, pmid, pmcid, arxiv, wos, embase, central = (value or None for value in ids)
    return Identity(
        scopus=Eid(scopus) if scopus else None,
        doi=Doi(doi) if doi else None,
        pmid=pmid,
        pmcid=pmcid,
        arxiv=arxiv,
        wos=wos,
        embase=embase,
        central=central,
        isbn=isbn,
        issn=issn,
    )
