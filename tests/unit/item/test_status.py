"""What an export reveals of a work's fate."""

from __future__ import annotations

import pytest

from syncd.item.status import Status, statuses_of


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("<p>Erratum in: Tides</p>", {Status.CORRECTED}),
        ("<p>Errat<b>um i</b>n: Tides</p>", {Status.CORRECTED}),
        ("<p>First.</p><p>Erratum in: Tides</p>", {Status.CORRECTED}),
        ("Retraction in: Tides", {Status.RETRACTED}),
        ("<p>My own words: compare &lt;p&gt; with the others.</p>", set()),
        ("", set()),
    ],
)
def test_a_note_tells_a_fate_whatever_its_markup(note: str, found: set[Status]) -> None:
    assert statuses_of({}, ["<p>Cited By: 3</p>", note]) == found


def test_title_kinds_and_notes_each_tell_a_fate() -> None:
    data = {
        "title": "Retracted: Tides",
        "tags": [{"tag": "Corrected"}],
        "extra": "Status: In press",
    }

    assert statuses_of(data, ["<p>Expression of concern in: Tides</p>"]) == {
        Status.RETRACTED,
        Status.CORRECTED,
        Status.IN_PRESS,
        Status.CONCERN,
    }
    assert statuses_of({"title": "Tides", "tags": [{"tag": "tide"}]}) == frozenset()
