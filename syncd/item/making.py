"""Makes what is sent to a library: the item, its notes and its links."""

from __future__ import annotations

import mimetypes
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from syncd.item.extra import format_extra, label_of
from syncd.record import Record
from syncd.schema import Schema

_PLAINEST_TYPE = "document"
"""What an item becomes whose type a library is too old to know."""


def item_data(record: Record, schema: Schema) -> dict[str, Any]:
    """Return the item exactly as it is sent, without key, version and collections.

    Fields that the schema does not know for the item type become lines of `extra`, roles that
    it does not know become those it does.
    """
    item_type = record.item_type if record.item_type in schema.fields else _PLAINEST_TYPE
    data: dict[str, Any] = {"itemType": item_type, "title": ""}
    data["creators"] = _creators(record, schema, item_type)
    moved = _fill(data, record.fields, schema)
    if not data["title"]:
        del data["title"]
    if moved or record.extra:
        data["extra"] = format_extra([*moved, *record.extra])
    data["tags"] = [
        {"tag": name, "type": 1} if automatic else {"tag": name} for name, automatic in record.tags
    ]
    data["collections"] = []
    data["relations"] = {}
    return data


def _fill(
    data: dict[str, Any], texts: Mapping[str, str], schema: Schema
) -> Sequence[tuple[str, str]]:
    """Give an item its fields; return, as lines of `extra`, the texts of those that it lacks."""
    item_type = data["itemType"]
    fields = schema.fields[item_type]
    own_names = schema.base_fields.get(item_type, {})
    if not own_names and fields.issuperset(texts) and all(texts.values()):
        data.update(texts)  # as for most articles
        return ()
    moved: list[tuple[str, str]] = []
    for name, text in texts.items():
        own = own_names.get(name, name)
        if not text:
            continue
        if own in fields:
            data[own] = text
        else:
            moved.append((label_of(name), text))
    return moved


def _creators(record: Record, schema: Schema, item_type: str) -> list[dict[str, str]]:
    valid: dict[str, str | None] = {}
    creators = []
    for said, family, given, name in record.creators:
        if said not in valid:
            valid[said] = schema.find_role(item_type, said)
        role = valid[said]
        if role and name:
            creators.append({"creatorType": role, "name": name})
        elif role:
            creators.append({"creatorType": role, "lastName": family, "firstName": given})
    return creators


def notes_for(record: Record, keep: Collection[str]) -> list[str]:
    """Return the HTML of the child notes, of the kinds that the configuration keeps."""
    return [note.html for note in record.notes if note.kind in keep]


class Links(NamedTuple):
    """Attachments to make beside an item, and what is odd about those that are not made."""

    attachments: list[dict[str, Any]]
    warnings: list[str]


def is_address(target: str) -> bool:
    """Say whether a link leads to the web, rather than to a file."""
    return target.startswith(("http://", "https://"))


def file_link(path: Path) -> dict[str, Any]:
    """Return the data of an attachment (without `parentItem`) that points to a file."""
    return {
        "itemType": "attachment",
        "linkMode": "linked_file",
        "title": path.name,
        "path": str(path),
        "contentType": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        "tags": [],
        "relations": {},
    }


def stored_file(path: Path) -> dict[str, Any]:
    """Return the data of an attachment (without `parentItem`) that is to hold a file."""
    kept = {name: value for name, value in file_link(path).items() if name != "path"}
    return {**kept, "linkMode": "imported_file", "filename": path.name}


def links_for(record: Record) -> Links:
    """Return the data of linked-URL attachments (without `parentItem`) for web addresses.

    Paths of somebody's disk are named in the warnings: only a library that stores files can
    take what they point to.
    """
    attachments, warnings = [], []
    for link in record.links:
        if is_address(link.target):
            attachments.append(
                {
                    "itemType": "attachment",
                    "linkMode": "linked_url",
                    "title": link.title or "Link",
                    "url": link.target,
                    "tags": [],
                    "relations": {},
                }
            )
        else:
            warnings.append(f"not a web address, so not linked: {link.target}")
    return Links(attachments, warnings)
