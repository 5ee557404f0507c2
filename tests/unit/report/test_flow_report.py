"""Numbers fit to publish: they add up, can be read out, and other people's words stay words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from syncd.plan import Decision, Plan, PlannedRecord, Pointer
from syncd.record import Origin
from syncd.report.flow import describe, draw, flow_of, names_of
from syncd.report.flow_report import kinds, write_report
from syncd.report.prisma import prisma

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> | [x](http://e.example) `\"' \u202e\x1b[2J"
SVG = "{http://www.w3.org/2000/svg}"


def planned(
    index: int, decision: Decision = Decision.CREATE, file: str = "/d/a.ris", **more: Any
) -> PlannedRecord:
    origin = Origin(file, index, index * 10, None, "scopus", more.pop("title", f"Title {index}"))
    return PlannedRecord(origin, decision, more.pop("reason", "because"), **more)


PLAN = Plan(
    [
        planned(1, title=HOSTILE),
        planned(2, Decision.SKIP, duplicate_of=Pointer(None, "/d/a.ris", 1), title=HOSTILE),
        planned(3, Decision.HOLD, candidates=(Pointer(None, "/d/a.ris", 1),), title=HOSTILE),
        planned(1, Decision.REJECT, "/d/<b>.ris", reason="at <i>line</i> 7"),
        planned(2, Decision.SKIP, "/d/<b>.ris", duplicate_of=Pointer(None, "/d/a.ris", 1)),
    ]
)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def written(tmp_path: Path, name: str, plan: Plan = PLAN) -> str:
    write_report(plan, tmp_path / name, AT)
    return (tmp_path / name).read_text(encoding="utf-8")


def test_a_page_holds_no_script_fetches_nothing_and_shows_titles_as_they_are(
    tmp_path: Path,
) -> None:
    page = _Elements()

    page.feed(written(tmp_path, "flow.html"))

    assert not {"script", "img", "link", "iframe", "i", "b"} & set(page.tags)
    assert "<script>alert(1)</script>" in " ".join(page.text)
    assert "\x1b" not in " ".join(page.text)
    assert "\u202e" not in " ".join(page.text)


def test_the_diagram_is_an_image_with_a_title_and_a_text_that_is_read_out() -> None:
    image = ET.fromstring(draw(flow_of(prisma(PLAN.records))))

    named = image.attrib["aria-labelledby"].split()
    described = {each.attrib["id"]: each.text for each in image if "id" in each.attrib}
    assert image.attrib["role"] == "img"
    assert all(described[name] for name in named)
    assert "Records identified (n = 5)" in str(described["flow-description"])
    assert "Duplicate records (n = 2)" in str(described["flow-description"])
    assert "Records to be screened (n = 2)" in str(described["flow-description"])


@pytest.mark.parametrize("files", [1, 3, 40])
def test_every_text_of_the_diagram_stands_inside_it(files: int) -> None:
    plan = [planned(n, file=f"/d/{n:040}.ris") for n in range(1, files + 1)]

    image = ET.fromstring(draw(flow_of(prisma([*plan, *PLAN.records]))))

    width, height = int(image.attrib["width"]), int(image.attrib["height"])
    boxes = [each.attrib for each in image.iter(f"{SVG}rect")]
    assert len(boxes) == 4
    for box in boxes:
        assert int(box["x"]) + int(box["width"]) < width
        assert int(box["y"]) + int(box["height"]) < height
    for text in image.iter(f"{SVG}text"):
        assert any(
            int(box["x"]) < int(text.attrib["x"]) < int(box["x"]) + int(box["width"])
            and int(box["y"]) < int(text.attrib["y"]) < int(box["y"]) + int(box["height"])
            for box in boxes
        )


def test_markdown_keeps_its_tables_whatever_titles_say(tmp_path: Path) -> None:
    text = written(tmp_path, "flow.md")

    tables = [part.splitlines() for part in text.split("\n\n") if part.startswith("|")]
    columns = [{line.replace("\\|", "").count("|") for line in table} for table in tables]
    assert [len(numbers) for numbers in columns] == [1, 1, 1, 1]
    assert "<script>" not in text
    assert re.search(r"(?<!\\)\]\(", text) is None
    assert "```mermaid" in text
    assert "#60;b#62;.ris" in text


def test_numbers_are_those_of_the_plan_by_file_and_by_source(tmp_path: Path) -> None:
    text = written(tmp_path, "flow.md")

    assert "| all files | 5 | 1 | 1 | 1 | 1 | 1 |" in text
    assert "| scopus |" in text


def test_a_diagram_alone_can_be_written(tmp_path: Path) -> None:
    assert written(tmp_path, "flow.svg").startswith("<svg ")
    assert ".svg" in kinds()


def test_what_is_refused_or_waits_is_shown_as_such() -> None:
    rows = [planned(1, outcome="refused"), planned(2, outcome="pending"), planned(3)]

    told = describe(flow_of(prisma(rows)))

    assert "Records to be screened (n = 3)" in told
    assert "Refused by the library (n = 1); Not sent yet (n = 1)" in told


def test_files_of_one_name_are_told_apart_by_their_folders() -> None:
    assert names_of(["/a/x.ris", "/b/x.ris", "/b/y.ris"]) == {
        "/a/x.ris": "/a/x.ris",
        "/b/x.ris": "/b/x.ris",
        "/b/y.ris": "y.ris",
    }
