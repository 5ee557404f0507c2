"""What an undo came to, in words."""

from __future__ import annotations

import io

import pytest

from syncd.report.undos import print_undo, undo_document
from syncd.sync.undo import UndoReport


@pytest.mark.parametrize(
    ("collections", "said"),
    [(("ABCD2345",), "1 empty collection put"), (("ABCD2345", "EFGH2345"), "2 empty collections")],
)
def test_one_collection_is_one(collections: tuple[str, ...], said: str) -> None:
    stream = io.StringIO()

    print_undo(undo_document(UndoReport("mine", 2, 1, trashed_collections=collections)), stream)

    assert said in stream.getvalue()
