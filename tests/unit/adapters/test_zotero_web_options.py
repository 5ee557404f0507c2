"""The adapter's keys in the configuration are checked, with a sentence for each."""

from __future__ import annotations

from typing import Any

import pytest

from adapters import find_adapter
from adapters.zotero_web.options import Options

GOOD: dict[str, Any] = {"library_type": "group", "library_id": 7}


def test_the_adapter_is_found_by_its_name() -> None:
    assert find_adapter("zotero-web").check_options(GOOD) == {}


@pytest.mark.parametrize(
    ("options", "bad"),
    [
        ({"library_id": 7}, set()),
        ({**GOOD, "api_url": "https://zotero.example.org/api"}, set()),
        ({**GOOD, "api_url": "http://127.0.0.1:8080"}, set()),
        ({**GOOD, "key_file": "/run/key"}, set()),
        ({}, {"library_id"}),
        ({**GOOD, "library_type": "club"}, {"library_type"}),
        ({**GOOD, "library_id": "7"}, {"library_id"}),
        ({**GOOD, "library_id": True}, {"library_id"}),
        ({**GOOD, "library_id": 0}, {"library_id"}),
        ({**GOOD, "api_url": "http://api.zotero.org"}, {"api_url"}),
        ({**GOOD, "api_url": "ftp://api.zotero.org"}, {"api_url"}),
        ({**GOOD, "api_url": "https://me:secret@api.zotero.org"}, {"api_url"}),
        ({**GOOD, "api_url": "https://api.zotero.org/?key=secret"}, {"api_url"}),
        ({**GOOD, "api_url": "https://[::1"}, {"api_url"}),
        ({**GOOD, "api_url": "https://example.org/tags"}, {"api_url"}),
        ({**GOOD, "api_url": 7}, {"api_url"}),
        ({**GOOD, "key_file": 7}, {"key_file"}),
        ({**GOOD, "api_key": "secret", "colour": "red"}, {"api_key", "colour"}),
    ],
)
def test_what_is_wrong_is_named(options: dict[str, Any], bad: set[str]) -> None:
    problems = find_adapter("zotero-web").check_options(options)

    assert set(problems) == bad
    assert all("secret" not in sentence for sentence in problems.values())


def test_a_library_is_the_same_however_its_address_is_written() -> None:
    plain = Options.read({"library_id": 7, "api_url": "https://api.zotero.org"})

    assert plain == Options.read({"library_id": 7, "api_url": "https://api.zotero.org/"})
    assert plain == Options.read({"library_id": 7})
    assert plain.identity == "https://api.zotero.org/users/7"
