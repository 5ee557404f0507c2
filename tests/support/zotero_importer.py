"""What Zotero makes of a RIS file: a reader that follows what its importer was seen to do.

`tests/data/zotero-ris-import.json` says which field each tag fills in each item type, as measured.
The rest is what happens between a line and an item: how lines are joined, what is taken out of a
value, and which lines of `extra` become fields when the item is saved.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syncd.schema import Schema

_TABLE = json.loads((Path(__file__).parents[1] / "data" / "zotero-ris-import.json").read_text())
_TYPES = {ty: kind for kind, entry in _TABLE.items() for ty in entry["types"]}
_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?")
_LATER = frozenset(
    """AD AV BT CA CR CT CY ED EP H1 H2 ID IS JA JF JO LB M1 M2 M3 N2 NV OP RI RN SE T1 T2 T3 TA TT
    VL Y1""".split()
)
"""Tags that are looked at only after all others."""
_KEPT_LINES = ("AB", "N1", "N2", "RN")
_DOI = re.compile(r"10\.\d{4,}/\S*[^\s.,]")
_DATE = re.compile(r"(\d+)(?:/(\d{0,2})(?:/(\d{0,2})(?:[/\s]([^/]*))?)?)?")
_NAMED = re.compile(r"([a-z][a-z _-]+):(.+)", re.IGNORECASE)
_PROCITE = re.compile(r"([A-Za-z,\s]+)\s*:\s*(.*)", re.DOTALL)
PROCITE_NOTES = frozenset({"Edition", "Language", "Call Number", "ISBN", "Scale", "Size"})


@dataclass
class Imported:
    """An item as it stands in Zotero after the import."""

    item_type: str
    fields: dict[str, str] = field(default_factory=dict)
    creators: list[dict[str, str]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def import_ris(text: str, schema: Schema) -> list[Imported]:
    """Return the items that Zotero makes of a file."""
    items: list[Imported] = []
    entry: list[tuple[str, str]] = []
    for tag, value in _lines(text):
        if tag == "ER":
            items.append(_item(entry, schema))
            entry = []
        else:
            entry.append((tag, value))
    assert not entry, "an entry without its end"
    return items


def _lines(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    longest, last = 0, 0
    for line in text.split("\n"):
        match = _LINE.fullmatch(line)
        longest = max(longest, len(line)) if match or found else longest
        if match:
            found.append((match[1], match[2] or ""))
        elif found and found[-1][0] != "ER":
            tag, value = found.pop()
            shown = line.strip()
            kept = tag in _KEPT_LINES and (longest > 85 or last < 65 or not shown)
            kept = kept or tag in ("KW", "L1", "L2", "L3")
            found.append((tag, f"{value}\n{shown}" if kept else f"{value.rstrip()} {shown}"))
        last = len(line)
    return found


def _item(entry: list[tuple[str, str]], schema: Schema) -> Imported:
    type_tag = dict(entry).get("TY", "")
    item = Imported(_TYPES.get(type_tag.strip().upper(), "journalArticle"))
    tags = _TABLE[item.item_type]["tags"]
    assert not any(
        tag == "N1" and (m := _PROCITE.search(value)) and m[1] in PROCITE_NOTES
        for tag, value in entry
    ), "taken for a file of ProCite"
    backup = ""
    for tag, value in [*_these(entry, later=False), *_these(entry, later=True)]:
        fills = tags.get(tag, "")
        text = value.strip()
        if tag not in ("N1", "RN", "AB"):
            text = _without_markup(text)
        if not text:
            continue
        if tag == "PY":
            backup = text
        elif tag == "UR" and "PM:" in text:
            _put_extra(item, f"PMID: {text[3:]}")
        elif tag == "EP":
            if "pages" in item.fields and "-" not in item.fields["pages"]:
                item.fields["pages"] += f"-{text}"
        elif tag == "M3" and not fills and (doi := _DOI.search(text)):
            item.fields["DOI"] = doi[0]
        else:
            _fill(item, fills, text)
    date = {"case": "dateDecided", "patent": "issueDate", "statute": "dateEnacted"}
    item.fields.setdefault(date.get(item.item_type, "date"), backup)
    if len(item.tags) == 1:
        item.tags = [tag for tag in re.split(r"\s*(?:,\s*)+", item.tags[0]) if tag]
    item.tags = list(dict.fromkeys(item.tags))
    if item.fields.get("title") in item.notes:
        item.notes.remove(item.fields["title"])
    return _saved(item, schema)


def _these(entry: list[tuple[str, str]], *, later: bool) -> list[tuple[str, str]]:
    return [line for line in entry if (line[0] in _LATER) == later]


def _without_markup(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def _fill(item: Imported, fills: str, text: str) -> None:
    match fills.split(":"):
        case ["creator", role]:
            family, _, given = text.partition(",")
            names = {"lastName": family.strip(), "firstName": given.strip()}
            item.creators.append(
                {"creatorType": role, **(names if given.strip() else {"name": family.strip()})}
            )
        case ["tags"]:
            item.tags += [tag for tag in re.split(r"\s*[\n;]+\s*", text) if tag]
        case ["note"]:
            item.notes.append(text)
        case ["attachment"]:
            item.links += text.split("\n")
        case ["extra"]:
            _put_extra(item, text)
        case ["DOI"]:
            item.fields["DOI"] = m[0] if (m := _DOI.search(text)) else ""
        case ["journalAbbreviation+publicationTitle"]:
            item.fields.setdefault("journalAbbreviation", text)
            if item.item_type == "journalArticle":
                item.fields["_short"] = text
        case [name] if name in _DATES:
            item.fields.setdefault(name, _date(text))
        case [name] if name:
            item.fields.setdefault(name, text)


_DATES = ("date", "accessDate", "filingDate", "issueDate", "dateDecided", "dateEnacted")


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    if not match:
        return text
    day = "-".join(part for part in match.groups()[:3] if part)
    return f"{day}T{match[4]}Z" if match[4] else day


def _put_extra(item: Imported, text: str) -> None:
    known = item.fields.get("extra")
    item.fields["extra"] = f"{known}\n{text}" if known else text


def _saved(item: Imported, schema: Schema) -> Imported:
    """Do what happens when the item is saved: lines of `extra` become fields, bases own ones."""
    short = item.fields.pop("_short", "")
    if short:
        item.fields.setdefault("publicationTitle", short)
    lines = item.fields.pop("extra", "").split("\n")
    for line in list(lines):
        label, value = _parse_named(line)
        if label == "type" and value in schema.fields:
            item.item_type = value
            lines.remove(line)
            break
    fields = schema.fields[item.item_type]
    known = {_normal(name): name for name in fields}
    given, moved = set(item.fields), set()
    for line in list(lines):
        label, value = _parse_named(line)
        name = known.get(label, "")
        if label != "type" and name and name not in given and name not in moved:
            item.fields[name] = value
            moved.add(name)
            lines.remove(line)
    own = schema.base_fields.get(item.item_type, {})
    for name, value in list(item.fields.items()):
        del item.fields[name]
        if value and own.get(name, name) in fields:
            item.fields[own.get(name, name)] = value
        elif value:
            lines.append(f"{name}: {value}")
    if extra := "\n".join(line for line in lines if line):
        item.fields["extra"] = extra
    valid = schema.creator_types[item.item_type]
    for creator in item.creators:
        if creator["creatorType"] not in valid:
            creator["creatorType"] = valid[0]
    return item


def _parse_named(line: str) -> tuple[str, str]:
    match = _NAMED.fullmatch(line)
    return (_normal(match[1]), match[2].strip()) if match else ("", "")


def _normal(name: str) -> str:
    return re.sub(r"[\s_-]", "-", re.sub(r"([a-z])([A-Z])", r"\1-\2", name.strip()).lower())


def as_data(item: Imported) -> dict[str, Any]:
    """Return what an item says in the shape of item data."""
    return {
        "itemType": item.item_type,
        **item.fields,
        "creators": item.creators,
        "tags": [{"tag": tag} for tag in item.tags],
    }
