"""The numbers of a plan as a page to publish: HTML that needs nothing else, Markdown, or SVG.

Titles and file names are other people's words: in HTML they are escaped, in Markdown they can
neither end a cell nor become a link or markup. There is no script, and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from syncd import __version__
from syncd.plan import Decision, Plan, PlannedRecord
from syncd.report.dedup_files import UNDECIDED, pairs_of
from syncd.report.flow import Flow, describe, draw, flow_of, names_of
from syncd.report.plans import pointed
from syncd.report.prisma import Fate, prisma
from syncd.system.printable import printable

Cells = Sequence[object]
ReportTable = tuple[str, Cells, Sequence[Cells]]
"""A caption, the titles of the columns, and the rows."""

_WORDS: Mapping[str, str] = {
    "identified": "identified",
    Fate.DUPLICATE_WITHIN: "duplicates within the file",
    Fate.DUPLICATE_ACROSS: "duplicates across files",
    Fate.IN_LIBRARY: "already in the library",
    Fate.REJECTED: "not usable",
    Fate.HELD: "undecided",
    Fate.REFUSED: "refused by the library",
    Fate.PENDING: "not sent yet",
    Fate.NEW: "new",
}
_MARKUP = re.compile(
    r"([\\`*_{}\[\]<>#|~&$^@]|(?<=www)\.|:(?=//|[\w+-]+:))", re.ASCII | re.IGNORECASE
)
"""What Markdown would take for markup within a line; at its beginning stand words of our own."""

_TITLE = "Flow of records"
_STYLE = (
    "body{font-family:sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "table{border-collapse:collapse;margin:1rem 0;width:100%}"
    "caption{text-align:left;font-weight:bold;padding:.3rem 0}"
    "th,td{border:1px solid #999;padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}td.n{text-align:right}"
)


def kinds() -> tuple[str, ...]:
    """Return how the names of reports end."""
    return tuple(_WRITERS)


def write_report(plan: Plan, path: Path, at: datetime) -> None:
    """Write the report into a file, as its name says. Raises `OSError`."""
    text = _WRITERS[path.suffix.casefold()](plan, at)
    path.write_text(text, encoding="utf-8", errors="replace")


def _html(plan: Plan, at: datetime) -> str:
    numbers = prisma(plan.records)
    tables = "\n".join(_html_table(table) for table in _tables(plan, numbers))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{_TITLE}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{_TITLE}</h1>\n<p>{escape(_opening(at))}</p>\n"
        f"<figure>\n{draw(flow_of(numbers))}</figure>\n{tables}\n</body>\n</html>\n"
    )


def _html_table(table: ReportTable) -> str:
    caption, titles, rows = table
    head = "".join(f'<th scope="col">{_h(title)}</th>' for title in titles)
    body = "\n".join(f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in rows)
    return (
        f"<table>\n<caption>{_h(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _html_cell(value: object) -> str:
    return f'<td class="n">{value:,}</td>' if isinstance(value, int) else f"<td>{_h(value)}</td>"


def _h(value: object) -> str:
    return escape(printable(str(value)))


def _markdown(plan: Plan, at: datetime) -> str:
    numbers = prisma(plan.records)
    flow = flow_of(numbers)
    boxes = "\n".join(_mermaid(flow))
    tables = "\n".join(_markdown_table(table) for table in _tables(plan, numbers))
    return (
        f"# {_TITLE}\n\n{_m(_opening(at))}\n\n```mermaid\n{boxes}\n```\n\n"
        f"{_m(describe(flow))}\n\n{tables}"
    )


def _mermaid(flow: Flow) -> Iterator[str]:
    """Yield the diagram in the notation that hosts of Markdown draw."""
    yield "flowchart TD"
    yield f'  identified["{_boxed(flow.identified.lines)}"] --> screened'
    yield f'  identified --> removed["{_boxed(flow.removed.lines)}"]'
    yield f'  screened["{_boxed(flow.screened.lines)}"]'
    if flow.held is not None:
        yield f'  screened --> held["{_boxed(flow.held.lines)}"]'


def _boxed(lines: Sequence[str]) -> str:
    # Names of files stand there too; what has a meaning to the notation is written as a number.
    return "<br>".join(
        re.sub(r"[^\w (),.=:…]", lambda found: f"#{ord(found[0])};", line.strip()) for line in lines
    )


def _markdown_table(table: ReportTable) -> str:
    caption, titles, rows = table
    lines = [titles, ["---"] * len(titles)]
    head = ["| " + " | ".join(map(str, line)) + " |" for line in lines]
    body = ["| " + " | ".join(_markdown_cell(value) for value in row) + " |" for row in rows]
    return "\n".join([f"## {caption}", "", *head, *body, "", ""])


def _markdown_cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else _m(str(value))


def _m(text: str) -> str:
    return _MARKUP.sub(r"\\\1", printable(text))


def _svg(plan: Plan, _at: datetime) -> str:
    return draw(flow_of(prisma(plan.records)))


def _opening(at: datetime) -> str:
    return f"Made by syncd {__version__} on {at.astimezone():%Y-%m-%d %H:%M %Z}."


def _tables(plan: Plan, numbers: Mapping[str, Any]) -> Iterator[ReportTable]:
    """Yield the numbers, then the records that a person decides about, then the duplicates."""
    names = names_of(numbers["by_file"])
    by_file = {names[file]: own for file, own in numbers["by_file"].items()}
    yield _numbers_table("By file", "file", {**by_file, "all files": numbers})
    if numbers["by_source"]:
        yield _numbers_table("By source, where it is certain", "source", numbers["by_source"])
    if len(numbers["by_library"]) > 1:
        yield _numbers_table("By library", "library", numbers["by_library"])
    yield from _with_rows(
        "Undecided and not usable",
        ("file", "record", "title", "decision", "why"),
        [
            (*_placed(r, names), r.decision.value, _renamed(r.reason, names))
            for r in plan.records
            if r.decision in (Decision.HOLD, Decision.REJECT)
        ],
    )
    yield from _with_rows(
        "Duplicates",
        ("file", "record", "title", "the same work as", "evidence"),
        [
            (
                *_placed(pair.record, names),
                _renamed(pointed(pair.other), names),
                "; ".join(pair.record.evidence),
            )
            for pair in pairs_of(plan)
            if pair.verdict != UNDECIDED
        ],
    )


def _with_rows(caption: str, titles: Cells, rows: Sequence[Cells]) -> Iterator[ReportTable]:
    if rows:
        yield caption, titles, rows


def _placed(record: PlannedRecord, names: Mapping[str, str]) -> Cells:
    origin = record.origin
    return names[origin.file], origin.index, origin.title or ""


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text that names files by what they are called where it is published."""
    for file in sorted(names, key=len, reverse=True):
        text = text.replace(file, names[file])
    return text


def _numbers_table(
    caption: str, what: str, counted: Mapping[str, Mapping[str, int]]
) -> ReportTable:
    shown = [word for word in _WORDS if any(own.get(word) for own in counted.values())]
    rows = [(name, *(own.get(word, 0) for word in shown)) for name, own in counted.items()]
    return caption, (what, *(_WORDS[word] for word in shown)), rows


_WRITERS: Mapping[str, Callable[[Plan, datetime], str]] = {
    ".html": _html,
    ".htm": _html,
    ".md": _markdown,
    ".svg": _svg,
}
