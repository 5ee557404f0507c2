"""Keys under which look-alikes meet: two works that share none are never compared by look."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from hashlib import blake2b, sha256
from itertools import pairwise

from syncd.matching.features import Features, features_of
from syncd.matching.numbering import Pages
from syncd.matching.titles import Marker
from syncd.record import Citation

_TITLE_END = 24
"""Letters from either end of a title: few enough to be without a typo, enough to be rare."""


_OF_THE_TITLE = ~int(Marker.NOTICE)
"""Markers that a title shows; a number, as flags take long to be put together."""


def blocking_keys(features: Features) -> tuple[int, ...]:
    """Return a work's few blocking keys, stable between runs and machines, signed and 64 bits."""
    return tuple(dict.fromkeys(map(_hash, _names(features))))


def naming_keys(features: Features) -> tuple[int, ...]:
    """Return under what a work whose title many bear is found by its names alone.

    One record of it may say where it stands, and another not. Matching takes them for two; see
    who asks for these.
    """
    if not features.generic:
        return ()
    who = longest_name(features.authors[0]) if features.authors else features.container
    return (_hash(f"h {features.title[:_TITLE_END]} {features.year} {who}"),)


def index_keys(features: Features) -> tuple[int, ...]:
    """Return all keys under which a work is to be found."""
    return (*blocking_keys(features), *naming_keys(features))


def _names(it: Features) -> Iterator[str]:
    person = longest_name(it.authors[0]) if it.authors else ""
    if it.generic:
        # Hundreds of works bear the title; only those in one place are worth comparing.
        yield f"g {it.title[:_TITLE_END]} {it.volume} {it.issue} {it.year if not it.volume else ''}"
    else:
        for title in (it.title, *it.other_titles) if it.other_titles else (it.title,):
            if not title:
                continue
            letters = title.replace(" ", "")
            yield f"t {letters[:_TITLE_END]}"
            yield f"e {letters[-_TITLE_END:]}"
            if it.authors and len(letters) > _TITLE_END:
                # Thousands of titles may begin and end alike; these are few.
                yield f"w {letters} {person}"
    first = it.pages.first
    if first and first != "1":
        yield f"p {first} {it.volume or it.year}"
        if it.authors:
            yield f"a {first} {person}"


def repeated(numbers: Iterable[int]) -> frozenset[int]:
    """Return those of many 64-bit numbers that come again; a dict of them needs far more memory."""
    ordered = array("q", sorted(array("q", numbers)))
    return frozenset(one for one, other in pairwise(ordered) if one == other)


def longest_name(person: str) -> str:
    """Return the longest word of a folded name, which exports write alike."""
    longest, length = "", 0
    for word in person.replace(",", " ").split():
        if len(word) > length or (len(word) == length and word > longest):
            longest, length = word, len(word)
    return longest


def _hash(name: str) -> int:
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def fingerprint(citation: Citation) -> str:
    """Return a stable name for a work without identifiers, the same from most exports of it.

    For minting keys and for remembering answers, never for deciding that two works are the same.
    """
    return fingerprint_of(features_of(citation))


def fingerprint_of(it: Features) -> str:
    """Return the fingerprint of a work whose features are already known."""
    parts = [
        it.title.replace(" ", ""),
        str(it.year or ""),
        it.authors[0].partition(",")[0] if it.authors else "",
        it.pages.first,
        f"{int(it.markers) & _OF_THE_TITLE}",
    ]
    if it.generic or it.pages == Pages():
        parts += [it.container, it.volume, it.issue]
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
