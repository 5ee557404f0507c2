"""How many works syncd has put into libraries, day by day: as a drawing, and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from itertools import accumulate, groupby
from typing import Any, NamedTuple

from syncd.system.printable import printable

GROWTH_SCHEMA = "syncd.growth/1"

_WIDTH, _HEIGHT = 760, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 150, 16, 40
_MOST_POINTS = 240
"""More steps of a line than this nobody can tell apart."""
_TICKS = 4
_DASHES = ("", "9 4", "2 4", "9 4 2 4", "14 5", "5 5")
"""Lines are told apart by these too, and by what stands at their ends."""
_COLOURS = ("#1a4f8a", "#9a1c1c", "#17613a", "#7a4b00", "#5b2a86", "#333333")
_LABEL = 18
_APART = 16
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Step(NamedTuple):
    """What one day brought to a library: works that came, less those that were taken back."""

    library: str
    day: str
    change: int


class Point(NamedTuple):
    """How many works there were at the end of a day."""

    day: str
    total: int


Growth = Mapping[str, Sequence[Point]]
"""By library, in the order of days."""


def grown(steps: Iterable[Step]) -> Growth:
    """Add up what each day brought."""
    growth = {}
    for library, own in groupby(sorted(steps), key=lambda step: step.library):
        days = [(day, sum(step.change for step in each)) for day, each in groupby(own, key=_day_of)]
        totals = accumulate(change for _, change in days)
        growth[library] = [
            Point(day, max(total, 0)) for (day, _), total in zip(days, totals, strict=True)
        ]
    return growth


def _day_of(step: Step) -> str:
    return step.day


def growth_document(growth: Growth) -> dict[str, Any]:
    """Return it for programs."""
    libraries = [
        {"library": name, "days": [point._asdict() for point in points]}
        for name, points in growth.items()
    ]
    return {"schema": GROWTH_SCHEMA, "libraries": libraries}


def growth_csv(growth: Growth) -> str:
    """Return it as a table for other programs."""
    rows = [(name, point.day, point.total) for name, points in growth.items() for point in points]
    return write_csv(["library", "day", "works"], rows)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, in which no cell is a formula to a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value


def describe(growth: Growth) -> str:
    """Return in sentences what the drawing shows."""
    told = [
        f"{printable(name)}: {points[0].total:,} on {points[0].day}, "
        f"{points[-1].total:,} on {points[-1].day}."
        for name, points in growth.items()
    ]
    return " ".join(told) or "Nothing was added yet."


def draw_growth(growth: Growth) -> str:
    """Return the drawing as an SVG element, with title and description for screen readers."""
    scale = _Scale.of(growth)
    ends = _ends(growth, scale)
    parts = [*_axes(scale)] if growth else []
    for number, (name, points) in enumerate(growth.items()):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number % len(_DASHES)]
        parts.append(
            f'<polyline points="{_line(points, scale)}" fill="none" stroke="{colour}" '
            f'stroke-width="2.5" stroke-dasharray="{dash}"/>'
        )
        parts.append(
            f'<text x="{_WIDTH - _RIGHT + 8}" y="{ends[name]:.1f}" fill="{colour}" '
            f'font-weight="600">{escape(_shortened(name))} {points[-1].total:,}</text>'
        )
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        'aria-labelledby="growth-title growth-description" '
        'font-family="sans-serif" font-size="13">\n'
        '<title id="growth-title">Works added to libraries</title>\n'
        f'<desc id="growth-description">{escape(describe(growth))}</desc>\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n'
        f'<g aria-hidden="true">\n{inside}\n</g>\n</svg>\n'
    )


class _Scale(NamedTuple):
    """From days and numbers to places in the drawing."""

    first: int
    last: int
    top: int

    @classmethod
    def of(cls, growth: Growth) -> _Scale:
        days = [_ordinal(point.day) for points in growth.values() for point in points]
        most = max((point.total for points in growth.values() for point in points), default=0)
        first, last = (min(days), max(days)) if days else (2, 2)
        if first == last:
            first, last = first - 1, last + 1
        return cls(first, last, _round_up(most))

    def x(self, day: int) -> float:
        wide = _WIDTH - _LEFT - _RIGHT
        return _LEFT + (day - self.first) * wide / (self.last - self.first)

    def y(self, total: float) -> float:
        high = _HEIGHT - _TOP - _BOTTOM
        return _TOP + (self.top - total) * high / self.top


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _round_up(most: int) -> int:
    """Return a number not below `most` whose quarters are numbers that people like to read."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if step * size * _TICKS >= most:
                return step * size * _TICKS
        size *= 10


def _axes(scale: _Scale) -> Iterable[str]:
    right = _WIDTH - _RIGHT
    for number in range(_TICKS + 1):
        total = scale.top * number // _TICKS
        y = scale.y(total)
        yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield (
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444444">'
            f"{total:,}</text>"
        )
    days = sorted({scale.first, (scale.first + scale.last) // 2, scale.last})
    for place, day in enumerate(days):
        anchor = "start" if place == 0 else "end" if place == len(days) - 1 else "middle"
        yield (
            f'<text x="{scale.x(day):.1f}" y="{_HEIGHT - _BOTTOM + 22}" text-anchor="{anchor}" '
            f'fill="#444444">{date.fromordinal(day).isoformat()}</text>'
        )


def _line(points: Sequence[Point], scale: _Scale) -> str:
    """Return the corners of a line that stays level between the days on which something came."""
    every = -(-len(points) // _MOST_POINTS)
    chosen = [*points[::every], *([points[-1]] if (len(points) - 1) % every else [])]
    before, corners = 0, []
    for point in chosen:
        x = scale.x(_ordinal(point.day))
        corners += [f"{x:.1f},{scale.y(before):.1f}", f"{x:.1f},{scale.y(point.total):.1f}"]
        before = point.total
    corners.append(f"{_WIDTH - _RIGHT},{scale.y(before):.1f}")
    return " ".join(corners)


def _ends(growth: Growth, scale: _Scale) -> Mapping[str, float]:
    """Return where the name of each line stands, so that none covers another."""
    wanted = sorted((scale.y(points[-1].total) + 4, name) for name, points in growth.items())
    ends: dict[str, float] = {}
    lowest = 0.0
    for y, name in wanted:
        ends[name] = max(y, lowest + _APART) if ends else y
        lowest = ends[name]
    over = lowest - (_HEIGHT - _BOTTOM + 4)
    return {name: y - max(over, 0) for name, y in ends.items()}


def _shortened(name: str) -> str:
    name = printable(name)
    return name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…"
