"""One item as a Markdown note: its properties in the front matter, its abstract below."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from adapters.kit import UnreadableItemError, tidy_data

_FENCE = "---\n"
_BELOW = "abstractNote"


class Page(NamedTuple):
    """What a note says."""

    data: dict[str, Any]
    trashed: bool = False


def format_page(page: Page) -> str:
    """Return the note: each property is a line of YAML, its value written as in JSON."""
    shown: Mapping[str, Any] = page.data | ({"deleted": True} if page.trashed else {})
    lines = [f"{name}: {json.dumps(v, ensure_ascii=False)}\n" for name, v in shown.items()]
    body = page.data.get(_BELOW)
    if isinstance(body, str) and "\r" not in body:
        lines = [line for line in lines if not line.startswith(f"{_BELOW}: ")]
        return f"{_FENCE}{''.join(lines)}{_FENCE}{body}"
    return f"{_FENCE}{''.join(lines)}{_FENCE}"


def parse_page(raw: bytes) -> Page:
    """Read a note. Raises `UnreadableItemError` for one that a person has broken."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise UnreadableItemError(f"it is not UTF-8 text: {error}") from error
    opening, _, rest = text.partition(_FENCE)
    head, fence, body = rest.partition(f"\n{_FENCE}")
    if opening or not fence:
        raise UnreadableItemError("it does not begin with properties between two lines of ---")
    data: dict[str, Any] = {}
    for number, line in enumerate(head.split("\n"), start=2):
        name, colon, value = line.partition(": ")
        try:
            data[name] = json.loads(value) if colon else None
        except ValueError as error:
            raise UnreadableItemError(f"line {number}: {error}") from error
    if body:
        data[_BELOW] = body
    return Page(tidy_data(data), trashed=bool(data.get("deleted")))
