"""What `judge` needs to know of one citation, computed once and small enough to be stored."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from syncd.matching.containers import fold_container
from syncd.matching.details import fold_details, shared_details
from syncd.matching.kinds import Kind, kind_of
from syncd.matching.numbering import Pages, read_issue, read_pages, read_volume
from syncd.matching.people import fold_authors
from syncd.matching.titles import Marker, is_generic, marker_of, read_title
from syncd.record import NO_DETAILS, Citation, Details, Identity


class Features(NamedTuple):
    """One citation ready to be compared: everything folded, numbers read, type made a kind.

    `record` is the digest of all that the record says. It stands apart from `details`, of which
    most works have none, so that they share one.
    """

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
    details: Details
    identity: Identity
    record: str


_LONGEST_TITLE = 260


def features_of(citation: Citation) -> Features:
    """Return what `judge` needs of a citation."""
    title = read_title(citation.title)
    container = fold_container(citation.container)
    details = citation.details
    kind = kind_of(citation, container)
    notice = marker_of(citation.document_type)
    return Features(
        item_type=citation.item_type,
        kind=kind,
        title=title.words[:_LONGEST_TITLE],
        other_titles=tuple(words[:_LONGEST_TITLE] for words in title.others),
        # To put flags together takes as long as folding a name.
        markers=title.markers | notice if notice else title.markers,
        translated=title.translated,
        generic=is_generic(title.words),
        authors=fold_authors(citation.authors),
        year=citation.year,
        volume=read_volume(citation.volume),
        issue=read_issue(citation.issue),
        pages=read_pages(citation.pages),
        container=container,
        details=fold_details(details, citation.item_type, kind),
        identity=citation.identity,
        record=details.record,
    )


def without_place(features: Features) -> tuple[Features, ...]:
    """Return what the features may have been while the issue, the volume or both were not known."""
    return (
        features._replace(issue=""),
        features._replace(volume=""),
        features._replace(volume="", issue=""),
    )


def citation_in(features: Features) -> Citation:
    """Return a citation that says what these features do, in their folded spelling.

    For naming a work to people and other ledgers; what folding took away is lost.
    """
    pages = "-".join(filter(None, features.pages))
    return Citation(
        item_type=features.item_type,
        title=features.title,
        authors=tuple(name.replace(",", ", ", 1) for name in features.authors),
        year=features.year,
        container=features.container,
        volume=features.volume,
        issue=features.issue,
        pages=pages,
        identity=features.identity,
        details=features.details._replace(record=features.record),
    )


# A record is stored as text: fields parted by US, the parts of one by RS, those of a detail by GS,
# identifiers named by the first letters of their kind. Empty fields cost one byte.

_FIELD, _PART, _PIECE = "\x1f", "\x1e", "\x1d"
_SINGLE = 8
"""Identifiers of which a work has one; they come first in `Identity`."""
_NO_DETAILS = _PART * (len(Details._fields) - 1)
"""What stands before a record's digest where there are no details."""
_VERSION = "2"
_FIRST = "1"
"""An older syncd knew fewer kinds and markers, and no details."""


def dump_features(features: Features) -> bytes:
    """Return the features in a compact form for the ledger."""
    identity = features.identity
    flags = 2 * features.translated + features.generic
    fields = (
        f"{_VERSION}{features.kind:02x}{features.markers:02x}{flags}{features.item_type}",
        features.title,
        _PART.join(features.other_titles),
        _PART.join(features.authors),
        "" if features.year is None else str(features.year),
        features.volume,
        features.issue,
        _PART.join(features.pages),
        features.container,
        _PART.join([value if isinstance(value, str) else "" for value in identity[:_SINGLE]]),
        _PART.join(identity.isbn),
        _PART.join(identity.issn),
        _dump_details(features.details, features.record),
    )
    return _FIELD.join(fields).encode("utf-8", "surrogatepass")


def load_features(dumped: bytes) -> Features:
    """Return the features that `dump_features` wrote, in this version or an older one."""
    fields = dumped.decode("utf-8", "surrogatepass").split(_FIELD)
    head, title, others, authors, year, volume, issue, pages, container, ids, isbn, issn = fields[
        :12
    ]
    width = 1 if head.startswith(_FIRST) else 2
    kind, markers, flags = head[1 : 1 + width], head[1 + width : 1 + 2 * width], head[1 + 2 * width]
    first, last = pages.split(_PART)
    details, record = _load_details(fields[12] if len(fields) > 12 else "")
    return Features(
        item_type=head[2 + 2 * width :],
        kind=_kind(kind),
        title=title,
        other_titles=_parts(others),
        markers=_marker(markers),
        translated=bool(int(flags) & 2),
        generic=bool(int(flags) & 1),
        authors=_parts(authors),
        year=int(year) if year else None,
        volume=volume,
        issue=issue,
        pages=Pages(first, last),
        container=container,
        details=details,
        identity=_identity(ids.split(_PART), _parts(isbn), _parts(issn)),
        record=record,
    )


@lru_cache(maxsize=len(Kind))
def _kind(digits: str) -> Kind:
    return Kind(int(digits, 16))


@lru_cache(maxsize=256)
def _marker(digits: str) -> Marker:
    # To make a flag of a number takes as long as all the rest.
    return Marker(int(digits, 16))


def _dump_details(details: Details, record: str) -> str:
    if details == NO_DETAILS:
        return f"{_NO_DETAILS}{record}" if record else ""
    said = details._replace(record=record)
    return _PART.join(_PIECE.join(v) if isinstance(v, tuple) else v for v in said)


def _load_details(text: str) -> tuple[Details, str]:
    """Return the details and the record's digest."""
    bare = text.removeprefix(_NO_DETAILS)
    if _PART not in bare:
        return NO_DETAILS, bare
    found = dict(zip(Details._fields, text.split(_PART), strict=False))
    trials, translators = found.pop("trials", ""), found.pop("translators", "")
    record = found.pop("record", "")
    details = Details(
        trials=tuple(trials.split(_PIECE)) if trials else (),
        translators=tuple(translators.split(_PIECE)) if translators else (),
        **found,
    )
    return shared_details(details), record


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(_PART)) if text else ()


def _identity(ids: list[str], isbn: tuple[str, ...], issn: tuple[str, ...]) -> Identity:
    return Identity._make([*(value or None for value in ids), isbn, issn])
