"""`identity.json` and `removed.json`: who the library is, and what was deleted from it.

Both lie beside the items, so that whoever moves, copies or backs up the folder takes them along,
and whoever deletes what syncd remembers beside it does not.

ID     what ledgers know the library by. It is where the library was first used, and stays when
       the library moves: keys of items follow from it.
MARK   tells two libraries apart that were first used in one place, one after the other.
PLACE  where the library was when it was last used.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from adapters.file.documents import DamagedDocumentError, parse_json
from adapters.file.layout import Layout
from adapters.file.writing import replaced
from adapters.rules import is_key
from syncd.errors import UnavailableError
from syncd.record import ItemKey


class Card(NamedTuple):
    """Who a library is."""

    id: str
    mark: str
    place: str


def identity_at(place: str) -> str:
    """Return what a library is called that is first used in this place."""
    return f"file:{place}"


def new_card(place: str) -> Card:
    """Return the card of a library that is first used in this place."""
    return Card(identity_at(place), uuid4().hex, place)


def separate_card(place: str) -> Card:
    """Return a card like no other: for what is no longer to be the library it was."""
    mark = uuid4().hex
    return Card(f"file:{mark}", mark, place)


def find_card(path: Path) -> Card | None:
    """Read a library's card; None where there is none.

    Raises `OSError`, and `UnavailableError` when a person has to repair it first.
    """
    try:
        document = parse_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except DamagedDocumentError as error:
        raise _beyond_use(path, str(error)) from error
    match document:
        case {"id": str(name), "mark": str(mark), "place": str(place)} if name:
            return Card(name, mark, place)
    raise _beyond_use(path, 'it has no "id", "mark" and "place"')


def write_card(path: Path, card: Card) -> None:
    """Write a library's card. Raises `OSError`."""
    with replaced(path) as file:
        file.write((json.dumps(card._asdict(), indent=2, ensure_ascii=False) + "\n").encode())


def find_original(card: Card, layout: Layout) -> Path | None:
    """Return where the library is that this one was copied from, if it is still there."""
    if card.place == str(layout.directory.resolve()):
        return None
    original = Layout(Path(card.place))
    try:
        there = find_card(original.identity)
        if there is None or there[:2] != card[:2]:
            return None
        # One folder may be seen in two places: through a container's mount, for example.
        is_same = original.identity.samefile(layout.identity)
    except (OSError, UnavailableError):
        return None
    return None if is_same else original.directory


def read_removed(path: Path) -> list[ItemKey]:
    """Read which items were deleted.

    Raises `OSError`, and `UnavailableError` when a person has to repair the list first: items
    that it no longer named would be made again.
    """
    try:
        keys = parse_json(path.read_bytes())
    except FileNotFoundError:
        return []
    except DamagedDocumentError as error:
        raise _beyond_use(path, str(error)) from error
    if not isinstance(keys, list) or not all(isinstance(key, str) and is_key(key) for key in keys):
        raise _beyond_use(path, "it is not a list of keys")
    return [ItemKey(key) for key in keys]


def keep_removed(
    path: Path, removed: Collection[ItemKey], returned: Collection[ItemKey] = ()
) -> None:
    """Write down which items were deleted, and which are there again. Raises as `read_removed`."""
    before = read_removed(path)
    after = sorted({*before, *removed} - {*returned})
    if after != before:
        lines = ",\n  ".join(f'"{key}"' for key in after)
        with replaced(path) as file:
            file.write(f"[\n  {lines}\n]\n".encode() if after else b"[]\n")


def _beyond_use(path: Path, why: str) -> UnavailableError:
    return UnavailableError(f"{path}: {why}. Repair it or put it back from a backup")
