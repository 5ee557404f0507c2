"""One item as a text that a person may read and edit, and back.

The text is Zotero's item JSON: `{"key", "version", "data"}`, where `data` may carry
`"deleted": 1` for an item in the trash. What a person writes is taken kindly: a number for a
text, `null` for nothing, an item pasted as the web API gives it. What cannot be an item at all
is damaged, which is a state of the file and never of the item.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from adapters.rules import UnreadableItemError
from adapters.tidying import tidy_data

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
_LARGEST_VERSION = 2**53
_ON_LINES = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_JOINED = ((b'{\n        "', b'{"'), (b',\n        "', b', "'), (b'"\n      }', b'"}'))
"""What the encoder writes of a creator or tag, each part of it on a line, and what we do."""
_TEXT_ALONE = {str}


class ItemFile(NamedTuple):
    """What an item's file says. `version` is the one at its last writing by syncd; 0: none."""

    version: int
    data: dict[str, Any]
    trashed: bool


class DamagedDocumentError(Exception):
    """The text is no item; `str()` says why, for the person who edits it."""


def format_item(key: str, version: int, data: Mapping[str, Any], *, trashed: bool) -> bytes:
    """Return the text of an item: one property a line, and one creator or tag a line."""
    shown = {**data, "deleted": 1} if trashed else data
    properties = {
        name: value if type(value) is str else _laid_out(value) for name, value in shown.items()
    }
    text = orjson.dumps({"key": key, "version": version, "data": properties}, option=_ON_LINES)
    # No text in JSON has a line break in it: what follows one is layout.
    for spread, joined in _JOINED:
        text = text.replace(spread, joined)
    return text


def _laid_out(value: Any) -> Any:
    """Return a value that the encoder can lay out, or else its text."""
    if not (isinstance(value, list | tuple) and value and isinstance(value[0], Mapping)):
        return value if value in ([], {}) else orjson.Fragment(_encode(value))
    if all(map(_is_row, value)):
        return value
    return orjson.Fragment("[\n      " + ",\n      ".join(map(_encode, value)) + "\n    ]")


def _is_row(value: Any) -> bool:
    # Creators and tags hold nothing but text, and there are many of them.
    return type(value) is dict and set(map(type, value.values())) == _TEXT_ALONE


def parse_item(raw: bytes) -> ItemFile:
    """Read an item's text. Raises `DamagedDocumentError`."""
    document = parse_json(raw)
    data = _find_data(document)
    if float in map(type, data.values()):
        # What is a number there may have been a whole one that only the slow decoder can hold.
        document = _parse_exactly(raw)
        data = _find_data(document)
    version = document.get("version")
    trashed = bool(data.get("deleted"))
    try:
        # The web API repeats key and version inside `data`; the file's name is the key.
        tidied = tidy_data(data)
    except UnreadableItemError as error:
        raise DamagedDocumentError(str(error)) from error
    return ItemFile(
        version if isinstance(version, int) and 0 < version <= _LARGEST_VERSION else 0,
        tidied,
        trashed,
    )


def _find_data(document: Any) -> dict[str, Any]:
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        raise DamagedDocumentError('there is no "data" object')
    return data


def parse_json(raw: bytes) -> Any:
    """Read JSON in UTF-8. Raises `DamagedDocumentError` for anything else.

    Whole numbers beyond 64 bits are read as what comes nearest to them.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _parse_exactly(raw)  # which says what is wrong, or knows a byte order mark


def _parse_exactly(raw: bytes) -> Any:
    try:
        value = _decoder.decode(raw.decode("utf-8-sig"))
        if b"\\u" in raw and b"\\ud" in raw.lower():
            _encode(value).encode()
    except UnicodeError as error:
        raise DamagedDocumentError(f"it is not UTF-8 text: {error}") from error
    except json.JSONDecodeError as error:
        raise DamagedDocumentError(f"line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise DamagedDocumentError(str(error)) from error
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a value")


_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
