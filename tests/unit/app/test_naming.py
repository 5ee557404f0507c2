"""Libraries that only themselves say who they are go by the name that they were met with."""

from __future__ import annotations

from pathlib import Path

from syncd.app.naming import Names
from syncd.config import parse_settings
from tests.support.runs import opened_ledger

DESK = "https://api.zotero.org/users/7"
SETTINGS = parse_settings({"library": [{"name": "desk", "adapter": "zotero-desktop"}]})


def test_a_library_is_found_as_soon_as_it_was_met(tmp_path: Path) -> None:
    with opened_ledger(tmp_path) as ledger:
        names = Names(SETTINGS, ledger)
        before = names.find(DESK), names.find_identity("desk")
        ledger.get_library(DESK, "My Library", "http://127.0.0.1:23119/api/users/0", "desk")

        assert before == (None, None)
        assert (names.find(DESK), names.find_identity("desk")) == ("desk", DESK)


def test_a_name_that_is_not_configured_any_more_is_none(tmp_path: Path) -> None:
    with opened_ledger(tmp_path) as ledger:
        ledger.get_library(DESK, "My Library", called="table")
        names = Names(SETTINGS, ledger)

        assert (names.find(DESK), names.find_identity("table")) == (None, None)
