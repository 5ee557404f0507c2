"""A flow diagram after PRISMA 2020, as SVG: drawn boxes with a text that is read out instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from pathlib import PurePath
from typing import Any, NamedTuple

from syncd.system.printable import printable

_LINE = 20
_LEFT, _RIGHT, _GAP = 340, 320, 60
_PADDING = 12
_CHARACTERS = 44
"""So many fit into a line of a box."""
_SOURCES_SHOWN = 14


class FlowStep(NamedTuple):
    """One box: what it says, line by line."""

    lines: Sequence[str]

    @property
    def height(self) -> int:
        return len(self.lines) * _LINE + 2 * _PADDING


class Flow(NamedTuple):
    """The boxes of identification and what follows it, up to the screening by people."""

    identified: FlowStep
    removed: FlowStep
    screened: FlowStep
    held: FlowStep | None


def flow_of(numbers: Mapping[str, Any]) -> Flow:
    """Return the boxes for the `prisma` numbers of a plan."""
    return Flow(
        identified=FlowStep([_n("Records identified", numbers["identified"]), *_per_file(numbers)]),
        removed=FlowStep(["Records removed before screening:", *_removed(numbers)]),
        screened=FlowStep([_n("Records to be screened", screened(numbers))]),
        held=_held(numbers),
    )


def names_of(files: Collection[str]) -> Mapping[str, str]:
    """Return what each file is called where it is published: by its name, if only one has it."""
    found = Counter(PurePath(file).name for file in files)
    return {f: PurePath(f).name if found[PurePath(f).name] == 1 else f for f in files}


def screened(numbers: Mapping[str, Any]) -> int:
    """Return how many records go on to screening: what is undecided is among them."""
    return sum(numbers.get(fate, 0) for fate in ("new", "held", "pending", "refused"))


def _per_file(numbers: Mapping[str, Any]) -> Iterator[str]:
    files = list(numbers["by_file"].items())
    names = names_of(numbers["by_file"])
    for file, own in files[:_SOURCES_SHOWN]:
        yield _n(f"  {_shortened(names[file])}", own["identified"])
    rest = files[_SOURCES_SHOWN:]
    if rest:
        yield _n(f"  {len(rest)} further files", sum(own["identified"] for _, own in rest))


def _removed(numbers: Mapping[str, Any]) -> Iterator[str]:
    duplicates = numbers["duplicates_within"] + numbers["duplicates_across"]
    yield _n("  Duplicate records", duplicates)
    if duplicates:
        yield _n("    within a file", numbers["duplicates_within"])
        yield _n("    across files", numbers["duplicates_across"])
    if numbers["already_in_library"]:
        yield _n("  Already in the library", numbers["already_in_library"])
    yield _n("  Could not be used", numbers["rejected"])


def _held(numbers: Mapping[str, Any]) -> FlowStep | None:
    waits = [
        ("  Perhaps duplicates, for a person to decide", numbers["held"]),
        ("  Refused by the library", numbers.get("refused", 0)),
        ("  Not sent yet", numbers.get("pending", 0)),
    ]
    lines = [_n(words, number) for words, number in waits if number]
    return FlowStep(["Of these:", *lines]) if lines else None


def _n(words: str, number: int) -> str:
    return f"{words} (n = {number:,})"


def _shortened(name: str) -> str:
    name = printable(name)
    return name if len(name) <= _CHARACTERS - 16 else f"{name[:14]}…{name[-13:]}"


def draw(flow: Flow) -> str:
    """Return the diagram as an SVG element, with title and description for screen readers."""
    first = max(flow.identified.height, flow.removed.height)
    second_at = first + _GAP
    second = max(flow.screened.height, flow.held.height if flow.held else 0)
    width, height = _LEFT + _GAP + _RIGHT + 2, second_at + second + 2
    right = _LEFT + _GAP + 1
    parts = [
        _box(flow.identified, 1, 1, _LEFT),
        _box(flow.removed, right, 1, _RIGHT),
        _arrow(_LEFT + 1, 1 + flow.removed.height // 2, right, 1 + flow.removed.height // 2),
        _arrow(_LEFT // 2, flow.identified.height + 1, _LEFT // 2, second_at + 1),
        _box(flow.screened, 1, second_at + 1, _LEFT),
    ]
    if flow.held is not None:
        parts.append(_box(flow.held, right, second_at + 1, _RIGHT))
        middle = second_at + 1 + flow.screened.height // 2
        parts.append(_arrow(_LEFT + 1, middle, right, middle))
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-labelledby="flow-title flow-description" '
        'font-family="sans-serif" font-size="14">\n'
        '<title id="flow-title">PRISMA flow of records</title>\n'
        f'<desc id="flow-description">{escape(describe(flow))}</desc>\n'
        f'<g aria-hidden="true">\n{inside}\n</g>\n</svg>\n'
    )


def describe(flow: Flow) -> str:
    """Return in sentences what the diagram shows."""
    steps = [flow.identified, flow.removed, flow.screened, *([flow.held] if flow.held else [])]
    told = []
    for step in steps:
        first, *rest = (line.strip() for line in step.lines)
        told.append(f"{first.rstrip(':')}: {'; '.join(rest)}." if rest else f"{first}.")
    return " ".join(told)


def _box(step: FlowStep, x: int, y: int, width: int) -> str:
    texts = [
        f'<text x="{x + _PADDING + 12 * ((len(line) - len(line.lstrip())) // 2)}" '
        f'y="{y + _PADDING + _LINE * (n + 1) - 6}">{escape(line.strip())}</text>'
        for n, line in enumerate(step.lines)
    ]
    frame = (
        f'<rect x="{x}" y="{y}" width="{width}" height="{step.height}" fill="#ffffff" '
        'stroke="#333333"/>'
    )
    return "\n".join([frame, *texts])


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    """Draw a line with a head at its end; it runs to the right or down."""
    tip = (
        f"{x2},{y2} {x2 - 8},{y2 - 5} {x2 - 8},{y2 + 5}"
        if y1 == y2
        else f"{x2},{y2} {x2 - 5},{y2 - 8} {x2 + 5},{y2 - 8}"
    )
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#333333"/>'
        f'<polygon points="{tip}" fill="#333333"/>'
    )
