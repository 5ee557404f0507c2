"""Growth is added up day by day, drawn with a text that is read out, and harmless in a table."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from itertools import pairwise

from syncd.report.growth import Step, describe, draw_growth, grown, growth_csv, growth_document

SVG = "{http://www.w3.org/2000/svg}"
STEPS = [
    Step("mine", "2026-03-02", 40),
    Step("ours", "2026-01-05", 7),
    Step("mine", "2026-01-04", 100),
    Step("mine", "2026-03-09", -30),
    Step("mine", "2026-03-02", 2),
]


def test_what_was_taken_back_counts_no_more() -> None:
    growth = grown(STEPS)

    assert [(point.day, point.total) for point in growth["mine"]] == [
        ("2026-01-04", 100),
        ("2026-03-02", 142),
        ("2026-03-09", 112),
    ]
    assert [point.total for point in growth["ours"]] == [7]


def test_the_drawing_says_in_words_what_it_shows() -> None:
    drawn = ET.fromstring(draw_growth(grown(STEPS)))

    described = drawn.find(f"{SVG}desc")
    assert described is not None
    assert described.text == describe(grown(STEPS))
    assert "mine: 100 on 2026-01-04, 112 on 2026-03-09." in (described.text or "")
    assert len(drawn.findall(f".//{SVG}polyline")) == 2


def test_every_line_stays_within_the_drawing() -> None:
    many = [Step(f"library-{n}", f"2026-01-{n + 1:02}", 10**n) for n in range(8)]
    drawn = ET.fromstring(draw_growth(grown(many)))

    corners = [
        tuple(map(float, corner.split(",")))
        for line in drawn.findall(f".//{SVG}polyline")
        for corner in line.attrib["points"].split()
    ]
    names = [float(each.attrib["y"]) for each in drawn.findall(f".//{SVG}text[@font-weight]")]
    assert all(0 <= x <= 760 and 0 <= y <= 320 for x, y in corners)
    assert all(0 <= y <= 320 for y in names)
    assert all(later - one >= 15 for one, later in pairwise(sorted(names)))


def test_one_day_and_none_can_be_drawn() -> None:
    assert "<polyline" in draw_growth(grown(STEPS[:1]))
    assert "Nothing was added yet." in draw_growth({})


def test_names_that_mean_harm_are_text_in_a_drawing_and_in_a_table() -> None:
    growth = grown([Step('<script>"\u202e&', "2026-01-01", 1), Step("=cmd()", "2026-01-01", 1)])

    drawn = draw_growth(growth)
    rows = list(csv.reader(io.StringIO(growth_csv(growth))))

    assert "<script>" not in drawn
    assert "\u202e" not in drawn
    assert [row[0] for row in rows] == ["library", '<script>"\u202e&', "'=cmd()"]


def test_programs_get_each_day() -> None:
    document = growth_document(grown(STEPS[:2]))

    assert document["schema"] == "syncd.growth/1"
    assert document["libraries"][0] == {
        "library": "mine",
        "days": [{"day": "2026-03-02", "total": 40}],
    }
