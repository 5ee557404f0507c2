"""What an item becomes when JSON is written to it, as the program does it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.fakes.zotero_desktop.world import Library
from tests.fakes.zotero_server.dates import now, parse_instant
from tests.fakes.zotero_server.schema import schema
from tests.fakes.zotero_server.text import clean_note

_STRUCTURED = ("creators", "tags", "collections", "relations")
_OWN = ("itemType", "key", "version", "deleted", "dateAdded", "dateModified", "parentItem", "note")
_ATTACHMENT = (
    "linkMode",
    "contentType",
    "charset",
    "path",
    "url",
    "accessDate",
    "title",
    "filename",
)
_MOVED = {"PMID": "PMID", "PMCID": "PMCID", "DOI": "DOI", "Citation Key": "citationKey"}
_MANY_LINES = ("abstractNote", "extra")


class EntryError(Exception):
    """One entry of a write fails; the others go on."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)


def written(library: Library, base: Mapping[str, Any] | None, json: Any) -> dict[str, Any]:
    """Return the data of an item after this was written to it, or raise `EntryError`."""
    if not isinstance(json, dict):
        raise EntryError(400, "Invalid value: expected JSON object")
    data: dict[str, Any] = dict(base or {})
    item_type = str(json.get("itemType", data.get("itemType")))
    if item_type not in schema().fields:
        raise EntryError(400, f"'{item_type}' is not a valid itemType")
    data["itemType"] = item_type
    _write_places(library, data, json)
    for name, value in json.items():
        if name not in _OWN and name not in _STRUCTURED:
            _write_field(data, item_type, name, value)
    _move_extra_lines(data, item_type)
    if "note" in json:
        data["note"] = clean_note(str(json["note"]))
    if "deleted" in json:
        data["deleted"] = bool(json["deleted"])
    if not data.get("deleted"):
        data.pop("deleted", None)
    _write_dates(data, base, json)
    return {name: value for name, value in data.items() if value not in ("", None)}


def _write_places(library: Library, data: dict[str, Any], json: Mapping[str, Any]) -> None:
    parent = json.get("parentItem", data.get("parentItem"))
    if parent:
        if parent not in library.items:
            raise EntryError(409, f"Parent item {parent} not found")
        data["parentItem"] = parent
    for name in _STRUCTURED:
        value = json.get(name, data.get(name, {} if name == "relations" else []))
        data[name] = _checked(library, data["itemType"], name, value)


def _checked(library: Library, item_type: str, name: str, value: Any) -> Any:
    if name == "collections":
        unknown = [key for key in value if key not in library.collections]
        if unknown:
            raise EntryError(400, f"Collection {unknown[0]} not found")
        return list(dict.fromkeys(value))
    if name == "tags":
        names = {_tag_of(each): each for each in value}
        if any(not name.strip() for name in names):
            raise EntryError(400, "Tag cannot be empty")
        return [{"tag": name, **_tag_type(each)} for name, each in sorted(names.items())]
    if name == "relations":
        return {each: [to] if isinstance(to, str) else to for each, to in dict(value).items()}
    known = schema().creator_types.get(item_type, ())
    if value and not known:
        return []
    return [_creator(each, known) for each in value]


def _tag_of(tag: Any) -> str:
    return str(tag["tag"] if isinstance(tag, dict) else tag).strip()


def _tag_type(tag: Any) -> dict[str, int]:
    return {"type": 1} if isinstance(tag, dict) and tag.get("type") == 1 else {}


def _creator(creator: Mapping[str, str], known: Any) -> dict[str, str]:
    kind = creator.get("creatorType", "")
    names = {
        name: creator[name].strip() for name in ("firstName", "lastName", "name") if name in creator
    }
    if not any(names.values()):
        raise EntryError(400, "creator has no name")
    return {"creatorType": kind if kind in known else next(iter(known)), **names}


def _write_field(data: dict[str, Any], item_type: str, name: str, value: Any) -> None:
    text = str(value).strip()
    if item_type == "attachment" and name in _ATTACHMENT:
        data[name] = text
    elif name in schema().fields[item_type]:
        if name not in _MANY_LINES:
            text = re.sub(r"[\r\n]+", " ", text)
        if name == "ISBN":
            text = text.replace(", ", " ")
        data[name] = text
    elif text:
        line = f"{name[:1].upper()}{name[1:]}: {text}"
        data["extra"] = "\n".join(filter(None, [data.get("extra", ""), line]))


def _move_extra_lines(data: dict[str, Any], item_type: str) -> None:
    kept = []
    for line in data.get("extra", "").split("\n"):
        label, colon, value = line.partition(":")
        target = _MOVED.get(label.strip()) if colon else None
        if target and target in schema().fields[item_type] and not data.get(target):
            data[target] = value.strip()
        else:
            kept.append(line)
    data["extra"] = "\n".join(kept).strip()


def _write_dates(
    data: dict[str, Any], base: Mapping[str, Any] | None, json: Mapping[str, Any]
) -> None:
    instant = now()
    for name in ("dateAdded", "dateModified"):
        if name in json and parse_instant(str(json[name])) is None:
            raise EntryError(400, f"'{name}' must be in ISO 8601 format")
    if "dateAdded" in json:
        data["dateAdded"] = parse_instant(str(json["dateAdded"]))
    elif base is None:
        data["dateAdded"] = instant
    data["dateModified"] = json.get("dateModified") or instant
