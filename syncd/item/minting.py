"""Item keys that follow from what a work is, so that two who meet the same work mint the same key.

A key is eight of Zotero's thirty-three characters. It is the digest of the library, the work's
strongest name, and an ORDINAL: 0 unless that key already belongs to something else, as happens
when one DOI names several works.
"""

from __future__ import annotations

from hashlib import sha256

from syncd.record import Citation, ItemKey

ALPHABET = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""Zotero's key characters: no 0, no 1, no O (server behaviour: others are refused with 400)."""

_LENGTH = 8
_KEYS = len(ALPHABET) ** _LENGTH
_PAIRS = tuple(first + second for second in ALPHABET for first in ALPHABET)
"""What two digits of a number come to, the lower one first: two at a time takes half as long."""


def mint_key(library: str, name: tuple[str, ...], ordinal: int = 0) -> ItemKey:
    """Return the key number `ordinal` of the series for `name` in the library of that identity."""
    text = "\x1f".join((library, *name, str(ordinal)))
    digest = int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest())
    number = digest % _KEYS
    number, first = divmod(number, len(_PAIRS))
    number, second = divmod(number, len(_PAIRS))
    fourth, third = divmod(number, len(_PAIRS))
    return ItemKey(_PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth])


def name_of(citation: Citation, fingerprint: str) -> tuple[str, str]:
    """Return what a work's key derives from: its EID, else its DOI, else the fingerprint."""
    identity = citation.identity
    if identity.scopus:
        return ("scopus", identity.scopus)
    if identity.doi:
        return ("doi", identity.doi)
    return ("fingerprint", fingerprint)
