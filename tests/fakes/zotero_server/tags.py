"""A library's tags: listing them, and taking some away from every item."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.fakes.zotero_server.answers import Request, RequestError, Response, json_response
from tests.fakes.zotero_server.dates import now
from tests.fakes.zotero_server.library import Library
from tests.fakes.zotero_server.writes import header_version


def list_tags(library: Library) -> Response:
    """Answer every tag that an item has, with how many have it."""
    with library.lock:
        count = Counter(tag for item in library.items.values() for tag in item.tags)
        listed = [
            {"tag": name, "links": {}, "meta": {"type": kind, "numItems": number}}
            for (name, kind), number in sorted(count.items())
        ]
        return json_response(listed).with_version(library.version)


def delete_tags(library: Library, request: Request) -> Response:
    """Take tags away; every item that had one gets the new version, and the tag is logged."""
    version = header_version(request)
    if version is None:
        raise RequestError(428, "If-Unmodified-Since-Version not provided")
    names = {name.strip() for name in (request.parameter("tag") or "").split("||")}
    with library.lock:
        if library.version > version:
            raise RequestError(
                412,
                "Library has been modified since specified version "
                f"(expected {version}, found {library.version})",
            )
        new_version = library.bump()
        for item in list(library.items.values()):
            left = frozenset(tag for tag in item.tags if tag[0] not in names)
            if left != item.tags:
                library.put(replace(item, tags=left, date_modified=now()), new_version)
        library.deleted["tags"] |= dict.fromkeys(names, new_version)
        return Response(204).with_version(new_version)
