"""A large value is written piece by piece, and reads as if it had been written at once."""

from __future__ import annotations

import io
from typing import Any

import pytest

from syncd.report.writing import Large, write_document

_LONG = 'a"b\\c\nd\x7f\u200d\U0001f600é\u202e' * 20_000


def _written(values: list[Any]) -> str:
    stream = io.StringIO()
    write_document({"records": iter(values), "end": 1}, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        {"text": _LONG, "none": None, "number": 3, "is_so": True},
        {"texts": ["a", _LONG, "b", _LONG], "more": [], "empty": {}, "nothing": ""},
        {"tags": [{"tag": f"a{i}", "type": 1} for i in range(30_000)]},
        {
            "links": [
                {"url": f"http://a.org/{i}", "tags": [], "relations": {}} for i in range(9_000)
            ]
        },
        {"unused": {"ZZ": tuple(map(str, range(50_000))), "YY": ("a",)}},
        {},
    ],
)
def test_a_large_value_is_written_as_any_other(value: dict[str, Any]) -> None:
    small = {"a": "b"}

    assert _written([small, Large(value), Large(value), small]) == _written(
        [small, value, value, small]
    )
    assert _written([Large(value)]) == _written([value])
