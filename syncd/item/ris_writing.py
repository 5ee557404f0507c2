"""An item becomes an entry in our dialect, written so that Zotero's importer loses nothing of it.

What that importer does to a value is undone beforehand: it takes markup out of every value but an
abstract and a note, splits keywords at semicolons and a single one at commas, and takes a note for
another field whose words begin as ProCite's do.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from syncd.item.letters import has_controls, has_references
from syncd.item.ris_tables import (
    ACCESSED,
    ANY_ROLE,
    EXTRA_TAG,
    MARKER,
    MARKER_TAG,
    TYPE_LABEL,
    Dialect,
    Lines,
    dialect_of,
    label_of_line,
    read_moment,
    read_name,
)

_DATE_FIELDS = ("date", "dateDecided", "dateEnacted", "issueDate")
_PAGE_FIELDS = ("pages", "codePages")
_NOT_FIELDS = frozenset(
    """itemType creators tags collections relations key version dateAdded dateModified deleted
    parentItem""".split()
)

_UNSAFE = r"\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff"
_UNSAFE_RUN = re.compile(rf"[{_UNSAFE}]{{2,}}|(?! )[{_UNSAFE}]")
_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_PLAIN = re.compile(rf"[^{_UNSAFE}](?:[^{_UNSAFE}]++| (?! ))*+(?<! )")
_TWICE_ENCODED = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u2122]")
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_ISO_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d:\d\d)Z?)?")
_KNOWN = 1024
"""So many dates are known as they were just written: they come again."""
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_PAGE_RANGE = re.compile(r"([^\s-]+)-([^\s-]+)")
_DOI = re.compile(r"10\.\d{4}")
_LIKE_A_TAG = re.compile(r"\s*[A-Za-z][A-Za-z0-9]\s*[-‐-―−]")
_LABEL = re.compile(r"(?<![A-Za-z,\s])([A-Za-z,\s]++):")
_PROCITE_LABELS = frozenset(
    {
        *("Call Number", "Edition", "ISBN", "Language", "Publisher Name", "Series Title"),
        *("Proceedings Title", "Volume ID", "Issue ID", "Issue Identification"),
        *("Series Volume ID", "Scale", "Place of Publication", "Histroy", "Size", "Notes"),
        *("Author, Subsidiary", "Author, Monographic", "Author Role", "Artist Role"),
        *("Series Editor Role", "Cartographer Role", "Composer Role", "Producer Role"),
        *("Director Role", "Performer Role", "Record ID", "Record Number", "Connective Phrase"),
        *("Extent of Work", "Packaging Method"),
    }
)
"""What a note may begin with that Zotero's importer takes for a ProCite field, as it spells it."""


def format_ris(
    data: Mapping[str, Any], notes: Sequence[str] = (), links: Sequence[str] = ()
) -> str:
    """Return an item as a RIS entry, `TY` to `ER`, with its child notes (HTML).

    `links` are the addresses and paths of what is attached to it.
    """
    item_type = str(data["itemType"])
    dialect = dialect_of(item_type)
    lines: Lines = [("TY", dialect.type_tag), (MARKER_TAG, f"{MARKER}{item_type}")]
    values = {
        field: str(value)
        for field, value in data.items()
        if field not in _NOT_FIELDS and value not in ("", None)
    }
    extra = values.pop("extra", "")
    lines += _creator_lines(data.get("creators") or (), dialect)
    named: Lines = [(EXTRA_TAG, f"{TYPE_LABEL}: {item_type}")] if dialect.names_type else []
    are_plain = _are_plain([text for field, text in values.items() if field not in _OWN_LINES])
    simple_tags = _simple_tags(item_type) if are_plain else {}
    for field, value in values.items():
        if tag := simple_tags.get(field):
            lines.append((tag, value))
        elif own_lines := _OWN_LINES.get(field):
            lines += own_lines(field, value)
        elif (tag := dialect.fields.get(field)) and _says_it(tag, field, value, values):
            lines += _value_lines(tag, field, value)
        elif field == "type":
            lines.append(_remark(field, value))  # a line of this name would say what the item is
        else:
            (_, shown), *remark = _value_lines(EXTRA_TAG, field, value)
            named.append((EXTRA_TAG, f"{label_of_line(field)}: {shown}"))
            lines += remark
    if named:
        lines += [*named, _remark("lines", len(named))]
    if extra:
        lines += _extra_lines(extra)
    lines += _tag_lines(data.get("tags") or ())
    for note in notes:
        lines += _note_lines(note)
    lines += [("L2" if "://" in link else "L1", _shown(link)) for link in links]
    if not _are_plain(links):
        lines.append(_remark("links", [*links]))
    lines.append(("ER", ""))
    return "".join([f"{tag}  - {value}\n" for tag, value in lines])


@cache
def _simple_tags(item_type: str) -> Mapping[str, str]:
    """Return the tags of those fields that are written there whatever they and others say."""
    fields = dialect_of(item_type).fields
    return {
        field: tag
        for field, tag in fields.items()
        if tag != "J2" and field not in ("url", "type", *_OWN_LINES)
    }


def _says_it(tag: str, field: str, value: str, values: Mapping[str, str]) -> bool:
    """Tell whether Zotero makes of the tag what the field says, and nothing more."""
    if tag == "J2":
        return "publicationTitle" in values  # or it would be the title of the journal, too
    if field == "url":
        return "PM:" not in value  # or it would be a PMID
    # Where `M3` holds no kind of work, it is a DOI if it looks like one.
    return field != "type" or not _DOI.search(value)


def _are_plain(values: Sequence[str]) -> bool:
    """Tell whether all values are plain, by one look at all of them."""
    # Where one is empty, or has a blank at an end, there are two blanks now; nothing else of what
    # makes a value no plain one begins in one value and ends in the next.
    return not values or _is_plain(" ".join(values))


def _is_plain(value: str) -> bool:
    """Tell whether a line of RIS gives the value back as it is."""
    if value.isalnum() and value.isascii():
        return True
    return _fits_a_line(value) and not _is_markup(value) and _keeps_letters(value)


def _keeps_letters(value: str) -> bool:
    return value.isascii() or (
        unicodedata.is_normalized("NFC", value) and not _TWICE_ENCODED.search(value)
    )


def _is_markup(value: str) -> bool:
    """Tell whether a reader of HTML would make another text of the value."""
    return "<" in value or has_references(value)


def _shown(value: str) -> str:
    """Return a value on one line, so that what a reader of HTML makes of it is the value."""
    line = _on_one_line(value)
    return html.escape(line, quote=False) if _is_markup(line) else line


def _fits_a_line(value: str) -> bool:
    if not value or value[0] == " " or value[-1] == " " or "  " in value:
        return False
    if value.isascii():
        return not has_controls(value)
    # What can be printed is plain, and is told in a fraction of the time of the pattern.
    return value.isprintable() or _PLAIN.fullmatch(value) is not None


def _on_one_line(value: str) -> str:
    # Nearly every value is, and the longest take longer to rewrite than to look through.
    if _fits_a_line(value):
        return value
    return _UNSAFE_RUN.sub(_blank_for, value).strip()


def _blank_for(run: re.Match[str]) -> str:
    """Return what a line holds of blanks: themselves, unless a tag seems to begin behind them."""
    is_long = len(run[0]) > 1
    if _BREAKING.search(run[0]) or (is_long and _LIKE_A_TAG.match(run.string, run.end())):
        return " "
    return run[0]


def _remark(field: str, value: object) -> tuple[str, str]:
    return MARKER_TAG, f"{field}={json.dumps(value)}"


def _value_lines(tag: str, field: str, value: str) -> Lines:
    if _is_plain(value):
        return [(tag, value)]
    return [(tag, _shown(value)), _remark(field, value)]


def _access_lines(field: str, value: str) -> Iterator[tuple[str, str]]:
    moment = _ISO_MOMENT.fullmatch(value)
    if moment is None:
        yield _remark(field, value)
        return
    shown = f"{moment[1]}/{moment[2]}/{moment[3]}/{moment[4] or ''}"
    yield "Y2", shown
    if read_moment(shown) != value:
        yield _remark(field, value)


@lru_cache(maxsize=_KNOWN)
def _date_lines(field: str, value: str) -> Lines:
    lines: Lines = []
    if year := _YEAR.search(value):
        lines.append(("PY", year[0]))
    if iso := _ISO_DATE.fullmatch(value):
        lines.append(("DA", "/".join((iso[1], iso[2] or "", iso[3] or "", ""))))
    else:
        lines += [("DA", _shown(value)), _remark(field, value)]
    return lines


def _page_lines(field: str, value: str) -> Lines:
    both = _PAGE_RANGE.fullmatch(value) if "-" in value else None
    if both and _is_plain(value):
        return [("SP", both[1]), ("EP", both[2])]
    return _value_lines("SP", field, value)


def _abstract_lines(field: str, value: str) -> Iterator[tuple[str, str]]:
    """Write an abstract with its paragraphs, unless one of their lines could be taken for a tag."""
    if _fits_a_line(value):
        yield "AB", value
        if not _keeps_letters(value):
            yield _remark(field, value)
        return
    paragraphs = [_on_one_line(line) for line in value.split("\n")]
    if len(paragraphs) > 1 and not any(map(_LIKE_A_TAG.match, paragraphs)):
        yield "AB", "\n".join(paragraphs)
    else:
        yield "AB", _on_one_line(value)
    yield _remark(field, value)


_OWN_LINES: Mapping[str, Callable[[str, str], Iterable[tuple[str, str]]]] = {
    **dict.fromkeys(_DATE_FIELDS, _date_lines),
    **dict.fromkeys(_PAGE_FIELDS, _page_lines),
    ACCESSED: _access_lines,
    "abstractNote": _abstract_lines,
}
"""Fields that are written in a way of their own."""


def _extra_lines(value: str) -> Lines:
    lines = value.split("\n")
    shown = [(EXTRA_TAG, _shown(line)) for line in lines if line.strip()]
    return shown if _are_plain(lines) else [*shown, _remark("extra", value)]


def _creator_lines(creators: Sequence[Mapping[str, Any]], dialect: Dialect) -> Lines:
    names = [_name_text(creator) for creator in creators]
    are_plain = _are_plain(names)
    lines = [
        (dialect.tags.get(creator["creatorType"], ANY_ROLE), name if are_plain else _shown(name))
        for creator, name in zip(creators, names, strict=True)
    ]
    again = [read_name(dialect.roles.get(tag, "translator"), text) for tag, text in lines]
    if not are_plain or again != [*creators]:
        lines.append(_remark("creators", creators))
    return lines


def _name_text(creator: Mapping[str, str]) -> str:
    if "name" in creator:
        return creator["name"]
    family, given = creator.get("lastName", ""), creator.get("firstName", "")
    return f"{family}, {given}" if given else f"{family},"


def _tag_lines(tags: Sequence[Mapping[str, Any]]) -> Lines:
    names = [tag["tag"] for tag in tags]
    are_plain = _are_plain(names)
    lines = [("KW", name if are_plain else _shown(name)) for name in names]
    is_split = len(lines) == 1 and "," in names[0]
    if is_split:
        lines *= 2  # Zotero splits at commas only what is the only keyword
    if is_split or not are_plain:
        lines.append(_remark("tags", [dict(tag) for tag in tags]))
    elif automatic := [number for number, tag in enumerate(tags) if tag.get("type") == 1]:
        lines.append(_remark("automatic", automatic))
    return lines


def _note_lines(note: str) -> Lines:
    shown = _on_one_line(note)
    while (label := _LABEL.search(shown)) and label[1] in _PROCITE_LABELS:
        shown = f"{shown[: label.end() - 1]}&#58;{shown[label.end() :]}"
    plain = shown == note and _fits_a_line(note) and _keeps_letters(note)
    return [("N1", shown)] + ([] if plain else [_remark("note", note)])
