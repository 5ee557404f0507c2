"""A library that stores files keeps each once, whole, and for the attachment that it was for."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest

from adapters.conformance.support import NewKey, accept, article, changes, get, note, version_of
from syncd.errors import InputError
from syncd.library import (
    Accepted,
    Create,
    FileToStore,
    Library,
    Refusal,
    Refused,
    StoreFile,
    Storing,
)
from syncd.record import ItemKey

_CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 3000


class Storings:
    """A library that stores files keeps each once, whole, and for the attachment it was for."""

    def test_one_that_says_it_stores_files_can(self, library: Library) -> None:
        assert isinstance(library, Storing) or not library.describe().stores_files

    def test_an_attachment_shows_what_it_holds(self, library: Library, new_key: NewKey) -> None:
        storing, key = _storing(library), _attachment(library, new_key)
        before = version_of(library)

        outcome = storing.store_file(_planned(key), BytesIO(_CONTENT))

        item = get(library, key)
        assert isinstance(outcome, Accepted)
        assert (outcome.key, outcome.version) == (key, item.version)
        assert (item.data["md5"], item.data["mtime"]) == (_md5(_CONTENT), 1_700_000_000_123)
        assert item.data["filename"] == "a paper.pdf"
        assert key in changes(library, before).items

    def test_what_an_attachment_holds_is_not_stored_again(
        self, library: Library, new_key: NewKey
    ) -> None:
        storing, key = _storing(library), _attachment(library, new_key)
        storing.store_file(_planned(key), BytesIO(_CONTENT))
        before = get(library, key)

        again = storing.store_file(_planned(key), BytesIO(_CONTENT))

        assert isinstance(again, Accepted) or again.refusal is Refusal.CHANGED
        assert get(library, key) == before

    def test_an_attachment_that_holds_another_file_keeps_it(
        self, library: Library, new_key: NewKey
    ) -> None:
        storing, key = _storing(library), _attachment(library, new_key)
        storing.store_file(_planned(key), BytesIO(_CONTENT))
        before = get(library, key)

        outcome = storing.store_file(_planned(key, b"another"), BytesIO(b"another"))

        assert isinstance(outcome, Refused)
        assert outcome.refusal is Refusal.CHANGED
        assert get(library, key) == before

    def test_one_content_may_be_held_by_two_attachments(
        self, library: Library, new_key: NewKey
    ) -> None:
        storing = _storing(library)
        keys = [_attachment(library, new_key) for _ in range(2)]

        for key in keys:
            storing.store_file(_planned(key), BytesIO(_CONTENT))

        assert [get(library, key).data["md5"] for key in keys] == [_md5(_CONTENT)] * 2

    def test_what_objects_at_its_end_is_not_stored(self, library: Library, new_key: NewKey) -> None:
        storing, key = _storing(library), _attachment(library, new_key)
        before = get(library, key)

        with pytest.raises(InputError, match="changed"):
            storing.store_file(_planned(key), _Changed(_CONTENT))

        assert get(library, key) == before
        assert isinstance(storing.store_file(_planned(key), BytesIO(_CONTENT)), Accepted)

    def test_an_attachment_that_is_not_there_is_missing(
        self, library: Library, new_key: NewKey
    ) -> None:
        outcome = _storing(library).store_file(_planned(new_key()), BytesIO(_CONTENT))

        assert isinstance(outcome, Refused)
        assert outcome.refusal is Refusal.MISSING

    def test_what_is_no_attachment_holds_no_file(self, library: Library, new_key: NewKey) -> None:
        storing = _storing(library)
        parent = accept(library, Create(new_key(), article())).key
        key = ItemKey(accept(library, Create(new_key(), note(parent))).key)

        outcome = storing.store_file(_planned(key), BytesIO(_CONTENT))

        assert isinstance(outcome, Refused)
        assert outcome.refusal is Refusal.INVALID


class _Changed(BytesIO):
    """A file that turns out at its end not to be what was planned."""

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        if not piece or size in (-1, None):
            raise InputError("it has changed since it was planned")
        return piece


def _storing(library: Library) -> Storing:
    if not isinstance(library, Storing) or not library.describe().stores_files:
        pytest.skip("this library stores no files")
    return library


def _attachment(library: Library, new_key: NewKey) -> ItemKey:
    parent = accept(library, Create(new_key(), article())).key
    data = {
        "itemType": "attachment",
        "linkMode": "imported_file",
        "parentItem": parent,
        "title": "a paper.pdf",
        "filename": "a paper.pdf",
        "contentType": "application/pdf",
        "tags": [],
        "relations": {},
    }
    return ItemKey(accept(library, Create(new_key(), data)).key)


def _planned(key: ItemKey, content: bytes = _CONTENT) -> StoreFile:
    name, size = "papers/a paper.pdf", len(content)
    return StoreFile(key, FileToStore("/drop", name, 0, size, 1_700_000_000_123, _md5(content)))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
