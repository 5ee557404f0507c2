"""What an item is, as syncd last wrote it, after something was written or decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from syncd.item.merging import choose
from syncd.item.own_lines import FREE_TEXT, own_lines
from syncd.item.sides import side_of


def part_of(ours: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return what a record says under some names, as item data."""
    side = side_of(ours, {*ours, *names})
    data = {name: ours[name] for name in names if name in ours and name != FREE_TEXT}
    lines = [line for name in names for line in side.lines.get(name, ())]
    return {**data, "extra": "\n".join(lines)} if lines else data


def as_if_written(
    base: Mapping[str, Any], ours: Mapping[str, Any], names: Collection[str]
) -> dict[str, Any]:
    """Return a base that says under some names what the record does, whatever stands there."""
    return {**base, **choose(base, ours, names, {*base, *ours}, base).data}


def base_after(
    base: Mapping[str, Any],
    written: Mapping[str, Any],
    ours: Mapping[str, Any],
    before: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what an item is, as syncd wrote it, after properties of it were `written`.

    `ours` is what the record said, `before` what stood there. What others wrote beside it, lines
    of `extra` and tags, does not become ours by being sent along.
    """
    data = {**base, **written}
    if "extra" in written:
        known = base.get("extra") or ""
        there = before.get("extra") or ""
        data["extra"] = own_lines(written["extra"], there, ours.get("extra") or "", known)
    if "tags" in written:
        known_tags = {tag["tag"] for tag in base.get("tags") or ()}
        said = {tag["tag"] for tag in ours.get("tags") or ()}
        new = [tag for tag in written["tags"] if tag["tag"] in said - known_tags]
        data["tags"] = [*(base.get("tags") or ()), *new]
    return data
