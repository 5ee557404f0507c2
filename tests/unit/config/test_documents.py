"""What is made from the model of the configuration is current, complete and usable."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from syncd.app.documents import DOCUMENTS, OURS
from syncd.config import load_settings, parse_settings
from syncd.config.documents import EXAMPLE, configuration, json_schema
from syncd.config.model import Document
from syncd.errors import ConfigError

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("place", DOCUMENTS)
def test_the_document_in_the_tree_is_the_one_the_model_makes(place: str) -> None:
    made = DOCUMENTS[place]()

    assert (ROOT / place).read_text(encoding="utf-8") == made, "run: python -m syncd.app.documents"


def test_the_shipped_configuration_is_complete_and_changes_no_default() -> None:
    shipped = load_settings(ROOT / "config" / "syncd.toml")

    assert tomllib.loads(configuration(OURS)).keys() == Document.model_fields.keys()
    bare = parse_settings(EXAMPLE)
    assert (shipped.libraries, shipped.folders) == (bare.libraries, bare.folders)
    assert (shipped.limits, shipped.schedule) == (bare.limits, bare.schedule)
    assert (shipped.duplicates, shipped.notes) == (bare.duplicates, bare.notes)


def test_a_written_configuration_says_what_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "syncd.toml"
    chosen = {
        "library": [
            {"name": "a", "adapter": "file", "path": "/srv/a"},
            {"name": "b", "adapter": "zotero-web", "library_id": 7},
        ],
        "folder": [
            {"path": '/drop/"odd" \\ name', "library": ["a", "b"], "after": "move"},
            {"path": "/two", "library": "a", "duplicates": {"when_found": "skip"}},
        ],
        "schedule": {"reconcile": {"cron": "0 3 * * *"}},
    }

    path.write_text(configuration(OURS, chosen), encoding="utf-8")

    written, meant = load_settings(path), parse_settings(chosen)
    assert written.folders == meant.folders
    assert written.schedule == meant.schedule
    assert [library.options for library in written.libraries] == [
        {"path": "/srv/a"},
        {"library_type": "user", "library_id": 7, "api_url": "https://api.zotero.org"},
    ]


CASES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"folder": [{"path": "/a", "library": ["mine"], "settle": "2s"}]}, True),
    ({"folder": [{"path": "/a", "library": "mine", "settle": "2 s"}]}, False),
    ({"folder": [{"path": "/a"}]}, False),
    ({"folder": [{"path": "/a", "library": "mine", "colour": 1}]}, False),
    ({"schedule": {"reconcile": {"cron": "0 3 * * *"}}}, True),
    ({"schedule": {"reconcile": {"cron": "0 3 * * *", "x": 1}}}, False),
    ({"limits": {"max_file_size": "64MB", "max_shrink": 1}}, True),
    ({"limits": {"max_file_size": 64}}, False),
    ({"limits": {"max_creates": 0}}, False),
    ({"duplicates": {"when_found": "never"}}, False),
    ({"tags": []}, False),
]


@pytest.mark.parametrize(("keys", "is_accepted"), CASES)
def test_the_schema_and_the_program_accept_the_same(
    keys: dict[str, Any], is_accepted: bool
) -> None:
    document = {"library": [{"name": "mine", "adapter": "file", "path": "/x"}], **keys}
    validator = jsonschema.Draft202012Validator(json.loads(json_schema(OURS)))

    assert validator.is_valid(document) is is_accepted
    if is_accepted:
        parse_settings(document)
    else:
        with pytest.raises(ConfigError):
            parse_settings(document)
