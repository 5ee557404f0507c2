"""An item becomes an entry in our dialect."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syncd.item.ris_tables import (
    ACCESSED,
    ANY_ROLE,
    MARKER,
    MARKER_TAG,
    Dialect,
    Lines,
    dialect_of,
    read_moment,
    read_name,
    roles_of,
)

_DATE_FIELDS = ("date", "dateDecided", "dateEnacted", "issueDate")
_PAGE_FIELDS = ("pages", "codePages")
_NOT_FIELDS = frozenset(
    """itemType creators tags collections relations key version dateAdded dateModified deleted
    parentItem""".split()
)

_UNSAFE = r"\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff"
_UNSAFE_RUN = re.compile(rf"[{_UNSAFE}]+")
_PLAIN = re.compile(rf"[^{_UNSAFE}](?:[^{_UNSAFE}]++| (?! ))*+(?<! )")
_TWICE_ENCODED = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_ISO_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d:\d\d)Z?)?")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_PAGE_RANGE = re.compile(r"([^\s-]+)-([^\s-]+)")


def format_ris(data: Mapping[str, Any], notes: Sequence[str] = ()) -> str:
    """Return an item as a RIS entry, `TY` to `ER`, with its child notes (HTML)."""
    dialect = dialect_of(str(data["itemType"]))
    lines: Lines = [("TY", dialect.type_tag), (MARKER_TAG, f"{MARKER}{data['itemType']}")]
    values = {
        field: str(value)
        for field, value in data.items()
        if field not in _NOT_FIELDS and value not in ("", None)
    }
    lines += _creator_lines(data)
    for field, value in values.items():
        lines += _field_lines(field, value, dialect)
    lines += _tag_lines(data.get("tags") or ())
    for note in notes:
        lines += _note_lines(note)
    lines.append(("ER", ""))
    return "".join(f"{tag}  - {value}\n" for tag, value in lines)


def _is_plain(value: str) -> bool:
    """Tell whether a line of RIS gives the value back as it is."""
    return _fits_a_line(value) and (
        value.isascii()
        or (unicodedata.is_normalized("NFC", value) and not _TWICE_ENCODED.search(value))
    )


def _fits_a_line(value: str) -> bool:
    if value.isascii():
        # The same as the pattern says, in a fraction of its time.
        trimmed = value and value[0] != " " and value[-1] != " "
        return bool(trimmed) and value.isprintable() and "  " not in value
    return _PLAIN.fullmatch(value) is not None


def _on_one_line(value: str) -> str:
    # Nearly every value is, and the longest take longer to rewrite than to look through.
    if _fits_a_line(value):
        return value
    return _UNSAFE_RUN.sub(" ", value).strip()


def _remark(field: str, value: object) -> tuple[str, str]:
    return MARKER_TAG, f"{field}={json.dumps(value)}"


def _field_lines(field: str, value: str, dialect: Dialect) -> Iterator[tuple[str, str]]:
    if field in _DATE_FIELDS:
        yield from _date_lines(field, value)
    elif field in _PAGE_FIELDS:
        yield from _page_lines(field, value)
    elif field == ACCESSED and (moment := _ISO_MOMENT.fullmatch(value)):
        yield "Y2", f"{moment[1]}/{moment[2]}/{moment[3]}/{moment[4] or ''}"
        if read_moment(f"{moment[1]}/{moment[2]}/{moment[3]}/{moment[4] or ''}") != value:
            yield _remark(field, value)
    elif field == "extra":
        yield from _extra_lines(value)
    else:
        tag = dialect.fields.get(field)
        if tag:
            yield tag, _on_one_line(value)
        if not tag or not _is_plain(value):
            yield _remark(field, value)


def _date_lines(field: str, value: str) -> Iterator[tuple[str, str]]:
    if year := _YEAR.search(value):
        yield "PY", year[0]
    if iso := _ISO_DATE.fullmatch(value):
        yield "DA", "/".join((iso[1], iso[2] or "", iso[3] or "", ""))
    else:
        yield "DA", _on_one_line(value)
        yield _remark(field, value)


def _page_lines(field: str, value: str) -> Iterator[tuple[str, str]]:
    both = _PAGE_RANGE.fullmatch(value)
    if both and _is_plain(value):
        yield "SP", both[1]
        yield "EP", both[2]
    else:
        yield "SP", _on_one_line(value)
        if not _is_plain(value):
            yield _remark(field, value)


def _extra_lines(value: str) -> Iterator[tuple[str, str]]:
    lines = value.split("\n")
    for line in lines:
        if line.strip():
            yield "M2", _on_one_line(line)
    if not all(_is_plain(line) for line in lines):
        yield _remark("extra", value)


def _creator_lines(data: Mapping[str, Any]) -> Lines:
    creators = data.get("creators") or []
    roles = roles_of(str(data["itemType"]))
    tags = {role: tag for tag, role in roles.items()}
    lines = [
        (tags.get(creator["creatorType"], ANY_ROLE), _on_one_line(_name_text(creator)))
        for creator in creators
    ]
    again = [read_name(roles[tag], text) for tag, text in lines]
    if again != [dict(creator) for creator in creators] or not all(_is_plain(t) for _, t in lines):
        lines.append(_remark("creators", creators))
    return lines


def _name_text(creator: Mapping[str, str]) -> str:
    if "name" in creator:
        return creator["name"]
    family, given = creator.get("lastName", ""), creator.get("firstName", "")
    return f"{family}, {given}" if given else f"{family},"


def _tag_lines(tags: Sequence[Mapping[str, Any]]) -> Lines:
    lines = [("KW", _on_one_line(tag["tag"])) for tag in tags]
    if not all(_is_plain(tag["tag"]) for tag in tags):
        lines.append(_remark("tags", [dict(tag) for tag in tags]))
    elif automatic := [number for number, tag in enumerate(tags) if tag.get("type") == 1]:
        lines.append(_remark("automatic", automatic))
    return lines


def _note_lines(note: str) -> Lines:
    return [("N1", _on_one_line(note))] + ([] if _is_plain(note) else [_remark("note", note)])
