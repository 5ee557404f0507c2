"""Findings of a check as people read them."""

from __future__ import annotations

import io

import pytest

from syncd.app.check import Area, Finding, Level
from syncd.report.findings import print_findings


@pytest.mark.parametrize(
    ("area", "subject", "shown"),
    [
        (Area.LEDGER, "ledger", "ok  ledger: fine"),
        (Area.FOLDER, "folders", "ok  folders: fine"),
        (Area.FOLDER, "/srv/folder of mine", "ok  folder /srv/folder of mine: fine"),
        (Area.LIBRARY, "my library", "ok  library my library: fine"),
    ],
)
def test_what_a_finding_is_about_is_named_once(area: Area, subject: str, shown: str) -> None:
    told = io.StringIO()

    print_findings([Finding(area, subject, Level.OK, "fine")], told)

    assert told.getvalue().strip() == shown
