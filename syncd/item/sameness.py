"""Whether two values of a field are one, whoever spelled them and whatever a server did to them."""

from __future__ import annotations

import re
from typing import Any

from syncd.identity import find_eid_in_url, normal_address, parse_doi, parse_isbns, parse_issns
from syncd.item.equality import is_same

_DASHES = re.compile(r"(?:(?<!\s)\s++)?[-‐-―−]++\s*+")


def says_same(name: str, one: Any, other: Any) -> bool:
    """Say whether two values of the field of this name tell the same."""
    if is_same(one, other):
        return True
    if not (isinstance(one, str) and isinstance(other, str) and one and other):
        return False
    return _spelled_alike(name, one, other)


def _spelled_alike(name: str, one: str, other: str) -> bool:
    match name:
        case "DOI":
            return (doi := parse_doi(one)) is not None and doi == parse_doi(other)
        case "ISSN":
            return bool(parse_issns(one)) and set(parse_issns(one)) == set(parse_issns(other))
        case "ISBN":
            return bool(parse_isbns(one)) and set(parse_isbns(one)) == set(parse_isbns(other))
        case "url":
            return _is_one_page(one, other)
        case "pages":
            return _DASHES.sub("-", one.strip()) == _DASHES.sub("-", other.strip())
    return False


def _is_one_page(one: str, other: str) -> bool:
    """Say whether two addresses lead to one page: databases add another session to each."""
    if (eid := find_eid_in_url(one)) is not None:
        return eid == find_eid_in_url(other)
    address = normal_address(one)
    return bool(address) and address == normal_address(other)
