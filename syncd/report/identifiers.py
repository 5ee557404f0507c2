"""Identifiers as every document holds them."""

from __future__ import annotations

from typing import Any

from syncd.record import Identity


def identifiers(identity: Identity) -> dict[str, Any]:
    """Return the identifiers in their canonical spellings; absent ones null or empty lists."""
    found: dict[str, Any] = dict(zip(Identity._fields, identity, strict=True))
    found["isbn"], found["issn"] = list(identity.isbn), list(identity.issn)
    return found
